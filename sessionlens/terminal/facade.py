"""The terminal as other rooms and other programs see it: feed bytes, look at cells, cursor and text.

Nothing of pyte's interface shows. See design section 5 for the names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import SupportsIndex

from ..errors import UsageError
from . import controls, flood, movement, palette
from .bound import bind, plainly
from .dump import dump, restore
from .line import Line
from .operations import Csi
from .parser import Parser
from .resize import resize
from .screen import Screen
from .state import SCROLLBACK
from .style import Style


@dataclass(frozen=True, slots=True)
class CursorView:
    """Where the cursor is: 0-based, x <= columns - 1."""

    x: int
    y: int
    pending_wrap: bool
    visible: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; `text` is "" and `width` 0 for the right half of a wide character."""

    text: str
    width: int
    style: Style

    def __getattr__(self, name: str) -> object:
        if name in Style.__dataclass_fields__:
            return getattr(self.style, name)
        raise AttributeError(name)


class Operations:
    """Carries the parser's operations out on a screen."""

    def __init__(self, screen: Screen, fast: bool) -> None:
        self.screen, self.fast = screen, fast
        self.text: Callable[[str], None] = screen.run if fast else screen.text
        self.csi: Callable[[Csi], Callable[[], None]] = partial(bind if fast else plainly, screen)

    def lines(self, text: str, at: int) -> tuple[int, int]:
        """Whole lines of a flood."""
        return flood.lines(self.screen, text, at) if self.fast else (at, len(text))

    def column(self) -> int:
        """Where the cursor is, for the trace; behind the last column where a wrap is pending."""
        return self.screen.cursor.x + self.screen.cursor.pending

    def line_end(self, column: int) -> None:
        """CR LF; `column` is where the cursor stood before the CR."""
        screen = self.screen
        if screen.watcher is not None:
            screen.watcher.line_end(column)
        screen.repeat, screen.joined = "", False
        movement.carriage_return(screen)
        movement.line_feed(screen)

    def control(self, char: str) -> None:
        """A C0 control."""
        self.screen.repeat, self.screen.joined = "", False
        action = controls.CONTROLS.get(char)
        if action is not None:
            action(self.screen)

    def escape(self, sequence: str) -> None:
        """An escape sequence."""
        self.screen.repeat, self.screen.joined = "", False
        controls.escape(self.screen, sequence)

    def osc(self, payload: str) -> None:
        """Titles, links, marks and colours."""
        screen = self.screen
        number, _, rest = payload.partition(";")
        number = number.lstrip("0") or number[:1]
        if number in ("0", "2"):
            screen.title = rest
        if number in ("0", "1"):
            screen.icon_name = rest
        elif number == "8":
            pen = replace(screen.style, link=rest.partition(";")[2])
            screen.cursor.pen = screen.styles.id(pen)
        told = number in MARKS and not (number in palette.KINDS and rest.endswith("?"))
        if screen.watcher is not None and told:
            screen.watcher.mark(MARKS[number], rest)


MARKS = {"0": "title", "1": "icon", "2": "title", "7": "7", "133": "133", "633": "633"}
MARKS |= {kind: kind for kind in palette.KINDS}


def whole(name: str, value: object) -> int:
    """A whole number, or UsageError."""
    if not isinstance(value, SupportsIndex) or isinstance(value, bool):
        raise UsageError(f"{name} is a whole number, not {value!r}")
    return value.__index__()


