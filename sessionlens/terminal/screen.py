"""The screen: printing on the grid, and the two pages.

Characters of one cell go the short way, in runs; wide and joining ones one by one. Widths are width.py's.
"""

from __future__ import annotations

from typing import Any

from .grid import Grid
from .line import Line
from .state import MAX_CELL, Saved
from .unseen import DISGUISED, INVISIBLE
from .width import SIMPLE, VS16, joins, widened, width


class Screen(Grid):
    """A grid that prints. Everything that a terminal remembers is here, but for the parser's own state."""

    def run(self, text: str) -> None:
        """Print a run of characters without controls: most are nothing but cells."""
        cursor = self.cursor
        end = cursor.x + len(text)
        if (
            end <= self.right
            and text.isascii()
            and not cursor.pending
            and self.charsets.plain
            and "4" not in self.mode
            and cursor.pen not in self.styles.hiding
        ):
            self.put(cursor.y, cursor.x, text, end)
            cursor.x = end
            self.repeat, self.joined = text[-1], True
        else:
            self.text(text)

    def text(self, text: str) -> None:
        """The same, whatever is set."""
        if not self.charsets.plain:
            if self.watcher is not None and DISGUISED.search(text):
                self.watcher.unseen("line drawing", text)
            text = self.charsets.translate(text)
        if self.cursor.pen in self.styles.hiding and self.watcher is not None:
            self.watcher.unseen(self.styles.hiding[self.cursor.pen], text)
        if text.isascii() or SIMPLE.fullmatch(text):
            self._narrow(text)
            self.repeat = text[-1]
        else:
            if self.watcher is not None and self._invisible(text):
                self.watcher.unseen("invisible characters", text)
            self._mixed(text)
        self.joined = True

    def _narrow(self, text: str) -> None:
        """Characters of one cell each."""
        cursor = self.cursor
        size = len(text)
        at = 0
        insert = "4" in self.mode
        while at < size:
            if cursor.pending:
                self._wrap()
            x = cursor.x
            limit = self.limit(x)
            room = limit - x
            if size - at <= room:
                part = text[at:] if at else text
            elif "?7" in self.mode:
                part = text[at : at + room]
            else:
                if self.watcher is not None:
                    self.watcher.cut(text[at:])
                part = text[at : at + room - 1] + text[-1]
                at = size - len(part)
            at += len(part)
            self.put(cursor.y, x, part, x + len(part), insert)
            x += len(part)
            if x >= limit:
                self._fill(limit)
            else:
                cursor.x = x

    def _fill(self, limit: int) -> None:
        """The cursor stands on the last column, which was just written."""
        cursor = self.cursor
        cursor.x = limit - 1
        self.page[cursor.y].wrapped = False
        cursor.pending = True

    def _invisible(self, text: str) -> bool:
        """Does it hold characters that do not show? A joiner at its start joins what stands there."""
        cursor = self.cursor
        x = cursor.x if cursor.pending else cursor.x - 1
        before = "".join(self.page[cursor.y].cells[max(x - 1, 0) : max(x + 1, 0)])[-1:]
        return INVISIBLE.search(before + text, len(before)) is not None

    def _mixed(self, text: str) -> None:
        """Characters of any width, those that join the one before included."""
        at = 0
        end = len(text)
        while at < end:
            simple = SIMPLE.match(text, at)
            if simple is not None:
                self._narrow(simple[0])
                self.repeat = text[simple.end() - 1]
                at = simple.end()
            else:
                self._single(text[at])
                at += 1
            self.joined = True

    def _single(self, char: str) -> None:
        """One character that may be wide or join the cell before it."""
        cells = width(char)
        if (cells == 0 or self.joined) and self._join(char, cells):
            return
        cursor = self.cursor
        cells = max(cells, 1)
        if cursor.pending:
            self._wrap()
        limit = self.limit(cursor.x)
        if cells > limit - cursor.x:
            if "?7" not in self.mode or limit < 2:
                if self.watcher is not None:
                    self.watcher.unseen("cut off", char)
                return
            self.erase(cursor.y, cursor.x, limit, "overwritten")
            if cursor.pen:
                self.put(cursor.y, cursor.x, " " * (limit - cursor.x), limit)
            self._wrap()
            limit = self.limit(cursor.x)
            if cells > limit - cursor.x:
                return
        self.put(cursor.y, cursor.x, [char, ""][:cells], cursor.x + cells, "4" in self.mode)
        self.repeat = char
        if cursor.x + cells >= limit:
            self._fill(limit)
        else:
            cursor.x += cells

    def _join(self, char: str, cells: int) -> bool:
        """Add a character to the cell before the cursor; False if it stands alone."""
        cursor = self.cursor
        line = self.page[cursor.y]
        x = cursor.x if cursor.pending else cursor.x - 1
        if x < 0:
            if cells:
                return False
            x = 0
        line.pad(x + 1)
        if x and not line.cells[x]:
            x -= 1
        cell = line.cells[x]
        if cells and not joins(cell, char):
            return False
        if len(cell) < MAX_CELL:
            line.cells[x] = cell + char
            line.touch(x, x + 1)
        elif self.watcher is not None and not INVISIBLE.match(char):  # those are noted
            self.watcher.unseen("invisible characters", char)
        if char == VS16 and len(cell) == 1 and widened(cell):
            self._widen(line, x)
        return True

    def _widen(self, line: Line, x: int) -> None:
        """A narrow cell has become an emoji: it takes the next column too, where there is room."""
        cursor = self.cursor
        if cursor.pending or x + 1 != cursor.x or x + 1 >= self.limit(x):
            return
        text = line.cells[x]
        self.put(cursor.y, x, [text, ""], x + 2, "4" in self.mode)
        if cursor.x + 1 >= self.limit(x):
            self._fill(self.limit(x))
        else:
            cursor.x += 1

    def put(self, y: int, x: int, cells: str | list[str], end: int, insert: bool = False) -> None:
        """Write cells into a line, from column x to column `end` (exclusive), with the current pen."""
        line = self.page[y]
        if insert:
            self.insert(y, x, end - x)
        elif x < line.high and end > line.low and self.watcher is not None:
            self.losing(y, x, end, "overwritten", cells)
        if x == len(line.cells):
            line.cells += cells
            line.styles += [self.cursor.pen] * (end - x)
        else:
            line.put(x, cells, self.cursor.pen)
            if end > self.columns:
                del line.cells[self.columns :], line.styles[self.columns :]
        line.row = -1
        if x < line.low:
            line.low = x
        if end > line.high:
            line.high = end

    def _wrap(self) -> None:
        """Go on in the next line, softly; without autowrap on the last column."""
        cursor = self.cursor
        if "?7" not in self.mode:
            cursor.pending = False
            return
        line = self.page[cursor.y]
        if cursor.pending:  # the last column was written, if only with a blank
            line.pad(cursor.x + 1)
        if not self.narrowed:
            line.wrapped = True
            line.row = -1
        start = self.left if cursor.x >= self.left else 0
        self.index()  # from where it is: beyond the side margins nothing scrolls
        cursor.x = start

    # ---- pages

    def switch(self, alternate: bool, clear: bool = False) -> None:
        """To the alternate page or back; `clear` empties the alternate one (on entry, on leaving)."""
        if alternate == self.alternate:
            return
        self.abandon("switched")
        if clear and not alternate:
            self.page = [Line() for _ in range(self.lines)]
        self.alternate = alternate
        self.page, self.other = self.other, self.page
        self.saved, self.saved_other = self.saved_other, self.saved
        if clear and alternate:
            self.page = [self.fresh() for _ in range(self.lines)]
        for line in self.page:
            line.settle()

    def wipe(self) -> None:
        """Empty the page that is shown."""
        self.abandon("cleared")
        self.page = [self.fresh() for _ in range(self.lines)]

    def snapshot(self) -> tuple[Any, ...]:
        """Everything that makes two screens equal (style ids resolved)."""
        styles = self.styles

        def look(line: Line) -> tuple[Any, ...]:
            cells, ids, wrapped = line.content()
            return cells, tuple(styles[i] for i in ids), wrapped

        def kept(saved: Saved) -> tuple[Any, ...]:
            return saved.x, saved.y, styles[saved.pen], saved.origin, saved.charsets

        cursor, sets = self.cursor, self.charsets
        return (
            (self.columns, self.lines, self.alternate, self.title, self.icon_name),
            (self.titles, self.icon_names, self.guarded, self.exact),
            [(styles[pen], named) for pen, named in self.pens],
            [look(line) for line in self.page],
            [look(line) for line in self.other],
            [look(line) for line in self.history],
            (cursor.x, cursor.y, cursor.pending, cursor.hidden, styles[cursor.pen]),
            (kept(self.saved), kept(self.saved_other)),
            (self.mode, self.saved_modes, self.tabstops),
            (self.top, self.bottom, self.left, self.right),
            (sets.designated, sets.active, sets.single, self.repeat, self.joined),
        )
