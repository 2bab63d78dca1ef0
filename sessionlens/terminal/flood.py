"""The short way for floods: whole lines that come in at the bottom of the main screen, cells untouched.

Most lines of a long output scroll away before anybody looks at them. Where the cursor stands at the start of
an empty last line and nothing unusual is set, text, colours, tabs and erasing to an empty line's end need no
cells: a line becomes text and runs (`Line.pack`). Whatever is not surely the same as the long way (screen.py)
is left to it: wide or joining characters, text that is not seen, backgrounds that would fill a line. That
both ways are equal is tested as a property and on every recording there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import repeat
from typing import TYPE_CHECKING

from .line import Line, Packed, Runs
from .operations import parameters
from .style import Styles
from .width import SIMPLE

if TYPE_CHECKING:
    from .screen import Screen

_BLOCK = re.compile(f"(?:(?:{SIMPLE.pattern}+|\t|\x1b\\[(?:[0-9:;]{{0,200}}m|0?K))*+\r\n){{3,}}")
_CODES = re.compile("\x1b\\[(?:([0-9:;]*)m|0?K)")
TAB = 8
MAX_SEQUENCES = 4096
MAX_CODES = 64  # of a sequence that is remembered


def ready(s: Screen) -> bool:
    """Is this the place and the time?"""
    cursor, line = s.cursor, s.page[-1]
    return (
        cursor.y == s.bottom == s.lines - 1
        and not (cursor.x or s.top or s.alternate)
        and line.empty
        and not line.high
        and not s.narrowed
        and s.charsets.plain
        and "?7" in s.mode
        and cursor.pen not in s.styles.hiding
        and (s.watcher is None or s.watcher.idle)
    )


def lines(s: Screen, text: str, at: int) -> tuple[int, int]:
    """Print the lines that text[at:] begins with: (where the rest begins, where it is worth trying again)."""
    if not ready(s) or (match := _BLOCK.match(text, at)) is None:
        return at, at
    pen = s.cursor.pen
    printed: list[Line] = []
    block = match[0]
    simple = not pen and "\x1b" not in block and "\t" not in block
    columns, tabs = s.columns, not simple and _tabs(s)
    for line in block[:-2].split("\r\n"):
        if simple and len(line) <= columns:
            printed.append(Line.pack((line, ()), False))
        elif (laid := _lay(s.styles, line, pen, columns, tabs)) is not None:
            packed, low, pen = laid
            if len(packed[0]) <= columns:
                printed.append(Line.pack(packed, False, low))
            else:
                printed += _wrap(packed, columns)
        else:
            break
        at += len(line) + 2
    s.cursor.pen = pen
    if printed:
        s.flood(printed)
    return at, match.end()


def _tabs(s: Screen) -> bool:
    """Are the tab stops where they are at the start?"""
    return s.tabstops == set(range(TAB, s.columns, TAB))


def _lay(styles: Styles, line: str, pen: int, columns: int, tabs: bool) -> tuple[Packed, int, int] | None:
    """A line's text and runs, its first written column, and the pen after it; None: it goes the long way."""
    pieces = _CODES.split(line)
    texts, codes = pieces[::2], tuple(pieces[1::2])
    pens = styles.sequences.get((pen, codes), ())
    if pens == ():
        pens = _pens(styles, pen, codes)
    if pens is None:
        return None
    looks, low = pens, 0
    if "\t" in line:
        if not tabs or (expanded := _expand(texts, pens, columns)) is None:
            return None
        texts, looks = expanded
        low = len(texts[0]) if texts else 0
    runs: list[tuple[int, int]] = []
    size, look = 0, -1
    for text, style in zip(texts, looks, strict=True):
        if style == look:
            size += len(text)
        elif text:
            if size:
                runs.append((size, look))
            size, look = len(text), style
    if size:
        runs.append((size, look))
    text = "".join(texts)
    if len(runs) < 2 and look <= 0:
        return (text, ()), low, pens[-1]
    if len(text) > columns and any(styles.blank(style) for _, style in runs):
        return None
    return (text, tuple(runs)), low, pens[-1]


def _pens(styles: Styles, pen: int, codes: tuple[str | None, ...]) -> tuple[int, ...] | None:
    """The pen before, between and after these SGR (None: an EL).

    None where one of them hides text, or has a background that an EL or the next line would take on.
    """
    key = pen, codes
    found = [pen]
    good = True
    for code in codes:
        if code is not None:
            pen = styles.select(pen, parameters(code))
        good = good and not (pen in styles.hiding or (code is None and styles.blank(pen)))
        found.append(pen)
    pens = tuple(found) if good and not styles.blank(pen) else None
    if len(codes) <= MAX_CODES:
        if len(styles.sequences) >= MAX_SEQUENCES:
            styles.sequences.clear()
        styles.sequences[key] = pens
    return pens


def _expand(
    texts: list[str], pens: tuple[int, ...], columns: int
) -> tuple[list[str], tuple[int, ...]] | None:
    """Tabs as plain blanks, but only where text follows; None where a tab meets the last column."""
    out: list[str] = []
    looks: list[int] = []
    column = gap = 0
    for text, pen in zip(texts, pens, strict=True):
        for i, part in enumerate(text.split("\t")):
            if i:
                skipped = TAB - column % TAB
                column += skipped
                gap += skipped
                if column >= columns:
                    return None
            if part:
                out += (" " * gap, part)
                looks += (0, pen)
                column += len(part)
                gap = 0
    return (out, tuple(looks)) if column <= columns else None


def _wrap(packed: Packed, columns: int) -> list[Line]:
    """A line that is longer than the screen is wide, as rows."""
    text, runs = packed
    looks = _cut(runs, columns) if runs else repeat(())
    return [
        Line.pack((text[at : at + columns], look), at + columns < len(text))
        for at, look in zip(range(0, len(text), columns), looks, strict=False)
    ]


def _cut(runs: Runs, columns: int) -> Iterator[Runs]:
    """The runs of each row."""
    row: list[tuple[int, int]] = []
    room = columns
    for run, style in runs:
        size = run
        while size:
            part = min(size, room)
            row.append((part, style))
            size -= part
            room -= part
            if not room:
                yield tuple(row) if any(look for _, look in row) else ()
                row, room = [], columns
    yield tuple(row) if any(look for _, look in row) else ()
