"""Changing the size: rows come from and go to the scrollback, soft-wrapped lines are wrapped anew.

As xterm.js does it (Buffer.ts), on the main screen only: the logical line that holds the cursor is not
wrapped anew (the shell redraws it), only cut; blank rows below the cursor give way first. Then, unlike there
and as in xterm, rows leave at the top, so that text below the cursor stays while there is room for it.
Where lines *below* the cursor would have to be wrapped, xterm.js mixes rows up; here they stay in order.
Blanks at the end of a line, coloured by erasing or not, count as nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .line import Line
from .screen import Screen
from .state import MAX_COLUMNS, MAX_ROWS, clamp


@dataclass(slots=True)
class _Main:
    """Scrollback and main page in one: the page is `lines[base:]`, the cursor stands in its row `y`."""

    lines: list[Line]
    base: int
    y: int

    @property
    def below(self) -> int:
        """How many lines there are below the cursor's."""
        return len(self.lines) - self.base - self.y - 1

    @property
    def blank(self) -> bool:
        """Is the last line a blank one below the cursor?"""
        return self.below > 0 and not self.lines[-1].length()


def resize(s: Screen, columns: int, rows: int, reflow: bool = True) -> None:
    """Give the screen a new size; margins go back to the edges."""
    columns, rows = clamp(columns, MAX_COLUMNS), clamp(rows, MAX_ROWS)
    if (columns, rows) == (s.columns, s.lines):
        return
    before, s.columns = s.columns, columns
    s.tabstops = {x for x in s.tabstops if x < columns} | set(range(-(-before // 8) * 8 or 8, columns, 8))
    y = min(s.saved_other.y, s.lines - 1) if s.alternate else s.cursor.y
    main = _Main([*s.history, *(s.other if s.alternate else s.page)], len(s.history), y)
    gone = {id(line) for line in s.history}
    _rows(s, main, rows)
    if reflow and columns != before:
        _reflow(s, main, columns, rows, gone)
    page = _divide(s, main, gone)
    spare, up = _spare(s, s.page if s.alternate else s.other, rows)
    s.page, s.other = (spare, page) if s.alternate else (page, spare)
    s.lines = rows
    s.top, s.bottom, s.left, s.right = 0, rows - 1, 0, columns - 1
    for line in (*s.history, *s.page, *s.other):
        _cut(s, line, columns)
    _cursors(s, main.y - y, up)


def _cursors(s: Screen, down: int, up: int) -> None:
    """The cursor and the saved ones stay with their lines: the main page's went `down`, the other's `up`."""
    moved, other = (-up, down) if s.alternate else (down, 0)
    s.saved = replace(s.saved, y=max(s.saved.y + moved, 0))
    s.saved_other = replace(s.saved_other, y=max(s.saved_other.y + other, 0))
    c = s.cursor
    if c.pending and c.x < s.columns - 1:  # there is room now behind what was printed last
        c.x += 1
        c.pending = False
    c.pending = c.pending and c.x == s.columns - 1
    c.x = min(c.x, s.columns - 1)
    c.y = min(c.y + moved, s.lines - 1)


def _rows(s: Screen, main: _Main, rows: int) -> None:
    """More: from the scrollback where nothing is below the cursor, else blank ones. Fewer: see above."""
    for _ in range(s.lines, rows):
        if main.base and not main.below:
            main.base -= 1
            main.y += 1
        else:
            main.lines.append(Line())
    for _ in range(rows, s.lines):
        _take(s, main)


def _take(s: Screen, main: _Main) -> None:
    """One row fewer: the last if it is blank, else the first, unless that is the cursor's."""
    if main.blank or not main.y:
        line = main.lines.pop()
        if s.watcher is not None and line.length():
            s.watcher.lost([line], "erased")
    else:
        main.base += 1
        main.y -= 1


def _divide(s: Screen, main: _Main, gone: set[int]) -> list[Line]:
    """What is above the page is the scrollback, and has scrolled off if it had not before."""
    if s.watcher is not None:
        for line in main.lines[: main.base]:
            if id(line) not in gone:
                s.watcher.scrolled(line)
    s.history.clear()
    s.history.extend(main.lines[: main.base])
    return main.lines[main.base :]


def _spare(s: Screen, page: list[Line], rows: int) -> tuple[list[Line], int]:
    """The alternate page, cut at the bottom, or at the top if the cursor needs it; how far it went up."""
    over = 0
    if s.alternate:
        over = max(s.cursor.y - rows + 1, 0)
        s.abandon("erased", 0, over - 1)
        s.abandon("erased", over + rows, len(page) - 1)
    page = page[over : over + rows]
    return page + [Line() for _ in range(rows - len(page))], over


def _cut(s: Screen, line: Line, columns: int) -> None:
    """Take away what is right of the last column."""
    if len(line.cells) > columns:
        if line.high > columns and s.watcher is not None and "".join(line.cells[columns:]).strip():
            s.watcher.lost([line], "erased")
            line.settle()
        line.part(columns)
        del line.cells[columns:], line.styles[columns:]
        line.row = -1
    line.high = min(line.high, columns)


def _reflow(s: Screen, main: _Main, columns: int, rows: int, gone: set[int]) -> None:
    """Wrap all lines anew; the cursor's stays where it is on the page, or as near as there is room."""
    cursor, before = main.lines[main.base + main.y], main.base + main.y
    main.lines = _wrap(s, main.lines, columns, cursor, gone)
    at = next(i for i, line in enumerate(main.lines) if line is cursor)
    if not main.base:  # no scrollback yet: blank rows at the bottom give way
        free = next((n for n, line in enumerate(reversed(main.lines)) if line is cursor or line.length()), 0)
        main.y += max(min(at - before, rows - 1 - main.y, free), 0)
    main.base = max(at - main.y, 0)
    main.y = at - main.base
    while len(main.lines) > main.base + rows:
        _take(s, main)
    main.lines += [Line() for _ in range(main.base + rows - len(main.lines))]


def _wrap(s: Screen, lines: list[Line], columns: int, cursor: Line, gone: set[int]) -> list[Line]:
    """Wrap logical lines anew, but for the one with the cursor; what had `gone` stays gone."""
    result: list[Line] = []
    group: list[Line] = []
    for line in lines:
        group.append(line)
        if line.wrapped:
            continue
        rows = group if any(one is cursor for one in group) else _rewrap(group, columns, _length(s, line))
        if all(id(one) in gone for one in group):
            gone.update(map(id, rows))
        result += rows
        group = []
    return result + group


def _length(s: Screen, line: Line) -> int:
    """How much of a line is text: not the blanks at its end, with or without a background."""
    size, blank = line.length(), s.styles.blank
    while size and line.cells[size - 1] == " " and blank(line.styles[size - 1]) == line.styles[size - 1]:
        size -= 1
    return size


def _rewrap(group: list[Line], columns: int, last: int) -> list[Line]:
    """One logical line, `last` cells long in its last row, in its new rows; untouched if it fits as it is."""
    if len(group) == 1 and last <= columns:
        return group
    cells = [cell for line in group[:-1] for cell in line.cells] + group[-1].cells[:last]
    styles = [style for line in group[:-1] for style in line.styles] + group[-1].styles[:last]
    if columns == 1:  # no room for a wide character, but its text stays
        styles = [style for cell, style in zip(cells, styles, strict=True) if cell]
        cells = [cell for cell in cells if cell]
    fresh = any(line.high for line in group)
    rows: list[Line] = []
    at = 0
    while at < len(cells) or not rows:
        end = at + columns
        if end < len(cells) and not cells[end]:
            end -= 1
        row = Line()
        row.cells, row.styles = cells[at:end], styles[at:end]
        row.wrapped = end < len(cells)
        if fresh:
            row.touch(0, columns)
        rows.append(row)
        at = end
    return rows
