"""The grid under a screen: lines, margins, cursor; scrolling, erasing, and what must not be forgotten.

It keeps pyte's names for size, modes, tab stops and titles, and replaces pyte's cell store. Printing is in
screen.py, which sequence does what in controls.py. Semantics follow xterm, and xterm.js where the two differ.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise

import pyte

from .charsets import Charsets
from .line import Line
from .state import DEFAULT_MODES, MAX_COLUMNS, MAX_ROWS, SCROLLBACK, Cursor, Saved, Watcher, clamp
from .style import Style, Styles


class Grid(pyte.Screen):
    """Two pages of lines (main and alternate), one cursor, and the modes."""

    lines: int
    columns: int
    cursor: Cursor  # type: ignore[assignment]  # ours has a pen and a pending wrap
    mode: set[str]  # type: ignore[assignment]  # by name, since ANSI and DEC numbers overlap
    tabstops: set[int]

    def __init__(self, columns: int, rows: int, scrollback: int = SCROLLBACK) -> None:
        self.styles = Styles()
        self.watcher: Watcher | None = None
        self.history: deque[Line] = deque(maxlen=scrollback)
        self.titles: list[str] = []  # saved ones
        self.icon_names: list[str] = []
        super().__init__(clamp(columns, MAX_COLUMNS), clamp(rows, MAX_ROWS))
        self.mode = set(DEFAULT_MODES)
        self.title = self.icon_name = ""

    def reset(self) -> None:
        """RIS: everything as at the start, the scrollback gone too; the titles are the window's and stay."""
        if getattr(self, "page", None):
            self.abandon("cleared")
            if self.history and self.watcher is not None:
                self.watcher.unseen("scrollback erased", "")
        self.history.clear()
        self.cursor = Cursor()
        self.charsets = Charsets()
        self.mode = set(DEFAULT_MODES)
        self.tabstops = set(range(8, self.columns, 8))
        self.alternate = False
        self.page: list[Line] = [Line() for _ in range(self.lines)]
        self.other: list[Line] = [Line() for _ in range(self.lines)]
        self.saved = Saved()
        self.saved_other = Saved()
        self.saved_modes: dict[str, bool] = {}
        self.pens: list[tuple[int, tuple[str, ...]]] = []  # saved ones: id, and which of its fields
        self.guarded = False  # SPA was used last, not DECSCA: all erasing spares what is protected
        self.exact = False  # DECSACE: a rectangle is a rectangle
        self.top, self.bottom = 0, self.lines - 1
        self.left, self.right = 0, self.columns - 1
        self.repeat = ""  # what REP repeats: the last character, "" after anything else
        self.joined = False  # may the next character join the cell before the cursor?

    # ---- what must not be forgotten

    def logical(self, y: int) -> list[Line]:
        """The lines on the page that are one line with line y."""
        first = last = y
        while first > 0 and self.page[first - 1].wrapped:
            first -= 1
        while last < self.lines - 1 and self.page[last].wrapped:
            last += 1
        return self.page[first : last + 1]

    def losing(self, y: int, start: int, end: int, reason: str, new: str | list[str] | None = None) -> None:
        """Columns that no frame has shown are about to change: tell the watcher if there is text in them."""
        line = self.page[y]
        old = line.cells[start:end]
        if new is not None and old == list(new)[: len(old)]:
            return
        low, high = max(start, line.low), min(end, line.high)
        if self.watcher is None or "".join(line.cells[low:high]).isspace() or low >= len(line.cells):
            return
        lines = self.logical(y)
        self.watcher.lost(lines, reason, "".join("".join(one.cells[one.low : one.high]) for one in lines))
        for one in lines:
            one.settle()

    def abandon(self, reason: str, top: int = 0, bottom: int | None = None) -> None:
        """Lines are about to go, all at once: tell of those that no frame has shown."""
        if self.watcher is None:
            return
        last = self.lines if bottom is None else bottom + 1
        for y in range(top, last):
            line = self.page[y]
            if line.high:
                self.losing(y, 0, self.columns, reason)

    # ---- scrolling

    def index(self) -> None:
        """Down one line, scrolling at the bottom margin."""
        cursor = self.cursor
        cursor.pending = False
        if cursor.y == self.bottom:
            if self.left <= cursor.x <= self.right:
                self.scroll_up(1)
        elif cursor.y < self.lines - 1:
            cursor.y += 1

    def reverse_index(self) -> None:
        """Up one line, scrolling at the top margin."""
        cursor = self.cursor
        cursor.pending = False
        if cursor.y == self.top:
            if self.left <= cursor.x <= self.right:
                self.scroll_down(1)
        elif cursor.y > 0:
            cursor.y -= 1

    def fresh(self) -> Line:
        """An empty line under the current background."""
        style = self.styles.blank(self.cursor.pen)
        return Line(self.columns, style) if style else Line()

    def scroll_up(self, count: int, top: int | None = None, reason: str = "scrolled") -> None:
        """Lines leave at the top of the region (or at `top`), blank ones come in at its bottom."""
        first = self.top if top is None else top
        last = self.bottom
        count = min(count, last - first + 1)
        if self.narrowed:
            self._shift_columns(first, last, count, reason)
            return
        page = self.page
        keep = first == 0 and not self.alternate and reason == "scrolled"
        if not keep:
            self.abandon(reason, first, first + count - 1)
            if first > 0:
                self._unwrap(first - 1)
        elif self.watcher is not None:
            for line in page[:count]:
                self.watcher.scrolled(line)
        if keep:
            self.history.extend(page[:count])
        del page[first : first + count]
        page[last - count + 1 : last - count + 1] = [self.fresh() for _ in range(count)]
        if last < self.lines - 1:
            self._unwrap(last - count)

    def flood(self, lines: list[Line]) -> None:
        """Whole lines, each with its end, on a cursor at the start of an empty last line."""
        lines = self.page[:-1] + lines
        lines.append(Line())
        gone = lines[: -self.lines]
        self.page = lines[-self.lines :]
        if self.watcher is not None:
            self.watcher.flooded(gone)
        self.history.extend(gone)

    def scroll_down(self, count: int, top: int | None = None, reason: str = "scrolled") -> None:
        """Blank lines come in at the top of the region (or at `top`), lines leave at its bottom."""
        first = self.top if top is None else top
        last = self.bottom
        count = min(count, last - first + 1)
        if self.narrowed:
            self._shift_columns(first, last, -count, reason)
            return
        self.abandon(reason, last - count + 1, last)
        page = self.page
        del page[last - count + 1 : last + 1]
        page[first:first] = [self.fresh() for _ in range(count)]
        if first > 0:
            self._unwrap(first - 1)
        self._unwrap(last)

    def _unwrap(self, y: int) -> None:
        """The line after y is no longer its continuation."""
        if 0 <= y < self.lines and self.page[y].wrapped:
            self.page[y].wrapped = False
            self.page[y].row = -1

    @property
    def narrowed(self) -> bool:
        """Are there left and right margins?"""
        return self.left > 0 or self.right < self.columns - 1

    def _shift_columns(self, first: int, last: int, count: int, reason: str) -> None:
        """Scroll only the columns between the margins, up (count > 0) or down."""
        left, end = self.left, self.right + 1
        gone = range(first, first + count) if count > 0 else range(last + count + 1, last + 1)
        for y in gone:
            self.losing(y, left, end, reason)
        block = []
        for y in range(first, last + 1):
            line = self.page[y]
            line.part(left)
            line.part(end)
            line.pad(end)
            block.append((line.cells[left:end], line.styles[left:end]))
        style = self.styles.blank(self.cursor.pen)
        blank = [([" "] * (end - left), [style] * (end - left)) for _ in range(abs(count))]
        block = block[count:] + blank if count > 0 else blank + block[:count]
        for y, (cells, styles) in zip(range(first, last + 1), block, strict=True):
            line = self.page[y]
            line.cells[left:end], line.styles[left:end] = cells, styles
            line.touch(left, end)

    # ---- erasing and shifting within a line

    def erase(self, y: int, start: int, end: int, reason: str = "erased", selective: bool = False) -> None:
        """Blank columns start..end-1 of a line; protected cells stay if it is selective."""
        line = self.page[y]
        if start < line.high and end > line.low and self.watcher is not None:
            self.losing(y, start, end, reason)
        pen = self.cursor.pen
        style = self.styles.blank(pen) if pen else 0
        if selective:
            looks = self.styles
            kept = [x for x in range(start, min(end, len(line.cells))) if looks[line.styles[x]].protected]
            for first, last in pairwise([start - 1, *kept, end]):
                if last > first + 1:
                    line.erase(first + 1, last, style, self.columns)
        else:
            line.erase(start, end, style, self.columns)
        if end >= self.columns:
            line.wrapped = False
        size = len(line.cells)
        line.touch(start, end if end < size else size if size > start else start)

    def unwrap(self, y: int) -> None:
        """A line that was erased with the page is no longer what the line above goes on in.

        Erasing the cursor's own line says nothing of the one above, as in xterm: zsh does so when it wraps.
        """
        if y:
            above = self.page[y - 1]
        elif self.history and not self.alternate:
            above = self.history[-1]
        else:
            return
        if above.wrapped:
            above.wrapped = False
            above.row = -1

    def insert(self, y: int, x: int, count: int) -> None:
        """ICH: shift right within the margins."""
        line = self.page[y]
        end = self.limit(x)
        self.losing(y, max(end - count, x), end, "overwritten")
        line.insert(x, count, self.styles.blank(self.cursor.pen), end)
        line.touch(x, end)

    def delete(self, y: int, x: int, count: int) -> None:
        """DCH: shift left within the margins."""
        line = self.page[y]
        end = self.limit(x)
        self.losing(y, x, min(x + count, end), "erased")
        line.delete(x, count, self.styles.blank(self.cursor.pen), end)
        line.touch(x, end)

    # ---- the cursor

    def move(self, x: int, y: int) -> None:
        """To a place on the page, origin mode not considered."""
        cursor = self.cursor
        cursor.pending = False
        cursor.x = min(max(x, 0), self.columns - 1)
        cursor.y = min(max(y, 0), self.lines - 1)

    def goto(self, x: int, y: int) -> None:
        """CUP: to a place as the program counts, within the margins in origin mode."""
        if "?6" in self.mode:
            self.move(min(self.left + max(x, 0), self.right), min(self.top + max(y, 0), self.bottom))
        else:
            self.move(x, y)

    def save_cursor(self) -> None:
        """DECSC; each page has a saved cursor of its own."""
        c = self.cursor
        self.saved = Saved(c.x, c.y, c.pen, "?6" in self.mode, self.charsets.save())

    def restore_cursor(self) -> None:
        """DECRC; without DECSC, home and plain."""
        saved = self.saved
        self.move(saved.x, saved.y)
        self.cursor.pen = saved.pen
        self.charsets.restore(saved.charsets)
        self.mode.discard("?6")
        if saved.origin:
            self.mode.add("?6")

    def limit(self, x: int) -> int:
        """The column at which a line ends for a cursor at x (exclusive)."""
        return self.right + 1 if x <= self.right else self.columns

    @property
    def style(self) -> Style:
        """The current pen."""
        return self.styles[self.cursor.pen]
