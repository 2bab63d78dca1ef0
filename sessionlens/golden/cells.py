"""A screen as HTML that looks as it did: cells in their colours, those that differ framed, nothing hidden.

Looks become classes, and the classes a style sheet; no text of a recording gets anywhere near either.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from html import escape
from itertools import groupby

from sessionlens.golden.screen import Cell, Screen
from sessionlens.render.theme import foreground_and_background, reversed_theme
from sessionlens.render.themes import DARK
from sessionlens.terminal.style import PLAIN, Style
from sessionlens.visible import visible

LINES = {1: "solid", 2: "double", 3: "wavy", 4: "dotted", 5: "dashed"}
Place = tuple[int, int]


class Looks:
    """The classes of all looks on one page."""

    def __init__(self) -> None:
        self._known: dict[tuple[Style, bool], str] = {}

    def of(self, style: Style, reverse: bool) -> str:
        """The class of a look; empty where the screen's own does."""
        if style == PLAIN:
            return ""
        return self._known.setdefault((style, reverse), f"s{len(self._known)}")

    @property
    def css(self) -> str:
        """The style sheet of them."""
        return "".join(f".{name}{{{';'.join(_rules(*key))}}}\n" for key, name in self._known.items())


def _rules(style: Style, reverse: bool) -> Iterator[str]:
    theme = reversed_theme(DARK) if reverse else DARK
    fg, bg = foreground_and_background(style, theme)
    if style.conceal or fg == bg:  # evidence hides nothing
        fg = theme.foreground
        yield "outline:1px dashed #eab544"
    yield f"color:#{fg:06x}"
    if bg != theme.background:
        yield f"background:#{bg:06x}"
    if style.bold:
        yield "font-weight:bold"
    if style.italic:
        yield "font-style:italic"
    lines = ["underline"] * (style.underline > 0) + ["line-through"] * style.strike
    lines += ["overline"] * style.overline + ["underline overline"] * (style.blink and not style.underline)
    if lines:
        kinds = " ".join(dict.fromkeys(" ".join(lines).split()))
        yield f"text-decoration:{kinds} {LINES.get(style.underline, 'dotted')}"


def grid(screen: Screen, differing: Collection[Place], looks: Looks, *, quiet: bool = False) -> str:
    """The screen; `quiet` shows only what differs clearly."""
    classes = "screen" + " reverse" * screen.reverse + " quiet" * quiet
    rows = max([screen.rows, *(y + 1 for y, _ in differing)])
    marked = frozenset(differing)
    lines = "\n".join(_row(screen, y, marked, looks) for y in range(rows))
    return f'<pre class="{classes}" dir="ltr">{lines}</pre>'


def _row(screen: Screen, y: int, marked: frozenset[Place], looks: Looks) -> str:
    line = screen.line(y)
    size = max([len(line.cells), *(x + 1 for row, x in marked if row == y)])
    if screen.cursor_visible and y == screen.cursor[1]:
        size = max(size, screen.cursor[0] + 1)
    places = [(x, line.cell(x)) for x in range(size)]
    parts = [f'<i class="row">{y:3} </i>']
    for classes, group in groupby(
        places, lambda place: _classes(screen, (y, place[0]), place[1], marked, looks)
    ):
        text = "".join(_text(cell, _wide(line.cell(x + 1))) for x, cell in group)
        parts.append(f'<span class="{classes}">{text}</span>' if classes else text)
    return "".join(parts)


def _classes(screen: Screen, at: Place, cell: Cell, marked: frozenset[Place], looks: Looks) -> str:
    names = [looks.of(cell.style, screen.reverse)]
    if at in marked:
        names.append("differs")
    if screen.cursor_visible and screen.cursor == (at[1], at[0]):
        names.append("cursor")
    return " ".join(filter(None, names))


def _wide(after: Cell) -> bool:
    return after.text == ""


def _text(cell: Cell, wide: bool) -> str:
    """A cell; what is no plain letter in a box of its own, so that columns stay columns."""
    if not cell.text:
        return ""
    text = escape(visible(cell.text))
    return text if cell.text.isascii() and not wide else f'<i class="{"wide" if wide else "one"}">{text}</i>'
