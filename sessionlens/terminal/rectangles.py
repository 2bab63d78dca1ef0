"""Rectangles of the page: copied, filled, erased, attributes changed. DEC's VT420, as in xterm's ctlseqs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .operations import Csi
from .screen import Screen
from .style import Style
from .width import width

Area = tuple[int, int, int, int]  # top, left, bottom, right; 0-based, the last two exclusive


def area(s: Screen, op: Csi, at: int) -> Area | None:
    """The rectangle that four parameters name, cut to the page (to the margins in origin mode)."""
    origin = "?6" in s.mode
    top, left, bottom, right = (
        (s.top, s.left, s.bottom + 1, s.right + 1) if origin else (0, 0, s.lines, s.columns)
    )
    y, x = top + op.count(at) - 1, left + op.count(at + 1) - 1
    end_y = min(top + op.arg(at + 2, 0), bottom) if op.arg(at + 2, 0) else bottom
    end_x = min(left + op.arg(at + 3, 0), right) if op.arg(at + 3, 0) else right
    return (y, x, end_y, end_x) if y < end_y and x < end_x else None


def write(s: Screen, y: int, x: int, cells: list[str], styles: list[int]) -> None:
    """Put cells with their styles into a line."""
    line = s.page[y]
    s.losing(y, x, x + len(cells), "overwritten", cells)
    line.put(x, cells, 0)
    line.styles[x : x + len(cells)] = styles
    if x + len(cells) >= s.columns:
        line.wrapped = False
    line.touch(x, x + len(cells))


def copy(s: Screen, op: Csi) -> None:
    """DECCRA; there is one page only."""
    source = area(s, op, 0)
    top, left = (s.top, s.left) if "?6" in s.mode else (0, 0)
    y, x = top + op.count(5) - 1, left + op.count(6) - 1
    if source is None or y >= s.lines or x >= s.columns:
        return
    size = min(source[3] - source[1], s.columns - x)
    block = []
    for from_y in range(source[0], min(source[2], source[0] + s.lines - y)):
        line = s.page[from_y].copy()
        line.pad(source[3])
        line.part(source[1])
        line.part(source[1] + size)
        block.append((line.cells[source[1] : source[1] + size], line.styles[source[1] : source[1] + size]))
    for to_y, (cells, styles) in enumerate(block, y):
        write(s, to_y, x, cells, styles)


def fill(s: Screen, op: Csi) -> None:
    """DECFRA: with one character of one cell, in the pen's attributes."""
    code = op.arg(0, 32)
    where = area(s, op, 1)
    if where is None or not (32 <= code <= 0x10FFFF) or 0xD800 <= code < 0xE000 or 0x7F <= code < 0xA0:
        return
    char = chr(code).translate(s.charsets.table or {})
    if width(char) != 1:
        return
    size = where[3] - where[1]
    if s.cursor.pen in s.styles.hiding and s.watcher is not None:
        s.watcher.unseen(s.styles.hiding[s.cursor.pen], char * size)
    for y in range(where[0], where[2]):
        write(s, y, where[1], [char] * size, [s.cursor.pen] * size)


def erase(s: Screen, op: Csi) -> None:
    """DECERA, DECSERA."""
    where = area(s, op, 0)
    if where is not None:
        for y in range(where[0], where[2]):
            s.erase(y, where[1], where[3], "erased", op.name == "${")


def extent(s: Screen, op: Csi) -> None:
    """DECSACE: do the next two change a rectangle (2) or all the text from its first to its last corner?"""
    s.exact = op.arg(0, 0) == 2


def attributes(s: Screen, op: Csi) -> None:
    """DECCARA, DECRARA."""
    where = area(s, op, 0)
    if where is None:
        return
    top, left, bottom, right = where
    looks: dict[int, int] = {}
    for y in range(top, bottom):
        line = s.page[y]
        if s.exact:
            line.pad(right)
            start, end = left, right
        else:
            start = left if y == top else 0
            end = min(right if y == bottom - 1 else s.columns, len(line.cells))
        for x in range(start, end):
            look = line.styles[x]
            if look not in looks:
                looks[look] = s.styles.id(changed(s.styles[look], op.args[4:] or (0,), op.name == "$t"))
            line.styles[x] = looks[look]
        line.row = -1


def changed(style: Style, codes: tuple[int, ...], reverse: bool) -> Style:
    """A style after DECCARA (set, reset) or DECRARA (reverse)."""
    change: dict[str, Any]
    for code in codes:
        if reverse:
            change = {
                name: not getattr(style, name)
                for n, name in ((1, "bold"), (5, "blink"), (7, "inverse"))
                if code in (n, 0, -1)
            }
            if code in (4, 0, -1):
                change["underline"] = 0 if style.underline else 1
        elif code <= 0:
            change = {"bold": False, "underline": 0, "blink": False, "inverse": False}
        else:
            change = _SET.get(code, {})
        style = replace(style, **change)
    return style


_SET: dict[int, dict[str, Any]] = {
    1: {"bold": True},
    4: {"underline": 1},
    5: {"blink": True},
    7: {"inverse": True},
    22: {"bold": False},
    24: {"underline": 0},
    25: {"blink": False},
    27: {"inverse": False},
}
