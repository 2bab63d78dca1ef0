"""What is to be masked, as plain data: the rules of this room, patterns, texts, places of the screen."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Selection:
    """A place of the screen: rows and columns (first, last; from 0, inclusive; None: all), and for how long.

    `start` and `end` are times as `at` takes them (None: from the beginning, to the end). `channel`: None is
    the one that screens and videos show.
    """

    rows: tuple[int, int] | None = None
    columns: tuple[int, int] | None = None
    start: Any = None
    end: Any = None


@dataclass(frozen=True, slots=True)
class Region:
    """A selection whose times are ns since the session began."""

    rows: tuple[int, int]
    columns: tuple[int, int]
    t0_ns: int
    t1_ns: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """`defaults`: keys, tokens, passwords, cards. `texts` are masked wherever they stand."""

    defaults: bool = True
    patterns: tuple[re.Pattern[str], ...] = ()
    texts: tuple[str, ...] = ()
    regions: tuple[Region, ...] = field(default=())

    @property
    def nothing(self) -> bool:
        """Is nothing to be masked?"""
        return not (self.defaults or self.patterns or self.texts or self.regions)
