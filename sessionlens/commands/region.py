"""A screen's rows as logical lines, and which character of a line stands at which cell.

Soft-wrapped rows are one line; a row that wraps counts as full, so that blanks at its end are kept. Nothing
here knows what a prompt is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sessionlens.terminal.width import split


class RowLike(Protocol):
    """What a line needs of a row; `sessionlens.terminal.Row` is one."""

    @property
    def text(self) -> str: ...

    @property
    def wrapped(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """One line of text on rows `top` to `bottom` of a screen."""

    text: str
    top: int
    bottom: int


def logical_line(rows: Sequence[RowLike], y: int, columns: int) -> LogicalLine:
    """The logical line that row `y` belongs to."""
    top = bottom = y
    while top > 0 and rows[top - 1].wrapped:
        top -= 1
    while bottom + 1 < len(rows) and rows[bottom].wrapped:
        bottom += 1
    parts = [full(rows[at].text, columns, rows[at + 1].text) for at in range(top, bottom)]
    return LogicalLine("".join(parts) + rows[bottom].text, top, bottom)


def full(text: str, columns: int, following: str) -> str:
    """A wrapped row's text with the blanks at its end; a cell that was too narrow for a wide character is
    none.
    """
    missing = columns - cells(text)
    if missing == 1 and following and cells(following[0]) == 2:
        missing = 0
    return text + " " * max(missing, 0)


def before_cursor(rows: Sequence[RowLike], x: int, y: int, columns: int) -> tuple[str, str]:
    """The logical line at the cursor, cut there: what is left of it (blanks kept) and what is right of it."""
    line = logical_line(rows, y, columns)
    above = sum(len(full(rows[at].text, columns, rows[at + 1].text)) for at in range(line.top, y))
    at = above + index(rows[y].text, x)
    return line.text[:at].ljust(at), line.text[at:]


def cells(text: str) -> int:
    """How many cells a text fills."""
    return len(text) if text.isascii() else len(split(text))


def index(text: str, column: int) -> int:
    """The index in `text` of what stands at a column; past the end, blanks are counted."""
    if text.isascii():
        return column
    laid = split(text)
    return sum(map(len, laid[:column])) + max(column - len(laid), 0)
