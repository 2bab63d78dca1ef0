"""Changing the size: rows come from and go to the scrollback, soft-wrapped lines are wrapped anew.

As xterm.js does it, on the main screen only: the logical line that holds the cursor is not wrapped anew
(the shell redraws it), only cut.
"""

from __future__ import annotations

from .line import Line
from .screen import Screen
from .state import MAX_COLUMNS, MAX_ROWS, clamp


def resize(s: Screen, columns: int, rows: int, reflow: bool = True) -> None:
    """Give the screen a new size; margins go back to the edges."""
    columns, rows = clamp(columns, MAX_COLUMNS), clamp(rows, MAX_ROWS)
    if (columns, rows) == (s.columns, s.lines):
        return
    before, s.columns = s.columns, columns
    s.tabstops = {x for x in s.tabstops if x < columns} | set(range(-(-before // 8) * 8 or 8, columns, 8))
    main = s.other if s.alternate else s.page
    y = min(s.saved_other.y, s.lines - 1) if s.alternate else s.cursor.y
    lines = [*s.history, *main]
    cursor = lines[len(s.history) + y]
    gone = {id(line) for line in s.history}
    if reflow and columns != before:
        lines = _reflow(lines, columns, cursor, gone)
    main, moved = _main(s, lines, cursor, rows, gone)
    spare = _spare(s, s.page if s.alternate else s.other, rows)
    s.page, s.other = (spare, main) if s.alternate else (main, spare)
    s.lines = rows
    s.top, s.bottom, s.left, s.right = 0, rows - 1, 0, columns - 1
    for line in (*s.history, *s.page, *s.other):
        _cut(s, line, columns)
    c = s.cursor
    c.pending = c.pending and c.x == columns - 1
    c.x = min(c.x, columns - 1)
    c.y = min(c.y, rows - 1) if s.alternate else moved


def _main(s: Screen, lines: list[Line], cursor: Line, rows: int, gone: set[int]) -> tuple[list[Line], int]:
    """Divide all lines into scrollback and screen, and where the cursor's is then.

    Lines come back from the scrollback where wrapping made fewer of them, and where rows were added below
    a cursor on the last line; blank lines below the cursor give way before any goes.
    """
    at = next(i for i, line in enumerate(lines) if line is cursor)
    last = len(lines) - 1
    first = len(s.history) + min(len(lines) - len(s.history) - s.lines, 0)
    if rows > s.lines and at == last:
        first -= rows - s.lines
    while last > at and not lines[last].length():
        last -= 1
    first = max(min(max(first, last - rows + 1), at), at - rows + 1, 0)
    if s.watcher is not None:
        for line in lines[:first]:
            if id(line) not in gone:
                s.watcher.scrolled(line)
        for line in lines[first + rows : last + 1]:
            s.watcher.lost([line], "erased")
    s.history.clear()
    s.history.extend(lines[:first])
    page = lines[first : first + rows]
    return page + [Line() for _ in range(rows - len(page))], at - first


def _spare(s: Screen, page: list[Line], rows: int) -> list[Line]:
    """The alternate page is cut at the bottom, or at the top where the cursor needs it."""
    if s.alternate:
        over = max(s.cursor.y - rows + 1, 0)
        s.abandon("erased", 0, over - 1)
        s.abandon("erased", over + rows, len(page) - 1)
        s.cursor.y -= over
        page = page[over:]
    page = page[:rows]
    return page + [Line() for _ in range(rows - len(page))]


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


def _reflow(lines: list[Line], columns: int, cursor: Line, gone: set[int]) -> list[Line]:
    """Wrap logical lines anew, but for the one with the cursor; what had `gone` stays gone."""
    result: list[Line] = []
    group: list[Line] = []
    for line in lines:
        group.append(line)
        if line.wrapped:
            continue
        rows = group if any(one is cursor for one in group) else _rewrap(group, columns)
        if all(id(one) in gone for one in group):
            gone.update(map(id, rows))
        result += rows
        group = []
    return result + group


def _rewrap(group: list[Line], columns: int) -> list[Line]:
    """One logical line in its new rows; untouched where it fits as it is."""
    last = group[-1].length()
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
