"""One line of the screen: its cells and their style ids, as two plain lists.

A cell is a string: one character with what combines with it, or "" for the right half of a wide one. Cells
past the end of the lists are blank and plain, so a fresh line costs nothing and erasing to the end is a
`del`. A line knows the row it was last stored as (`row`, -1 once it changes) and which columns no frame has
shown yet (`low`..`high`). It knows neither its width nor its place: that is the screen's.

A line that came in a flood is `packed`, text and runs of styles, until somebody asks for its cells: most
scroll away before anyone does.
"""

from __future__ import annotations

UNTOUCHED = 1 << 30

Runs = tuple[tuple[int, int], ...]
"""(cells, style id) of neighbours that look the same; none: all plain."""
Packed = tuple[str, Runs]
"""Text of one cell a character, and its runs."""


class Line:
    """Cells and style ids of equal length; `wrapped` says that the text goes on in the next line."""

    __slots__ = ("cells", "high", "low", "packed", "row", "styles", "wrapped")

    cells: list[str]
    styles: list[int]
    packed: Packed | None

    def __init__(self, size: int = 0, style: int = 0, cell: str = " ") -> None:
        self.cells = [cell] * size
        self.styles = [style] * size
        self.packed = None
        self.wrapped = False
        self.row = -1
        self.low = UNTOUCHED
        self.high = 0

    @classmethod
    def pack(cls, packed: Packed, wrapped: bool, low: int = 0) -> Line:
        """A line that was just printed, from column `low` on, without its cells."""
        line = cls.__new__(cls)
        line.packed = packed
        line.wrapped = wrapped
        line.row = -1
        line.high = len(packed[0])
        line.low = low if line.high else UNTOUCHED
        return line

    def __getattr__(self, name: str) -> list[str] | list[int]:
        """The cells or styles of a packed line: unset slots come here, set ones never do."""
        if name not in ("cells", "styles") or self.packed is None:
            raise AttributeError(name)
        (text, runs), self.packed = self.packed, None
        self.cells = list(text)
        self.styles = [style for size, style in runs for _ in range(size)] if runs else [0] * len(text)
        return self.cells if name == "cells" else self.styles

    @property
    def text(self) -> str:
        """The whole text, trailing blanks included as far as they were written."""
        return "".join(self.cells) if self.packed is None else self.packed[0]

    @property
    def size(self) -> int:
        """How many cells were written, blanks between them included."""
        return len(self.cells if self.packed is None else self.packed[0])

    @property
    def empty(self) -> bool:
        """Was nothing written?"""
        return not (self.cells if self.packed is None else self.packed[0])

    def content(self) -> tuple[tuple[str, ...], tuple[int, ...], bool]:
        """What makes two lines equal: trailing plain blanks count only where the line wraps."""
        size = len(self.cells) if self.wrapped else self.length()
        return tuple(self.cells[:size]), tuple(self.styles[:size]), self.wrapped

    def length(self) -> int:
        """How many cells there are up to the last that is not a plain blank."""
        cells, styles = self.cells, self.styles
        size = len(cells)
        while size and cells[size - 1] == " " and not styles[size - 1]:
            size -= 1
        return size

    def touch(self, start: int, end: int) -> None:
        """Note that columns start..end-1 were written since the last frame."""
        self.row = -1
        if start >= end:
            return
        if start < self.low:
            self.low = start
        if end > self.high:
            self.high = end

    def settle(self) -> None:
        """Note that a frame has shown the line as it is."""
        self.low = UNTOUCHED
        self.high = 0

    def pad(self, size: int) -> None:
        """Make the blanks up to a column real cells."""
        missing = size - len(self.cells)
        if missing > 0:
            self.cells += " " * missing
            self.styles += [0] * missing

    def part(self, column: int, style: int | None = None) -> None:
        """Make a boundary at a column: a wide character that straddles it becomes blanks (of a style)."""
        cells = self.cells
        if 0 < column < len(cells) and not cells[column]:
            cells[column] = cells[column - 1] = " "
            if style is not None:
                self.styles[column] = self.styles[column - 1] = style

    def put(self, column: int, cells: str | list[str], style: int) -> None:
        """Overwrite from a column on."""
        end = column + len(cells)
        mine = self.cells
        size = len(mine)
        if column < size:
            if not mine[column]:
                self.part(column, style)
            if end < size and not mine[end]:
                self.part(end, style)
        elif column > size:
            self.pad(column)
        mine[column:end] = cells
        self.styles[column:end] = [style] * len(cells)

    def erase(self, start: int, end: int, style: int, width: int) -> None:
        """Blank start..end-1 with a (background) style."""
        if end >= width and not style:
            if start < len(self.cells):
                self.part(start)
                del self.cells[start:], self.styles[start:]
            return
        self.part(start)
        self.part(end)
        self.pad(end if style else min(end, len(self.cells)))
        size = min(end, len(self.cells)) - start
        if size > 0:
            self.cells[start : start + size] = " " * size
            self.styles[start : start + size] = [style] * size

    def insert(self, column: int, count: int, style: int, right: int) -> None:
        """Shift cells right from a column; what passes the right end (exclusive) is lost."""
        if column >= len(self.cells) and not style:
            return
        count = min(count, right - column)
        self.pad(max(column, right if right < len(self.cells) else 0))
        self.part(column)
        self.part(right - count)
        self.part(right)
        del self.cells[right - count : right]
        del self.styles[right - count : right]
        self.pad(column)
        self.cells[column:column] = " " * count
        self.styles[column:column] = [style] * count

    def delete(self, column: int, count: int, style: int, right: int) -> None:
        """Shift cells left into a column; blanks come in before the right end (exclusive)."""
        size = len(self.cells)
        if column >= size and not style:
            return
        count = min(count, right - column)
        if style or right < size:
            self.pad(right)
        self.part(column)
        self.part(column + count)
        self.part(right)
        inserted = count if len(self.cells) >= right else 0
        self.cells[right:right] = " " * inserted
        self.styles[right:right] = [style] * inserted
        del self.cells[column : column + count]
        del self.styles[column : column + count]

    def copy(self) -> Line:
        """The same content in lists of its own."""
        twin = Line()
        twin.cells, twin.styles = self.cells[:], self.styles[:]
        twin.wrapped, twin.row, twin.low, twin.high = self.wrapped, self.row, self.low, self.high
        return twin
