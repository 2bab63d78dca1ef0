"""What erases, inserts, deletes and repeats. As in ECMA-48, DEC's VT510 manual and ctlseqs."""

from __future__ import annotations

from .operations import Csi
from .screen import Screen


def erase_display(s: Screen, op: Csi) -> None:
    """ED, DECSED: 0 below, 1 above, 2 all, 3 the scrollback."""
    selective = op.name == "?J" or s.guarded
    how = op.arg(0, 0)
    c = s.cursor
    if how == 3:
        if op.name == "J":
            s.history.clear()
            if s.watcher is not None:
                s.watcher.unseen("scrollback erased", "")
        return
    if how > 3:
        return
    reason = "cleared" if how == 2 else "erased"
    first, last = {0: (c.y + 1, s.lines), 1: (0, c.y), 2: (0, s.lines)}[how]
    if how == 0 and not c.pending:
        s.erase(c.y, c.x, s.columns, reason, selective)
        if c.x == c.y == 0:  # the whole page
            s.unwrap(0)
    s.abandon(reason, first, last - 1)
    for y in range(first, last):
        s.erase(y, 0, s.columns, reason, selective)
        s.unwrap(y)
    if how == 1:
        s.erase(c.y, 0, c.x + 1, reason, selective)


def erase_line(s: Screen, op: Csi) -> None:
    """EL, DECSEL: 0 right, 1 left, 2 all. Right of a pending wrap there is nothing, as in xterm.js."""
    c = s.cursor
    ranges = {0: (c.x + c.pending, s.columns), 1: (0, c.x + 1), 2: (0, s.columns)}
    start, end = ranges.get(op.arg(0, 0), (0, 0))
    if end > start:
        s.erase(c.y, start, end, "erased", op.name == "?K" or s.guarded)


def erase_characters(s: Screen, op: Csi) -> None:
    """ECH."""
    c = s.cursor
    c.pending = False
    s.erase(c.y, c.x, min(c.x + op.count(), s.columns), "erased", s.guarded)


def insert_characters(s: Screen, op: Csi) -> None:
    """ICH."""
    c = s.cursor
    c.pending = False
    if s.left <= c.x <= s.right:
        s.insert(c.y, c.x, op.count())


def delete_characters(s: Screen, op: Csi) -> None:
    """DCH."""
    c = s.cursor
    c.pending = False
    if s.left <= c.x <= s.right:
        s.delete(c.y, c.x, op.count())


def inside(s: Screen) -> bool:
    """Is the cursor within all margins?"""
    return s.top <= s.cursor.y <= s.bottom and s.left <= s.cursor.x <= s.right


def insert_lines(s: Screen, op: Csi) -> None:
    """IL."""
    if inside(s):
        s.scroll_down(op.count(), s.cursor.y, "erased")
        s.move(s.left, s.cursor.y)


def delete_lines(s: Screen, op: Csi) -> None:
    """DL."""
    if inside(s):
        s.scroll_up(op.count(), s.cursor.y, "erased")
        s.move(s.left, s.cursor.y)


def shift_rows(s: Screen, x: int, count: int) -> None:
    """Shift the rows of the scroll region right (or left) from a column on, if the cursor is in it."""
    if not inside(s):
        return
    for y in range(s.top, s.bottom + 1):
        if count > 0:
            s.insert(y, x, count)
        else:
            s.delete(y, x, -count)
        s.page[y].wrapped = False


def insert_columns(s: Screen, op: Csi) -> None:
    """DECIC."""
    shift_rows(s, s.cursor.x, op.count())


def delete_columns(s: Screen, op: Csi) -> None:
    """DECDC."""
    shift_rows(s, s.cursor.x, -op.count())


def back_index(s: Screen) -> None:
    """DECBI: left, or at the left margin the region's columns move right."""
    if s.cursor.x == s.left:
        shift_rows(s, s.left, 1)
    else:
        s.move(s.cursor.x - 1, s.cursor.y)


def forward_index(s: Screen) -> None:
    """DECFI: right, or at the right margin the region's columns move left."""
    if s.cursor.x == s.right:
        shift_rows(s, s.left, -1)
    else:
        s.move(s.cursor.x + 1, s.cursor.y)


def repeat(s: Screen, op: Csi) -> None:
    """REP: never more than a page, since more shows nothing more."""
    if s.repeat:
        s.text(s.repeat * min(op.count(), s.columns * s.lines))
        s.repeat = ""
