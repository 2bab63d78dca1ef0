"""What is to be masked, as plain data: the rules of this room, patterns, texts, places of the screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias


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


Search: TypeAlias = Callable[[Sequence[re.Pattern[str]], Sequence[str]], Iterable[tuple[int, int, int]]]


def search(patterns: Sequence[re.Pattern[str]], lines: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """(line, start, end) of each match."""
    for pattern in patterns:
        for line, text in enumerate(lines):
            for found in pattern.finditer(text):
                yield line, *found.span()


@dataclass(frozen=True, slots=True)
class Wanted:
    """`defaults`: keys, tokens, passwords, cards. `texts` are masked wherever they stand. `search` is how
    patterns are looked for: in here, or `Apart`, where a stranger wrote them."""

    defaults: bool = True
    patterns: tuple[re.Pattern[str], ...] = ()
    texts: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    search: Search = search

    @property
    def nothing(self) -> bool:
        """Is nothing to be masked?"""
        return not (self.defaults or self.patterns or self.texts or self.regions)
