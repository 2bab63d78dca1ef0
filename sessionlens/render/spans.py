"""Lines of coloured text in fixed cells: what the bands are made of.

A span is text with colours; a line is spans. Here text is made harmless (`visible`), split into cells,
wrapped and cut, and painted. What a line says is decided in `bands`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from wcwidth import wcwidth

from sessionlens.render.canvas import Canvas, Pair
from sessionlens.render.glyphs import Atlas, Look
from sessionlens.visible import visible

NORMAL, BOLD = Look(), Look(bold=True)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text in one colour; `background` None is the band's own."""

    text: str
    colour: int
    bold: bool = False
    background: int | None = None


Line = tuple[Span, ...]
Cell = tuple[str, int]


@lru_cache(1024)
def cells(text: str) -> tuple[Cell, ...]:
    """Harmless text as cells: (characters, columns); combining marks stay with their letter."""
    out: list[Cell] = []
    for character in visible(text):
        columns = wcwidth(character)
        if columns == 0 and out:
            out[-1] = (out[-1][0] + character, out[-1][1])
        else:
            out.append((character, max(1, columns)))
    return tuple(out)


@lru_cache(4096)
def columns_of(text: str) -> int:
    """The columns that a text takes."""
    return sum(columns for _, columns in cells(text))


def width(line: Iterable[Span]) -> int:
    """The columns that a line takes."""
    return sum(columns_of(span.text) for span in line)


def cut(text: str, columns: int) -> str:
    """The text in so many columns: what has no room is left out in the middle, and `…` says so."""
    found = cells(text)
    if sum(w for _, w in found) <= columns:
        return "".join(t for t, _ in found)
    head = (columns - 1) // 2
    return take(found, head) + "…" + take(found[::-1], columns - 1 - head)[::-1]


def take(found: Sequence[Cell], columns: int) -> str:
    """As many cells from the front as fit."""
    out = ""
    for text, wide in found:
        if wide > columns:
            break
        columns -= wide
        out += text
    return out


def wrap(text: str, columns: int, lines: int) -> list[str]:
    """Text on at most so many lines, broken at a blank where one is near; what is left over is counted at the
    end."""
    found = cells(text)
    out: list[str] = []
    while found and len(out) < lines:
        size = fitting(found, columns)
        if size < len(found) and len(out) == lines - 1:
            return [*out, shortened(found, columns)]
        if size < len(found):
            blank = max((i for i in range(size) if found[i][0] == " "), default=0)
            size = blank + 1 if blank > size * 2 // 3 else size
        out.append("".join(t for t, _ in found[:size]))
        found = found[size:]
    return out


def shortened(found: Sequence[Cell], columns: int) -> str:
    """The last line of a text that is longer than its room."""
    rest = len(found) - fitting(found, columns)
    for _ in range(3):
        note = f" … +{rest} characters"
        size = fitting(found, max(columns - len(note), 1))
        rest = len(found) - size
    return "".join(t for t, _ in found[:size]) + note


def fitting(found: Sequence[Cell], columns: int) -> int:
    """How many cells fit (at least one)."""
    used = 0
    for i, (_, wide) in enumerate(found):
        used += wide
        if used > columns:
            return max(i, 1)
    return len(found)


def paint(canvas: Canvas, atlas: Atlas, x: int, y: int, line: Line, columns: int, background: int) -> None:
    """A line at a place, filled up to `columns` with the background; what is longer is cut."""
    slots: list[int] = []
    which: list[int] = []
    pairs: list[Pair] = [(background, background)]
    atlas.make_room()
    for span in line:
        pairs.append((span.colour, background if span.background is None else span.background))
        for text, wide in cells(span.text):
            first = atlas.slot(text, wide, BOLD if span.bold else NORMAL)
            slots.extend(range(first, first + wide))
            which.extend([len(pairs) - 1] * wide)
    blank = max(columns - len(slots), 0)
    slots, which = [*slots, *[0] * blank][:columns], [*which, *[0] * blank][:columns]
    if slots:
        strip = canvas.ink.strip(atlas, np.array(slots, np.int32), np.array(which, np.int32), pairs)
        canvas.put(x, y, strip)
