"""Every distinct screen line, stored once and in columns: one text buffer, lengths, style-run ids, flags.

A `Row` is a view made on demand; 200,000 rows as objects would take several times the bytes that printed
them. What is "distinct" is remembered for the last 65,536 lines and more, so a line that comes back much
later may get a second id; equal ids always mean equal rows.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from .line import Line, Runs
from .style import Style, Styles
from .width import split

RECENT = 1 << 16
ANCHOR = 128  # rows between two absolute text offsets
WRAPPED, DERIVED, STORED = 1, 2, 4  # flags: soft-wrapped; cells are split(text); cells are kept apart
FLAG_BITS = 3
PLAIN_RUNS = 0
BLANKS = " " * 12  # from so many on, only their number is stored
BETWEEN, SO_MANY = "\0", "\1"  # no cell has these: between cells that are kept apart; how many blanks
_GAP = re.compile(f"{BLANKS} {{,4000}}")
_MANY = re.compile(f"{SO_MANY}(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring cells of one style; `width` in cells, `text` with wide characters once."""

    column: int
    width: int
    text: str
    style_id: int


@dataclass(frozen=True, slots=True)
class Row:
    """One screen line. `text`: trailing default blanks cut (but kept where it is `wrapped`)."""

    id: int
    text: str
    wrapped: bool
    cell_texts: tuple[str, ...]
    """The cells: "" for the right half of a wide character."""
    lengths: tuple[tuple[int, int], ...]
    """(cells, style id) of each run."""

    @property
    def runs(self) -> tuple[Run, ...]:
        """The row as runs of one style."""
        runs = []
        column = 0
        for size, style_id in self.lengths:
            runs.append(Run(column, size, "".join(self.cell_texts[column : column + size]), style_id))
            column += size
        return tuple(runs)

    def cells(self) -> Iterator[tuple[int, str, int, int]]:
        """(column, text, width, style id) of each character."""
        column = 0
        cells, size = self.cell_texts, len(self.cell_texts)
        for length, style_id in self.lengths:
            for x in range(column, column + length):
                if cells[x]:
                    yield x, cells[x], 2 if x + 1 < size and not cells[x + 1] else 1, style_id
            column += length


class Recent:
    """A dictionary that forgets what was not asked for in the last `RECENT` new entries or so."""

    __slots__ = ("_new", "_old")

    def __init__(self) -> None:
        self._new: dict[object, int] = {}
        self._old: dict[object, int] = {}

    def number(self, key: object, new: int) -> int:
        """The number under which it is known, or from now on `new`."""
        found = self._new.get(key)
        if found is None:
            found = self._old.get(key, new)
            if len(self._new) >= RECENT:
                self._old, self._new = self._new, {}
            self._new[key] = found
        return found


def trimmed(text: str, runs: Runs) -> tuple[str, Runs]:
    """Without the plain blanks at the end."""
    if not runs:
        return text.rstrip(" "), runs
    size, style = runs[-1]
    if style:
        return text, runs
    kept = len(text[-size:].rstrip(" "))
    return text[: len(text) - size + kept], (*runs[:-1], (kept, 0)) if kept else runs[:-1]


