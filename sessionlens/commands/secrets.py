"""What was typed without echo: passwords, passphrases, `read -s`. It is hidden, text and length.

Told apart by the screen: when a line typed to a program ends, its characters stand left of the cursor or they
do not. Where that cannot be seen they count as secret. Lines that a shell took at its prompt are commands,
decided in `lines`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

from .editor import KeyLine
from .region import before_cursor
from .screen import View

if TYPE_CHECKING:
    from sessionlens.terminal import Point


_LOOK_AHEAD = 6


def unanswered(view: View, key_line: KeyLine) -> bool:
    """Did nothing at all come back between the first key of a line and its Enter?"""
    return view.offset_at(key_line.first_event) == view.offset_at(key_line.last_event)


def unechoed(view: View, key_lines: Iterable[KeyLine]) -> Iterator[KeyLine]:
    """Of lines that no prompt took, those whose characters never showed."""
    points = view.trace.points.of("input", "newline")
    for key_line in key_lines:
        typed = any(reading.typed.strip() for reading in key_line.readings)
        if typed and not _shown(view, key_line, points):
            yield key_line


def _shown(view: View, key_line: KeyLine, points: Sequence[Point]) -> bool:
    start = bisect_left(points, key_line.first_event, key=attrgetter("event"))
    after = bisect_left(points, key_line.last_event, key=attrgetter("event"))
    wanted = [reading.typed.split() for reading in key_line.readings]
    texts = {"".join(words) for words in wanted if words} | {
        "".join(r.text.split()) for r in key_line.readings
    }
    texts.discard("")
    for point in points[max(start, after - 1) : after + _LOOK_AHEAD]:
        rows = view.screen(point)
        if point.cursor_y < len(rows):
            left, _ = before_cursor(rows, point.cursor_x, point.cursor_y, point.columns)
            bare = "".join(left.split())
            if any(bare.endswith(text) for text in texts):
                return True
    return False
