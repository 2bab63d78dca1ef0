"""What a terminal shows, in one shape for all of them, and how two differ.

Colours are as in `sessionlens.terminal.Style`: -1 (default), 0..255 (palette), 0x1000000 | rgb. A blank cell
is a space of width 1; the right half of a wide character has no text and width 0, and its left half's look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

FLAGS = ("bold", "faint", "italic", "blink", "inverse", "conceal", "strike", "overline")
"""The names of the bits of `Cell.flags`, lowest first."""


class Cell(NamedTuple):
    """One cell; `underline` 0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed."""

    text: str = " "
    width: int = 1
    fg: int = -1
    bg: int = -1
    flags: int = 0
    underline: int = 0
    underline_color: int = -1
    link: str = ""

    def __str__(self) -> str:
        names = [name for bit, name in enumerate(FLAGS) if self.flags >> bit & 1]
        said = [repr(self.text), *names]
        for name in ("width", "fg", "bg", "underline", "underline_color", "link"):
            value = getattr(self, name)
            if value != Cell._field_defaults[name]:
                said.append(f"{name}={hex(value) if isinstance(value, int) and value > 255 else value}")
        return " ".join(said)


BLANK = Cell()


@dataclass(frozen=True, slots=True)
class View:
    """The whole screen. `wrapped` tells for each row whether its text goes on in the next one."""

    columns: int
    rows: list[list[Cell]]
    wrapped: list[bool]
    x: int
    y: int
    pending: bool
    visible: bool
    title: str
    alternate: bool

    @property
    def text(self) -> list[str]:
        """The rows as text without trailing blanks."""
        return ["".join(cell.text for cell in row).rstrip(" ") for row in self.rows]


class Terminal(Protocol):
    """What every terminal here can do."""

    name: str

    def feed(self, data: bytes) -> None: ...
    def resize(self, columns: int, rows: int) -> None: ...
    def view(self) -> View: ...
    def close(self) -> None: ...


def differences(one: View, other: View) -> Iterator[tuple[str, str, str]]:
    """Each (where, what one shows, what the other shows): cells, cursor, title, pages and sizes."""
    for name in ("columns", "x", "y", "pending", "visible", "title", "alternate"):
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine != theirs:
            yield name, repr(mine), repr(theirs)
    if len(one.rows) != len(other.rows):
        yield "rows", str(len(one.rows)), str(len(other.rows))
    for y, (mine_row, their_row) in enumerate(zip(one.rows, other.rows, strict=False)):
        if mine_row == their_row:
            continue
        for x in range(max(len(mine_row), len(their_row))):
            cell = mine_row[x] if x < len(mine_row) else BLANK
            theirs = their_row[x] if x < len(their_row) else BLANK
            if cell != theirs:
                yield f"cell {x},{y}", str(cell), str(theirs)
