"""The heart: what was on the screen when, as frames over rows that are stored once.

A frame is what the screen showed once its first and last event (at most 33 ms apart, or one synchronized
update) had happened. Nothing here emulates: `at` and `walk` read keyframes and deltas. How it is made is
builder.py.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .palette import KINDS, Palette
from .rows import Row, Rows
from .screens import Screens
from .style import Style

if TYPE_CHECKING:
    from .lines import Lines

VISIBLE, ALTERNATE, REVERSE = 1, 2, 4
REASONS = ("scrolled", "erased", "overwritten", "cleared", "switched")


@dataclass(frozen=True, slots=True)
class Frame:
    """One screen: from `t0_ns` (its first event) until the next frame's; `offset` is the end of its output.

    `offset` is a file offset in `out`; `row_ids` top to bottom; `reverse`: all is inverted (DECSCNM).
    """

    index: int
    t0_ns: int
    t1_ns: int
    offset: int
    row_ids: tuple[int, ...]
    cursor_x: int
    cursor_y: int
    cursor_visible: bool
    title: str
    alternate: bool
    columns: int
    rows: int
    reverse: bool = False


class Kept:
    """Rows that left the screen before a frame could show them, by logical line: when, where, why."""

    def __init__(self) -> None:
        self.rows = array("I")  # row ids; a logical line ends with the first that is not wrapped
        # groups of rows with the same facts: from row n on; t0, t1, offset; reason << 1 | alternate
        self._start = array("Q")
        self._t0 = array("q")
        self._t1 = array("q")
        self._offset = array("q")
        self._why = array("B")

    def add(self, ids: Sequence[int], t0: int, t1: int, offset: int, reason: str, alternate: bool) -> None:
        """Keep one logical line, or a part of one."""
        why = REASONS.index(reason) << 1 | alternate
        same = len(self._why) > 0 and self._why[-1] == why and self._offset[-1] == offset
        if not (same and self._t0[-1] == t0 and self._t1[-1] == t1):
            self._start.append(len(self.rows))
            self._t0.append(t0)
            self._t1.append(t1)
            self._offset.append(offset)
            self._why.append(why)
        self.rows.extend(ids)

    def __iter__(self) -> Iterator[tuple[list[int], int, int, int, str, bool]]:
        """(row ids, t0, t1, offset, reason, alternate) of each group."""
        ends = [*self._start[1:], len(self.rows)][: len(self._start)]
        columns = (self._start, ends, self._t0, self._t1, self._offset, self._why)
        for start, end, t0, t1, offset, why in zip(*columns, strict=True):
            yield self.rows[start:end].tolist(), t0, t1, offset, REASONS[why >> 1], bool(why & 1)

    @property
    def nbytes(self) -> int:
        """Memory."""
        return 4 * len(self.rows) + 33 * len(self._start)


class Timeline:
    """Frames in order, never empty. `t0_ns`, `t1_ns` (first, last event) and `offset` are int64 columns."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.screens = Screens()
        self.kept = Kept()
        self.t0_ns = array("q")
        self.t1_ns = array("q")
        self.offset = array("q")
        self.end_ns = 0
        self.marks: Sequence[tuple[int, int, str, str]] = []
        self.palette = Palette()  # before the first output; set before it is asked for
        self._recoloured: tuple[int, int, Palette] | None = (
            None  # the last answer: marks read, place, palette
        )
        self._cursor_x = array("H")
        self._cursor_y = array("H")
        self._flags = array("B")
        self._columns = array("H")
        self._titles: list[str] = [""]
        self._title = array("I")
        self._lines: Lines | None = None

    def __len__(self) -> int:
        return len(self.t0_ns)

    def __repr__(self) -> str:
        return f"<Timeline {len(self)} frames, {self.n_rows} rows, {self.nbytes} B>"

    @property
    def n_rows(self) -> int:
        """How many distinct rows there are; ids are 0..n_rows-1."""
        return len(self.rows)

    @property
    def nbytes(self) -> int:
        """Memory of all columns."""
        columns = (self.t0_ns, self.t1_ns, self.offset, self._cursor_x, self._cursor_y)
        more = (self._flags, self._columns, self._title)
        own = sum(len(c) * c.itemsize for c in (*columns, *more)) + sum(map(len, self._titles))
        return own + self.rows.nbytes + self.screens.nbytes + self.kept.nbytes

    def append(self, frame: Frame, scrolled: int) -> None:
        """Add a frame (its index is where it goes)."""
        self.screens.append(list(frame.row_ids), scrolled)
        self.t0_ns.append(frame.t0_ns)
        self.t1_ns.append(frame.t1_ns)
        self.offset.append(frame.offset)
        self._cursor_x.append(frame.cursor_x)
        self._cursor_y.append(frame.cursor_y)
        flags = VISIBLE * frame.cursor_visible | ALTERNATE * frame.alternate | REVERSE * frame.reverse
        self._flags.append(flags)
        self._columns.append(frame.columns)
        if self._titles[-1] != frame.title:
            self._titles.append(frame.title)
        self._title.append(len(self._titles) - 1)

    def _frame(self, index: int, row_ids: tuple[int, ...]) -> Frame:
        flags = self._flags[index]
        return Frame(
            index,
            self.t0_ns[index],
            self.t1_ns[index],
            self.offset[index],
            row_ids,
            self._cursor_x[index],
            self._cursor_y[index],
            bool(flags & VISIBLE),
            self._titles[self._title[index]],
            bool(flags & ALTERNATE),
            self._columns[index],
            len(row_ids),
            bool(flags & REVERSE),
        )

    def frame(self, index: int) -> Frame:
        """Frame `index` (negative from the end)."""
        size = len(self)
        if not -size <= index < size:
            raise IndexError(f"frame {index} of {size}")
        index %= size
        return self._frame(index, tuple(self.screens.get(index)))

    def at(self, t_ns: int) -> Frame:
        """The frame that was shown at a time: the last whose first event is not after it."""
        return self.frame(max(bisect_right(self.t0_ns, t_ns) - 1, 0))

    def walk(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[Frame, list[int], int]]:
        """(frame, changed row indices, scroll): content moved up by `scroll`, then those rows were replaced.

        Of the first frame all rows are changed. No row is copied; where none changed, `row_ids` is the very
        tuple of the frame before.
        """
        stop = len(self) if stop is None else min(stop, len(self))
        row_ids: tuple[int, ...] = ()
        for index, (rows, changed, scroll) in enumerate(self.screens.walk(start, stop), start):
            if changed or scroll:
                row_ids = tuple(rows)
            yield self._frame(index, row_ids), changed, scroll

    def palette_at(self, offset: int) -> Palette:
        """The terminal's colours as set by the output up to a place in it, such as a frame's `offset`."""
        done, place, palette = self._recoloured or (0, 0, self.palette)
        if place > offset:
            done, palette = 0, self.palette
        while done < len(self.marks) and self.marks[done][1] < offset:
            _, _, kind, payload = self.marks[done]
            palette = palette.after(kind, payload) if kind in KINDS else palette
            done += 1
        self._recoloured = done, offset, palette
        return palette

    def over(self, rows: Rows, title: Callable[[str], str]) -> Timeline:
        """The same frames over other rows of the same ids, with other titles: what a mask leaves."""
        seen = copy(self)
        seen.rows, seen._lines = rows, None
        seen._titles = [title(text) for text in self._titles]
        seen.marks = [(t, at, kind, title(text)) for t, at, kind, text in self.marks]
        return seen

    def titles(self) -> list[str]:
        """Each title that the window had."""
        return [title for title in self._titles if title]

    def row(self, row_id: int) -> Row:
        """A row by its id."""
        return self.rows.row(row_id)

    def style(self, style_id: int) -> Style:
        """A style by its id."""
        return self.rows.style(style_id)

    def lines(self) -> Lines:
        """Every logical line that was ever on the screen, also between two frames."""
        if self._lines is None:
            from .lines import collect

            self._lines = collect(self)
        return self._lines
