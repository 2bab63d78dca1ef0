"""What moves the cursor, from BS to CUP. As in ECMA-48, DEC's VT510 manual and xterm's ctlseqs."""

from __future__ import annotations

from .operations import Csi
from .screen import Screen


def backspace(s: Screen) -> None:
    """BS, with reverse wrap over the start of a line."""
    c = s.cursor
    if "?45" in s.mode or "?1045" in s.mode:
        reverse(s, 1)
        return
    c.pending = False
    if c.x > 0 and c.x != s.left:
        c.x -= 1


def reverse(s: Screen, count: int) -> None:
    """Left with reverse wrap: ?45 within a soft-wrapped line, ?1045 over any, from the top to the bottom."""
    c = s.cursor
    left = s.left if c.x >= s.left else 0
    size = s.right - left + 1
    wraps = "?7" in s.mode
    anywhere = wraps and "?1045" in s.mode
    if anywhere:
        count %= size * (s.bottom - s.top + 1) or 1
    count -= wraps and c.pending
    x, y = c.x, c.y
    while count > x - left and wraps:
        if anywhere and y == s.top:
            above = s.bottom
        elif y > 0 and (anywhere or (y > s.top and s.page[y - 1].wrapped)):
            above = y - 1
        else:
            break
        count -= x - left + 1
        x, y = s.right, above
    s.move(max(x - count, left), y)


def tab(s: Screen, count: int = 1) -> None:
    """HT, CHT: to the next stop, at most the last column; a pending wrap stays."""
    c = s.cursor
    if c.pending:
        return
    last = s.right if c.x <= s.right else s.columns - 1
    if count == 1:
        c.x = min((x for x in s.tabstops if c.x < x < last), default=last)
    else:
        stops = sorted(x for x in s.tabstops if c.x < x < last)
        c.x = stops[count - 1] if count <= len(stops) else last


def tab_back(s: Screen, op: Csi) -> None:
    """CBT; nothing under a pending wrap, as HT."""
    if s.cursor.pending:
        return
    stops = sorted((x for x in s.tabstops if x < s.cursor.x), reverse=True)
    count = op.count()
    s.move(stops[count - 1] if count <= len(stops) else 0, s.cursor.y)


def line_feed(s: Screen) -> None:
    """LF, VT, FF."""
    if "20" in s.mode:
        carriage_return(s)
    s.index()


def carriage_return(s: Screen) -> None:
    """CR: to the left margin, or to column 0 from outside of it (not in origin mode)."""
    c = s.cursor
    c.pending = False
    c.x = s.left if c.x >= s.left or "?6" in s.mode else 0


def up(s: Screen, op: Csi) -> None:
    """CUU: not past the top margin from below it."""
    c = s.cursor
    s.move(c.x, max(c.y - op.count(), s.top if c.y >= s.top else 0))


def down(s: Screen, op: Csi) -> None:
    """CUD: not past the bottom margin from above it."""
    c = s.cursor
    s.move(c.x, min(c.y + op.count(), s.bottom if c.y <= s.bottom else s.lines - 1))


def forward(s: Screen, op: Csi) -> None:
    """CUF."""
    c = s.cursor
    s.move(min(c.x + op.count(), s.limit(c.x) - 1), c.y)


def back(s: Screen, op: Csi) -> None:
    """CUB."""
    c = s.cursor
    if "?45" in s.mode or "?1045" in s.mode:
        reverse(s, op.count())
        return
    s.move(max(c.x - op.count(), s.left if c.x >= s.left else 0), c.y)


def next_lines(s: Screen, op: Csi) -> None:
    """CNL."""
    down(s, op)
    carriage_return(s)


def previous_lines(s: Screen, op: Csi) -> None:
    """CPL."""
    up(s, op)
    carriage_return(s)


def column(s: Screen, op: Csi) -> None:
    """CHA, HPA."""
    if "?6" in s.mode:
        s.move(min(s.left + op.count() - 1, s.right), s.cursor.y)
    else:
        s.move(op.count() - 1, s.cursor.y)


def column_relative(s: Screen, op: Csi) -> None:
    """HPR."""
    x = s.cursor.x + op.count()
    s.move(min(x, s.right) if "?6" in s.mode else x, s.cursor.y)


def row(s: Screen, op: Csi) -> None:
    """VPA."""
    x = s.cursor.x
    s.goto(0, op.count() - 1)
    s.move(x, s.cursor.y)


def position(s: Screen, op: Csi) -> None:
    """CUP, HVP."""
    s.goto(op.count(1) - 1, op.count(0) - 1)


def row_relative(s: Screen, op: Csi) -> None:
    """VPR."""
    y = s.cursor.y + op.count()
    s.move(s.cursor.x, min(y, s.bottom) if "?6" in s.mode else y)
