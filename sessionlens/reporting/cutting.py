"""Texts cut to the room that a printed page has, with how much is missing."""

from __future__ import annotations

from wcwidth import wcswidth

from sessionlens.catalog.search import count
from sessionlens.visible import visible

WIDTH = 96  # cells in a row of an exhibit
FACT = 160  # cells of one fact, which with how many are missing takes two rows


def cut(text: str, rows: int, width: int = WIDTH) -> tuple[str, str]:
    """What fits into so many rows, and a statement of how much does not ("" where all does)."""
    lines = visible(text, keep="\n").split("\n")
    kept: list[str] = []
    left = rows
    for number, line in enumerate(lines):
        pieces = fold(line, width, left + 1)
        if len(pieces) > left:
            kept += ["".join(pieces[:left])] if left else []
            missing = sum(map(len, lines[number:])) - (len(kept[-1]) if left else 0)
            shown = f"{rows} rows are shown"
            return "\n".join(kept), f"{shown}, {count(missing, 'more character')} of {_lines(lines)} are not"
        kept.append(line)
        left -= len(pieces)
    return "\n".join(kept), ""


def _lines(lines: list[str]) -> str:
    return f"{count(len(lines), 'line')} in all"


def fold(line: str, width: int, most: int) -> list[str]:
    """A line as rows of at most `width` cells, the first `most` of them."""
    pieces = [""]
    used = 0
    for character in line if len(line) > width or not line.isascii() else ():
        cells = max(wcswidth(character), 0)
        if used + cells > width:
            if len(pieces) == most:
                return pieces
            pieces.append("")
            used = 0
        pieces[-1] += character
        used += cells
    return pieces if pieces[0] or len(pieces) > 1 else [line]


def height(text: str, width: int = WIDTH) -> int:
    """How many rows a text takes."""
    return sum(len(fold(line, width, len(line) + 1)) for line in visible(text, keep="\n").split("\n"))


def short(text: str, most: int = FACT) -> str:
    """A fact in one or two rows."""
    said = visible(text)
    kept = fold(said, most, 1)[0]
    return said if kept == said else f"{kept}… ({count(len(said) - len(kept), 'more character')})"
