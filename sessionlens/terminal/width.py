"""How many cells a character takes, and which characters join the one before them.

Widths come from the `wcwidth` package (Unicode); this file only adds the cache and the joining rules of
current terminals: combining marks, ZWJ sequences, VS16, skin tones, pairs of regional indicators.
"""

from __future__ import annotations

import re
from functools import lru_cache

from wcwidth import wcwidth
from wcwidth.table_vs16 import VS16_NARROW_TO_WIDE

ZWJ = "\u200d"
VS16 = "\ufe0f"

# Runs of characters that are surely one cell each and join nothing (tested against wcwidth).
SIMPLE = re.compile(
    "[\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0373\u0391-\u03a1\u03a3-\u03ff\u0400-\u0482\u048a-\u052f"
    "\u2010-\u2027\u2030-\u203b\u20a0-\u20bf\u2190-\u2199\u2500-\u25a9\u25cb\u25cf\u2713\ue0a0-\ue0b3]+"
)

_VS16 = [(first, last) for table in VS16_NARROW_TO_WIDE.values() for first, last in table]


@lru_cache(maxsize=1 << 16)
def width(char: str) -> int:
    """0, 1 or 2 cells."""
    return max(wcwidth(char), 0)


@lru_cache(maxsize=4096)
def widened(char: str) -> bool:
    """Is this narrow character a wide emoji once VS16 follows it?"""
    return any(first <= ord(char) <= last for first, last in _VS16)


def regional(char: str) -> bool:
    """A regional indicator: two of them are one flag."""
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def joins(cell: str, char: str) -> bool:
    """Does a character of its own width join the cell printed just before it?"""
    if not cell:
        return False
    if cell[-1] == ZWJ:
        return len(cell) > 1 and char > "\u2000" and (width(char) == 2 or widened(char))
    if "\U0001f3fb" <= char <= "\U0001f3ff":
        return width(cell[0]) == 2 or widened(cell[0])
    return len(cell) == 1 and regional(cell) and regional(char)


def split(text: str) -> list[str]:
    """Text as cells, as the terminal would have laid it out: a wide one is followed by an empty string."""
    if SIMPLE.fullmatch(text):
        return list(text)
    cells: list[str] = []
    for char in text:
        base = -1 if cells and cells[-1] else -2
        before = cells[base] if len(cells) >= -base else ""
        if before and (width(char) == 0 or joins(before, char)):
            cells[base] = before + char
            if char == VS16 and base == -1 and len(before) == 1 and widened(before):
                cells.append("")
        else:
            cells.append(char)
            if width(char) == 2:
                cells.append("")
    return cells
