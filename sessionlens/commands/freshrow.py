"""The row that a shell begins for its prompt, whatever stands on the row before.

zsh (PROMPT_SP) and fish print a mark and as many blanks as bring the cursor to the next row if anything
stands in this one: the echo of what was typed ahead, or output without a line feed. To a terminal that is a
row that wraps, and the prompt goes on in it. Nothing but the bytes tells it from a long line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sessionlens.terminal import Terminal

from .region import RowLike

if TYPE_CHECKING:
    from sessionlens.terminal import Point

_FAR = 1 << 16  # bytes of a prompt and the line behind it
_BACK = re.compile(rb"\r[^\x00-\x20]{0,12}+( *+)(?=\r)")
"""Back, and blanks over the mark, which fish prints once more before them."""


def begun_row(out: bytes, point: Point, rows: Sequence[RowLike]) -> int | None:
    """The row of the screen at a point that was begun so, if the row above seems to go on in it."""
    if not any(rows[y].wrapped for y in range(min(point.cursor_y, len(rows)) - 1, -1, -1)):
        return None
    begun = _begun(out, point)
    if begun is None or out.count(b"\n", begun, point.offset) >= point.rows:
        return None
    since = Terminal(point.columns, point.rows)
    since.feed(out[begun : point.offset])
    y = point.cursor_y - since.cursor.y
    return y if y > 0 and rows[y - 1].wrapped else None


def _begun(out: bytes, point: Point) -> int | None:
    """Where a row was last begun so: behind blanks that fill a row but for the mark before them."""
    found = None
    for match in _BACK.finditer(out, max(point.offset - _FAR, 0), point.offset):
        mark = len(match[1])
        if mark < point.columns and out.endswith(b" " * (point.columns - mark - 1), 0, match.start()):
            found = match.end()
    return found
