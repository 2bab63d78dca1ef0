"""The whole state of a terminal as escape sequences, and back.

Any terminal that is fed the dump shows the same screen. What no sequence can say (soft wraps, the saved
cursors, a sequence that was cut in the middle …) travels in one private DCS at its start, which `restore`
alone believes: in a stream it is swallowed like any other, so no recording can set state with it.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from .line import Line, Packed
from .parser import Parser
from .screen import Screen
from .state import Saved
from .style import TRUE_COLOUR, Style
from .width import SIMPLE

if TYPE_CHECKING:
    from .facade import Terminal

OPEN, CLOSE = "\x1bP>sessionlens-1|", "\x1b\\"
_FIELDS = tuple(Style.__dataclass_fields__)
_ON = {
    "bold": 1,
    "faint": 2,
    "italic": 3,
    "blink": 5,
    "inverse": 7,
    "conceal": 8,
    "strike": 9,
    "overline": 53,
}


def _colour(code: int, value: int) -> list[str]:
    if value < 0:
        return []
    if value < TRUE_COLOUR:
        return [f"{code}:5:{value}"]
    return [f"{code}:2::{value >> 16 & 255}:{value >> 8 & 255}:{value & 255}"]


def sgr(style: Style) -> str:
    """The sequence that sets exactly this look, whatever was set before."""
    parts = ["0", *(str(code) for name, code in _ON.items() if getattr(style, name))]
    if style.underline:
        parts.append(f"4:{style.underline}")
    parts += _colour(38, style.fg) + _colour(48, style.bg) + _colour(58, style.underline_color)
    return f"\x1b[{';'.join(parts)}m"


def marks(style: Style) -> str:
    """The sequences for the rest of a style, that no SGR sets."""
    return f'\x1b[{int(style.protected)}"q\x1b]8;;{style.link}\x1b\\'


class Codes(dict[int, str]):
    """What sets each style id, made once; `marks` only where there are any links or protected text."""

    def __init__(self, s: Screen) -> None:
        super().__init__()
        self.styles = s.styles

    def __missing__(self, style_id: int) -> str:
        style = self.styles[style_id]
        code = self[style_id] = sgr(style) + (marks(style) if self.styles.marked else "")
        return code


def _draw(codes: Codes, line: Line, y: int) -> str:
    """A line at a row, run by run; cells that might join each other are placed one by one."""
    if line.packed is not None:
        return _draw_packed(codes, line.packed, y)
    size = len(line.cells) if line.wrapped else line.length()
    if not size:
        return ""
    cells, styles = line.cells[:size], line.styles[:size]
    out = [f"\x1b[{y + 1};1H"]
    odd = _odd(line)
    if not odd and styles.count(0) == size:
        return out[0] + "".join(cells)
    pen = 0
    for x, (cell, style) in enumerate(zip(cells, styles, strict=True)):
        if style != pen:
            out.append(codes[style])
            pen = style
        out.append(f"\x1b[{x + 1}G{cell}" if odd and cell else cell)
    return "".join(out) + (codes[0] if pen else "")


def _draw_packed(codes: Codes, packed: Packed, y: int) -> str:
    text, runs = packed
    out = [f"\x1b[{y + 1};1H"]
    at = 0
    for size, style in runs:
        out += (codes[style], text[at : at + size])
        at += size
    return "".join((*out, codes[0])) if runs else out[0] + text


def _odd(line: Line) -> bool:
    """Has it cells that are not one character of one cell each?"""
    text = line.text
    return not text.isascii() and (len(text) != line.size or not SIMPLE.fullmatch(text))


def _page(codes: Codes, page: list[Line]) -> str:
    return "\x1b[H\x1b[2J" + "".join(_draw(codes, line, y) for y, line in enumerate(page))


def _facts(s: Screen, lines: list[Line]) -> dict[str, Any]:
    """What drawing cannot say of lines: which wrap, and all of those that are not simple."""
    return {
        "wrapped": [i for i, line in enumerate(lines) if line.wrapped],
        "cells": {
            i: [
                line.cells,
                [(len(list(group)), _style(s.styles[style])) for style, group in groupby(line.styles)],
            ]
            for i, line in enumerate(lines)
            if line.packed is None and _odd(line)
        },
    }


def _saved(s: Screen, saved: Saved) -> list[Any]:
    return [saved.x, saved.y, _style(s.styles[saved.pen]), saved.origin, saved.charsets]


def _style(style: Style) -> list[Any]:
    return [getattr(style, name) for name in _FIELDS]


def dump(s: Screen, parser: Parser) -> bytes:
    """See Terminal.dump."""
    c, sets = s.cursor, s.charsets
    codes = Codes(s)
    facts = {
        "size": [s.columns, s.lines],
        "alternate": s.alternate,
        "page": _facts(s, s.page),
        "other": _facts(s, s.other),
        "history": _facts(s, list(s.history)),
        "cursor": [c.x, c.y, c.pending, c.hidden, _style(s.style)],
        "saved": [_saved(s, s.saved), _saved(s, s.saved_other)],
        "modes": sorted(s.mode),
        "saved_modes": s.saved_modes,
        "tabs": sorted(s.tabstops),
        "margins": [s.top, s.bottom, s.left, s.right],
        "charsets": [*sets.save(), sets.single],
        "titles": [s.title, s.icon_name, s.titles, s.icon_names],
        "pens": [[_style(s.styles[pen]), named] for pen, named in s.pens],
        "areas": [s.guarded, s.exact],
        "print": [s.repeat, s.joined],
        "parser": [parser.state, parser.held, parser.pending.hex(), parser.returned],
    }
    main, alternate = (s.other, s.page) if s.alternate else (s.page, s.other)
    out = [OPEN, json.dumps(facts, separators=(",", ":")), CLOSE, "\x1bc\x1b[?7l"]
    out += [_draw(codes, line, 0) + "\x1b[S" for line in s.history]
    if s.alternate:
        out += [_page(codes, main), "\x1b[?47h", _page(codes, alternate)]
    elif any(line.length() for line in alternate):
        out += ["\x1b[?47h", _page(codes, alternate), "\x1b[?47l", _page(codes, main)]
    else:
        out.append(_page(codes, main))
    out.append(_rest(s))
    return "".join(out).encode("utf-8", "surrogateescape")


def _rest(s: Screen) -> str:
    """What remains for terminals that are not ours: title, margins, modes, pen, cursor."""
    modes = sorted(m for m in s.mode if m not in ("?47", "?1047", "?1049", "?6", "?69"))
    out = [f"\x1b]2;{s.title}\x1b\\", f"\x1b[{s.top + 1};{s.bottom + 1}r"]
    out += [f"\x1b[{'?' * m.startswith('?')}{m.lstrip('?')}h" for m in modes]
    if "?25" not in s.mode:
        out.append("\x1b[?25l")
    out.append(f"{sgr(s.style)}{marks(s.style)}\x1b[{s.cursor.y + 1};{s.cursor.x + 1}H")
    return "".join(out)


def restore(terminal: Terminal, data: bytes) -> None:
    """See Terminal.restore."""
    text = data.decode("utf-8", "surrogateescape") if isinstance(data, bytes) else ""
    if not text.startswith(OPEN) or CLOSE not in text:
        raise UsageError("not a terminal dump: give restore() what dump() returned")
    head, _, drawing = text[len(OPEN) :].partition(CLOSE)
    facts = json.loads(head)
    columns, rows = facts["size"]
    s = Screen(columns, rows, terminal.screen.history.maxlen or 0)
    terminal.operations.__init__(s, terminal.operations.fast)  # type: ignore[misc]  # the parser keeps its target
    terminal.screen = s
    terminal.parser = parser = Parser(terminal.operations)
    parser.feed(drawing.encode("utf-8", "surrogateescape"))
    _settle(s, facts)
    parser.state, parser.held, pending, parser.returned = facts["parser"]
    parser.pending = bytes.fromhex(pending)
    parser.fed = len(parser.pending)


def _settle(s: Screen, facts: dict[str, Any]) -> None:
    """Set what the drawing could not."""
    for lines, name in ((s.page, "page"), (s.other, "other"), (list(s.history), "history")):
        for line in lines:
            line.wrapped = False
        for i in facts[name]["wrapped"]:
            lines[i].wrapped = True
        for i, (cells, runs) in facts[name]["cells"].items():
            line = lines[int(i)]
            line.cells = cells
            line.styles = [style for n, look in runs for style in [s.styles.id(Style(*look))] * n]
    c = s.cursor
    s.alternate = facts["alternate"]
    c.x, c.y, c.pending, c.hidden, pen = facts["cursor"]
    c.pen = s.styles.id(Style(*pen))
    s.saved, s.saved_other = (_load(s, saved) for saved in facts["saved"])
    s.mode, s.saved_modes = set(facts["modes"]), facts["saved_modes"]
    s.tabstops = set(facts["tabs"])
    s.top, s.bottom, s.left, s.right = facts["margins"]
    s.charsets.national = "?42" in s.mode
    designated, active, single = facts["charsets"]
    s.charsets.restore((tuple(designated), active))
    s.charsets.single = single
    s.title, s.icon_name, s.titles, s.icon_names = facts["titles"]
    s.pens = [(s.styles.id(Style(*pen)), tuple(named)) for pen, named in facts["pens"]]
    s.guarded, s.exact = facts["areas"]
    s.repeat, s.joined = facts["print"]


def _load(s: Screen, saved: list[Any]) -> Saved:
    x, y, style, origin, (designated, active) = saved
    return Saved(x, y, s.styles.id(Style(*style)), origin, (tuple(designated), active))