class Terminal:
    """A terminal without a window.

    `columns` and `rows` are brought within 1 to 4096 and 1 to 1024; `scrollback` is how many lines `history`
    keeps. `feed` and `resize` return the indices of the rows that changed. Without `fast` all goes the long
    way: the same, slower, which is what the tests compare with. Raises UsageError for arguments of another
    type, and leaves the terminal as it was.
    """

    def __init__(
        self, columns: int = 80, rows: int = 24, scrollback: int = SCROLLBACK, *, fast: bool = True
    ) -> None:
        if whole("scrollback", scrollback) < 0:
            raise UsageError(f"scrollback is a number of lines, not {scrollback}")
        self.screen = Screen(whole("columns", columns), whole("rows", rows), scrollback)
        self.operations = Operations(self.screen, fast)
        self.parser = Parser(self.operations)
        self._shown: list[Line] = []
        self._changes()

    @property
    def columns(self) -> int:
        """The width in cells."""
        return self.screen.columns

    @property
    def rows(self) -> int:
        """The height in cells."""
        return self.screen.lines

    @property
    def title(self) -> str:
        """The window title (OSC 0, 2)."""
        return self.screen.title

    @property
    def alternate(self) -> bool:
        """Is the alternate screen shown?"""
        return self.screen.alternate

    @property
    def modes(self) -> frozenset[str]:
        """The modes that are set: "4" (ANSI), "?25" (DEC private)."""
        return frozenset(self.screen.mode)

    @property
    def cursor(self) -> CursorView:
        """The cursor."""
        c = self.screen.cursor
        return CursorView(c.x, c.y, c.pending, not c.hidden)

    @property
    def display(self) -> list[str]:
        """The rows as text, each filling `columns` cells (a wide one is one character for two)."""
        columns = self.columns
        return [line.text + " " * (columns - line.size) for line in self.screen.page]

    @property
    def history(self) -> list[str]:
        """The rows that scrolled off the main screen, oldest first, at most `scrollback` of them."""
        return [line.text.rstrip(" ") for line in self.screen.history]

    @property
    def cells(self) -> list[list[Cell]]:
        """Rows × columns of cells."""
        return [self._cells(line) for line in self.screen.page]

    def _cells(self, line: Line) -> list[Cell]:
        styles, texts = self.screen.styles, line.cells
        row = [
            Cell(text, 0 if not text else 2 if texts[x + 1 : x + 2] == [""] else 1, styles[style])
            for x, (text, style) in enumerate(zip(texts, line.styles, strict=True))
        ]
        return row + [Cell(" ", 1, styles[0])] * (self.columns - len(row))

    def __repr__(self) -> str:
        c = self.screen.cursor
        return f"<Terminal {self.columns}x{self.rows}, cursor at column {c.x} of row {c.y}>"

    def feed(self, data: bytes) -> tuple[int, ...]:
        """Show bytes as a terminal would; any bytes, in any pieces. Returns the rows that changed."""
        if not isinstance(data, bytes | bytearray | memoryview):
            raise UsageError(f"feed() takes bytes, not {type(data).__name__}: text has to be encoded")
        self.parser.feed(data)
        return self._changes()

    def resize(
        self, columns: int | None = None, rows: int | None = None, *, reflow: bool = True
    ) -> tuple[int, ...]:
        """Change the size; the main screen's soft-wrapped lines are wrapped anew unless told otherwise."""
        wide = self.columns if columns is None else whole("columns", columns)
        high = self.rows if rows is None else whole("rows", rows)
        resize(self.screen, wide, high, reflow)
        return self._changes()

    def covered(self, places: Mapping[int, Iterable[tuple[int, int]]], cell: str, style: Style) -> Terminal:
        """A copy, without its history, in which columns (first, last exclusive) of these rows are covered."""
        twin = Terminal(self.columns, self.rows)
        twin.restore(self.dump())
        twin.screen.history.clear()
        number = twin.screen.styles.id(style)
        for y, spans in places.items():
            for first, last in spans:
                twin.screen.page[y].put(first, [cell] * (last - first), number)
        return twin

    def dump(self) -> bytes:
        """The whole state as escape sequences (and one private DCS for what they cannot say)."""
        return dump(self.screen, self.parser)

    def restore(self, data: bytes) -> None:
        """Become the terminal that was dumped, size included."""
        restore(self, data)
        self._changes()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Terminal):
            return NotImplemented
        mine, theirs = self.parser, other.parser
        return self.screen.snapshot() == other.screen.snapshot() and (
            mine.state,
            mine.held,
            mine.pending,
            mine.returned,
        ) == (theirs.state, theirs.held, theirs.pending, theirs.returned)

    __hash__ = None  # type: ignore[assignment]  # mutable

    def _changes(self) -> tuple[int, ...]:
        page = self.screen.page
        before = self._shown
        if len(before) != len(page):
            before = [Line()] * len(page)
        changed = tuple(y for y, line in enumerate(page) if line.row < 0 or line is not before[y])
        for y in changed:
            page[y].row = 0
        self._shown = page[:]
        return changed
