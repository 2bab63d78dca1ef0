"""Which sequence does what to a screen: one small function each, found by name in three tables.

Not the parsing (parser.py), not the modes (modes.py). Names and behaviour as in ECMA-48, DEC's VT510 manual
and xterm's ctlseqs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .charsets import SLOTS
from .line import Line
from .modes import reset_modes, restore_modes, save_modes, set_modes, soft_reset
from .parser import Csi
from .screen import Screen

Action = Callable[[Screen, Csi], None]


# ---- controls


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
    """CBT."""
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


CONTROLS: dict[str, Callable[[Screen], None]] = {
    "\b": backspace,
    "\t": tab,
    "\n": line_feed,
    "\v": line_feed,
    "\f": line_feed,
    "\r": carriage_return,
    "\x0e": lambda s: s.charsets.shift(1),
    "\x0f": lambda s: s.charsets.shift(0),
}


# ---- escape sequences


def next_line(s: Screen) -> None:
    """NEL."""
    carriage_return(s)
    s.index()


def align(s: Screen) -> None:
    """DECALN: the page full of E."""
    s.abandon("cleared")
    s.top, s.bottom, s.left, s.right = 0, s.lines - 1, 0, s.columns - 1
    s.page = [Line(s.columns, 0, "E") for _ in range(s.lines)]
    for line in s.page:
        line.touch(0, s.columns)
    s.move(0, 0)


def single_shift(slot: int) -> Callable[[Screen], None]:
    """SS2, SS3."""

    def shift(s: Screen) -> None:
        s.charsets.single = slot

    return shift


ESCAPES: dict[str, Callable[[Screen], None]] = {
    "7": Screen.save_cursor,
    "8": Screen.restore_cursor,
    "D": Screen.index,
    "E": next_line,
    "H": lambda s: s.tabstops.add(s.cursor.x),
    "M": Screen.reverse_index,
    "N": single_shift(2),
    "O": single_shift(3),
    "c": Screen.reset,
    "n": lambda s: s.charsets.shift(2),
    "o": lambda s: s.charsets.shift(3),
    "#8": align,
}


def escape(s: Screen, sequence: str) -> None:
    """An escape sequence, without its ESC."""
    action = ESCAPES.get(sequence)
    if action is not None:
        action(s)
    elif sequence[0] in SLOTS and len(sequence) > 1:
        s.charsets.designate(SLOTS[sequence[0]], sequence[1:])


# ---- control sequences: the cursor


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


# ---- control sequences: erasing, inserting, deleting


def erase_display(s: Screen, op: Csi) -> None:
    """ED, DECSED: 0 below, 1 above, 2 all, 3 the scrollback."""
    selective = op.name == "?J"
    how = op.arg(0, 0)
    c = s.cursor
    if how == 3:
        if not selective:
            s.history.clear()
        return
    if how > 3:
        return
    reason = "cleared" if how == 2 else "erased"
    first, last = {0: (c.y + 1, s.lines), 1: (0, c.y), 2: (0, s.lines)}[how]
    if how == 0 and not c.pending:
        s.erase(c.y, c.x, s.columns, reason, selective)
    s.abandon(reason, first, last - 1)
    for y in range(first, last):
        s.erase(y, 0, s.columns, reason, selective)
    if how == 1:
        s.erase(c.y, 0, c.x + 1, reason, selective)


def erase_line(s: Screen, op: Csi) -> None:
    """EL, DECSEL: 0 right, 1 left, 2 all. Right of a pending wrap there is nothing, as in xterm.js."""
    c = s.cursor
    ranges = {0: (c.x + c.pending, s.columns), 1: (0, c.x + 1), 2: (0, s.columns)}
    start, end = ranges.get(op.arg(0, 0), (0, 0))
    if end > start:
        s.erase(c.y, start, end, "erased", op.name == "?K")


def erase_characters(s: Screen, op: Csi) -> None:
    """ECH."""
    c = s.cursor
    c.pending = False
    s.erase(c.y, c.x, min(c.x + op.count(), s.columns))


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


def repeat(s: Screen, op: Csi) -> None:
    """REP: never more than a page, since more shows nothing more."""
    if s.repeat:
        s.text(s.repeat * min(op.count(), s.columns * s.lines))
        s.repeat = ""


# ---- control sequences: the rest


def margins(s: Screen, op: Csi) -> None:
    """DECSTBM."""
    top = op.count(0)
    bottom = op.arg(1, 0)
    if bottom == 0 or bottom > s.lines:
        bottom = s.lines
    if bottom > top:
        s.top, s.bottom = top - 1, bottom - 1
        s.goto(0, 0)


def side_margins(s: Screen, op: Csi) -> None:
    """DECSLRM where ?69 is set, else SCOSC."""
    if "?69" not in s.mode:
        s.save_cursor()
        return
    left = op.count(0)
    right = op.arg(1, 0)
    if right == 0 or right > s.columns:
        right = s.columns
    if right > left:
        s.left, s.right = left - 1, right - 1
        s.goto(0, 0)


def pen(s: Screen, op: Csi) -> None:
    """SGR."""
    s.cursor.pen = s.styles.select(s.cursor.pen, op.parts)


def protect(s: Screen, op: Csi) -> None:
    """DECSCA."""
    how = op.arg(0, 0)
    if how <= 2:
        s.cursor.pen = s.styles.id(replace(s.style, protected=how == 1))


def clear_tabs(s: Screen, op: Csi) -> None:
    """TBC."""
    how = op.arg(0, 0)
    if how == 0:
        s.tabstops.discard(s.cursor.x)
    elif how == 3:
        s.tabstops.clear()


CSI: dict[str, Action] = {
    "@": insert_characters,
    " @": lambda s, op: shift_rows(s, s.left, -op.count()),  # SL
    "A": up,
    " A": lambda s, op: shift_rows(s, s.left, op.count()),  # SR
    "B": down,
    "C": forward,
    "D": back,
    "E": next_lines,
    "F": previous_lines,
    "G": column,
    "H": position,
    "I": lambda s, op: tab(s, op.count()),
    "J": erase_display,
    "?J": erase_display,
    "K": erase_line,
    "?K": erase_line,
    "L": insert_lines,
    "M": delete_lines,
    "P": delete_characters,
    "S": lambda s, op: s.scroll_up(op.count()),
    "T": lambda s, op: s.scroll_down(op.count()) if len(op.args) < 2 else None,
    "X": erase_characters,
    "Z": tab_back,
    "^": lambda s, op: s.scroll_down(op.count()),
    "`": column,
    "a": column_relative,
    "b": repeat,
    "d": row,
    "e": row_relative,
    "f": position,
    "g": clear_tabs,
    "h": set_modes,
    "?h": set_modes,
    "l": reset_modes,
    "?l": reset_modes,
    "m": pen,
    "!p": lambda s, op: soft_reset(s),
    '"q': protect,
    "r": margins,
    "?r": restore_modes,
    "s": side_margins,
    "?s": save_modes,
    "u": lambda s, op: s.restore_cursor(),
    "'}": insert_columns,
    "'~": delete_columns,
}
