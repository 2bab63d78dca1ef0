"""Two screens, field by field and cell by cell: what differs, in a form for people and for the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sessionlens.golden.golden import clock
from sessionlens.golden.looks import to_words
from sessionlens.golden.origin import Piece
from sessionlens.golden.rows import escape
from sessionlens.golden.screen import Cell, Screen


@dataclass(frozen=True, slots=True)
class Fact:
    """Something other than a cell."""

    name: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class ScreenDifference:
    """A screen that is not what it was. `cells` are (row, column); `pieces` the bytes that made it so."""

    number: int
    expected: Screen
    actual: Screen
    facts: tuple[Fact, ...]
    cells: tuple[tuple[int, int], ...]
    pieces: tuple[Piece, ...] = ()

    @property
    def words(self) -> str:
        """All of it in a line."""
        said = [f"{fact.name} {fact.expected} became {fact.actual}" for fact in self.facts]
        if self.cells:
            more = f" (and {len(self.cells) - 1} more cells)" if len(self.cells) > 1 else ""
            said.insert(0, self.cell_words(*self.cells[0]) + more)
        return f"screen {self.number} at {clock(self.expected.t_ns)[:-6]}: {'; '.join(said)}"

    def cell_words(self, y: int, x: int) -> str:
        """One cell, as it was and as it is."""
        before, after = self.expected.line(y).cell(x), self.actual.line(y).cell(x)
        return f"row {y}, column {x}: {cell_words(before)} became {cell_words(after)}"


def cell_words(cell: Cell) -> str:
    """`'x' bold fg=red`; what some font may lack, with its code points: `'语' (U+8BED)`."""
    text = f"'{escape(cell.text)}'" if cell.text else "(right half)"
    if not cell.text.isascii():
        text += f" ({' '.join(f'U+{ord(c):04X}' for c in cell.text)})"
    return f"{text} {to_words(cell.style)}".rstrip()


def compare(number: int, expected: Screen, actual: Screen) -> ScreenDifference | None:
    """What differs between a screen as it was and as it is; None where nothing does."""
    if expected == actual:
        return None
    return ScreenDifference(
        number, expected, actual, tuple(_facts(expected, actual)), tuple(_cells(expected, actual))
    )


def _facts(expected: Screen, actual: Screen) -> Iterator[Fact]:
    for name, before, after in zip(NAMES, _said(expected), _said(actual), strict=True):
        if before != after:
            yield Fact(name, before, after)
    for y in range(max(expected.rows, actual.rows)):
        said = [("wrapped" if s.line(y).wrapped else "not wrapped") for s in (expected, actual)]
        if said[0] != said[1]:
            yield Fact(f"row {y}", *said)


NAMES = ("offset", "size", "cursor", "title", "screen", "video")


def _said(s: Screen) -> tuple[str, ...]:
    return (
        str(s.offset),
        f"{s.columns}x{s.rows}",
        f"{s.cursor[0]},{s.cursor[1]}" + " hidden" * (not s.cursor_visible),
        f'"{escape(s.title)}"',
        "alternate" if s.alternate else "main",
        "reverse" if s.reverse else "normal",
    )


def _cells(expected: Screen, actual: Screen) -> Iterator[tuple[int, int]]:
    for y in range(max(len(expected.lines), len(actual.lines))):
        before, after = expected.line(y), actual.line(y)
        if before.cells != after.cells:
            for x in range(max(len(before.cells), len(after.cells))):
                if before.cell(x) != after.cell(x):
                    yield y, x
