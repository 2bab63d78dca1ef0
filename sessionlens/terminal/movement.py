"""What moves the cursor, from BS to CUP. As in ECMA-48, DEC's VT510 manual and xterm's ctlseqs."""

from __future__ import annotations

from .operations import Csi
from .screen import Screen


def backspace(s: Screen) -> None:
    """BS; with reverse wrap (?45) from the start of a soft-wrapped line to the end of the one before."""
    c = s.cursor
    if "?45" in s.mode and c.pending:
        c.pending = False
        return
    c.pending = False
    if c.x > 0 and c.x != s.left:
        c.x -= 1
    elif "?45" in s.mode and s.top < c.y <= s.bottom and s.page[c.y - 1].wrapped:
        c.y -= 1
        before = s.page[c.y]
        before.wrapped = False
        before.row = -1
        c.x = s.right if len(before.cells) >= s.right + 1 else max(s.right - 1, 0)


def tab(s: Screen, count: int = 1) -> None:
    """HT, CHT: to the next stop, at most the last column; a pending wrap stays."""
    c = s.cursor
    if c.pending:
        return
    last = s.right if c.x <= s.right else s.columns - 1
    for _ in range(min(count, s.columns)):
        c.x = min((x for x in s.tabstops if c.x < x < last), default=last)
        if c.x == last:
            return


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
    """CR: to the left margin, or to column 0 from outside of it."""
    c = s.cursor
    c.pending = False
    c.x = s.left if c.x >= s.left else 0


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
    s.move(s.cursor.x + op.count(), s.cursor.y)


def row(s: Screen, op: Csi) -> None:
    """VPA."""
    x = s.cursor.x
    s.goto(0, op.count() - 1)
    s.move(x, s.cursor.y)


def row_relative(s: Screen, op: Csi) -> None:
    """VPR."""
    s.move(s.cursor.x, s.cursor.y + op.count())


def position(s: Screen, op: Csi) -> None:
    """CUP, HVP."""
    s.goto(op.count(1) - 1, op.count(0) - 1)
