"""What a video is made of, once it has gone through a mask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sessionlens.masking import Tally
from sessionlens.render.facts import Chapter, Facts

if TYPE_CHECKING:
    from sessionlens.terminal import Timeline


@dataclass(frozen=True, slots=True)
class Footage:
    """The screens, what the bands say of them, and the commands; `masked` counts what is masked where these
    rows and this time of the session (first and last ns) are shown (None: no mask was asked)."""

    timeline: Timeline
    facts: Facts
    chapters: Sequence[Chapter] = ()
    masked: Callable[[Iterable[int], int, int], Tally] | None = None
