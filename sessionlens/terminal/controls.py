"""Which sequence does what to a screen: one small function each, found by name in three tables.

Not the parsing (parser.py), not the modes (modes.py). Names and behaviour as in ECMA-48, DEC's VT510 manual
and xterm's ctlseqs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from . import editing, movement, rectangles, stacks
from .charsets import SLOTS
from .line import Line
from .modes import reset_modes, restore_modes, save_modes, set_modes, soft_reset
from .operations import Csi
from .screen import Screen
from .style import Style

Action = Callable[[Screen, Csi], None]


# ---- controls


CONTROLS: dict[str, Callable[[Screen], None]] = {
    "\b": movement.backspace,
    "\t": movement.tab,
    "\n": movement.line_feed,
    "\v": movement.line_feed,
    "\f": movement.line_feed,
    "\r": movement.carriage_return,
    "\x0e": lambda s: s.charsets.shift(1),
    "\x0f": lambda s: s.charsets.shift(0),
}


# ---- escape sequences


def next_line(s: Screen) -> None:
    """NEL."""
    movement.carriage_return(s)
    s.index()


def align(s: Screen) -> None:
    """DECALN: the page full of E; origin mode and the pen's attributes off, but for its colours."""
    s.abandon("cleared")
    s.mode.discard("?6")
    look = s.style
    s.cursor.pen = s.styles.id(Style(look.fg, look.bg, link=look.link, protected=look.protected))
    s.top, s.bottom, s.left, s.right = 0, s.lines - 1, 0, s.columns - 1
    colours = s.styles.id(Style(look.fg, look.bg))
    s.page = [Line(s.columns, colours, "E") for _ in range(s.lines)]
    for line in s.page:
        line.touch(0, s.columns)
    s.move(0, 0)


def single_shift(slot: int) -> Callable[[Screen], None]:
    """SS2, SS3."""

    def shift(s: Screen) -> None:
        s.charsets.single = slot

    return shift


def guard(on: bool) -> Callable[[Screen], None]:
    """SPA, EPA: what is printed in between no erasing takes away."""

    def change(s: Screen) -> None:
        s.guarded = s.guarded or on
        s.cursor.pen = s.styles.id(replace(s.style, protected=on))

    return change


ESCAPES: dict[str, Callable[[Screen], None]] = {
    "6": editing.back_index,
    "7": Screen.save_cursor,
    "8": Screen.restore_cursor,
    "9": editing.forward_index,
    "D": Screen.index,
    "E": next_line,
    "H": lambda s: s.tabstops.add(s.cursor.x),
    "M": Screen.reverse_index,
    "N": single_shift(2),
    "O": single_shift(3),
    "V": guard(True),
    "W": guard(False),
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
        wide = "96" if sequence[0] in "-./" else ""  # sets of 96 characters have names of their own
        s.charsets.designate(SLOTS[sequence[0]], wide + sequence[1:])


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
        if op.args == (-1,):
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
        s.guarded = False
        s.cursor.pen = s.styles.id(replace(s.style, protected=how == 1))


def reset_tabs(s: Screen, op: Csi) -> None:
    """DECST8C: a stop each eight columns."""
    if op.arg(0, 5) in (0, 5):
        s.tabstops = set(range(8, s.columns, 8))


def clear_tabs(s: Screen, op: Csi) -> None:
    """TBC."""
    how = op.arg(0, 0)
    if how == 0:
        s.tabstops.discard(s.cursor.x)
    elif how == 3:
        s.tabstops.clear()


CSI: dict[str, Action] = {
    "@": editing.insert_characters,
    " @": lambda s, op: editing.shift_rows(s, s.left, -op.count()),  # SL
    "A": movement.up,
    " A": lambda s, op: editing.shift_rows(s, s.left, op.count()),  # SR
    "B": movement.down,
    "C": movement.forward,
    "D": movement.back,
    "E": movement.next_lines,
    "F": movement.previous_lines,
    "G": movement.column,
    "H": movement.position,
    "I": lambda s, op: movement.tab(s, op.count()),
    "J": editing.erase_display,
    "?J": editing.erase_display,
    "K": editing.erase_line,
    "?K": editing.erase_line,
    "L": editing.insert_lines,
    "M": editing.delete_lines,
    "P": editing.delete_characters,
    "S": lambda s, op: s.scroll_up(op.count()),
    "T": lambda s, op: s.scroll_down(op.count()) if len(op.args) < 2 else None,
    "?W": reset_tabs,
    "X": editing.erase_characters,
    "Z": movement.tab_back,
    "^": lambda s, op: s.scroll_down(op.count()),
    "`": movement.column,
    "a": movement.column_relative,
    "b": editing.repeat,
    "d": movement.row,
    "e": movement.row_relative,
    "f": movement.position,
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
    "t": stacks.window,
    "u": lambda s, op: s.restore_cursor(),
    "'}": editing.insert_columns,
    "'~": editing.delete_columns,
    "#p": stacks.push_pen,
    "#q": stacks.pop_pen,
    "#{": stacks.push_pen,
    "#}": stacks.pop_pen,
    "*x": rectangles.extent,
    "$r": rectangles.attributes,
    "$t": rectangles.attributes,
    "$v": rectangles.copy,
    "$x": rectangles.fill,
    "$z": rectangles.erase,
    "${": rectangles.erase,
}