class Rows:
    """The store; ids count from 0. `seal` lets go of what only adding needs."""

    def __init__(self, styles: Styles) -> None:
        self.styles = styles
        self._text = bytearray()
        self._length = array("I")
        self._anchor = array("Q")
        self._look = array("I")  # runs id << 3 | flags
        self._runs = array("I")  # (cells, style id) pairs of all patterns
        self._runs_end = array("Q", [0])
        self._known = Recent()
        self._patterns = Recent()
        self._looks: dict[bytes | tuple[int, ...], int] = {}

    def __len__(self) -> int:
        return len(self._length)

    def seal(self) -> None:
        """No more rows will come."""
        self._known, self._patterns, self._looks = Recent(), Recent(), {}
        self.styles.forget()

    @property
    def nbytes(self) -> int:
        """Memory of the store and its styles, look-up tables not counted."""
        columns = (self._length, self._anchor, self._look, self._runs, self._runs_end)
        return len(self._text) + sum(len(c) * c.itemsize for c in columns) + self.styles.nbytes

    def add(self, line: Line) -> int:
        """The id of a line's row; the line remembers it."""
        wrapped = line.wrapped
        cells = None
        if line.packed is not None:
            text, runs = line.packed
            if not wrapped:
                text, runs = trimmed(text, runs)
            pattern = self._pattern(runs) if runs else PLAIN_RUNS
        else:
            text, pattern, cells = self._looked_at(line)
        key = (text, pattern, wrapped, cells) if pattern or wrapped or cells else text
        new = len(self._length)
        line.row = found = self._known.number(key, new)
        if found == new:
            self._append(text, pattern, wrapped, cells)
        return found

    def _looked_at(self, line: Line) -> tuple[str, int, tuple[str, ...] | None]:
        """Text, pattern and (where they are not simply the characters) cells of a line that has cells."""
        cells, styles = line.cells, line.styles
        text = "".join(cells)
        simple = text.isascii() or (len(text) == len(cells) and "" not in cells)
        plain = not any(styles)
        if plain and simple:
            return text if line.wrapped else text.rstrip(" "), PLAIN_RUNS, None
        size = len(cells) if line.wrapped else line.length()
        if size < len(cells):
            text = "".join(cells[:size])
        pattern = PLAIN_RUNS if plain else self._look_of(styles[:size])
        return text, pattern, None if simple else tuple(cells[:size])

    def _append(self, text: str, pattern: int, wrapped: bool, cells: tuple[str, ...] | None) -> None:
        """`cells` only where they are not simply the characters of the text."""
        row = len(self._length)
        flags = WRAPPED if wrapped else 0
        if cells is not None:
            flags |= DERIVED if split(text) == list(cells) else STORED
            if flags & STORED:
                text = BETWEEN.join(cells)
        if row % ANCHOR == 0:
            self._anchor.append(len(self._text))
        if BLANKS in text:
            text = _GAP.sub(lambda gap: SO_MANY + chr(len(gap[0])), text)
        data = text.encode("utf-8", "surrogatepass")
        self._text += data
        self._length.append(len(data))
        self._look.append(pattern << FLAG_BITS | flags)

    def _look_of(self, styles: list[int]) -> int:
        """The id of the pattern of runs that a list of style ids makes."""
        key = bytes(styles) if max(styles) < 256 else tuple(styles)
        found = self._looks.get(key)
        if found is None:
            if len(self._looks) >= RECENT:
                self._looks.clear()
            found = self._pattern(tuple((len(list(group)), style) for style, group in groupby(styles)))
            self._looks[key] = found
        return found

    def _pattern(self, runs: Runs) -> int:
        """The id of a pattern of runs."""
        new = len(self._runs_end)
        found = self._patterns.number(runs, new)
        if found == new:
            for run in runs:
                self._runs.extend(run)
            self._runs_end.append(len(self._runs))
        return found

    def text(self, row: int) -> str:
        """A row's text."""
        text = self._stored(row)
        return text.replace(BETWEEN, "") if self._look[row] & STORED else text

    def _stored(self, row: int) -> str:
        anchor = row // ANCHOR
        start = self._anchor[anchor] + sum(self._length[anchor * ANCHOR : row])
        text = self._text[start : start + self._length[row]].decode("utf-8", "surrogatepass")
        return _MANY.sub(lambda many: " " * ord(many[1]), text) if SO_MANY in text else text

    def wrapped(self, row: int) -> bool:
        """Does it go on in the next row?"""
        return bool(self._look[row] & WRAPPED)

    def row(self, row: int) -> Row:
        """The view."""
        text = self._stored(row)
        look = self._look[row]
        cells = tuple(text.split(BETWEEN) if look & STORED else split(text) if look & DERIVED else text)
        text = text.replace(BETWEEN, "") if look & STORED else text
        pattern = look >> FLAG_BITS
        if pattern == PLAIN_RUNS:
            lengths: tuple[tuple[int, int], ...] = ((len(cells), 0),) if cells else ()
        else:
            numbers = self._runs[self._runs_end[pattern - 1] : self._runs_end[pattern]]
            lengths = tuple(zip(numbers[::2], numbers[1::2], strict=True))
        return Row(row, text, bool(look & WRAPPED), cells, lengths)

    def style(self, style_id: int) -> Style:
        """The style of an id that a run or cell names."""
        return self.styles[style_id]
