r"""A row of a screen as lines of text, and back, such that a difference reads well in `git diff`.

      4|john@web01:~$ ls|
       ^ 0-11 bold fg=green; 13-14 inverse

The first line has the characters; what could not be seen is written `\u{200b}`. The second, where one is
needed, has the looks by columns, the right halves of wide characters (`half 5 7`), cells of several code
points (`joined 9+2`) and whether the row goes on in the next one (`wrapped`): with it the cells are exact
whatever a version of Unicode says of their width.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from sessionlens.golden.looks import from_words, to_words
from sessionlens.golden.screen import Cell, Line
from sessionlens.terminal.style import PLAIN, Style
from sessionlens.visible import is_hidden

ROW = re.compile(r" *(\d+)\|(.*)\|")
LOOKS = "   ^ "
_ESCAPED = re.compile(r"\\u\{([0-9a-f]{1,6})\}")


def escape(text: str) -> str:
    """Text in which everything can be seen; a backslash stays what it is unless it looks like an escape."""
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    text = text.replace("\\u{", "\\u{5c}u{")
    return "".join(f"\\u{{{ord(c):x}}}" if is_hidden(c) else c for c in text)


def unescape(text: str) -> str:
    """What was escaped."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def written(y: int, line: Line) -> Iterator[str]:
    """The lines of text; none for an empty row."""
    if not line.cells and not line.wrapped:
        return
    yield f"{y:3}|{escape(''.join(cell.text for cell in line.cells))}|"
    if notes := list(_notes(line)):
        yield LOOKS + "; ".join(notes)


def _notes(line: Line) -> Iterator[str]:
    if line.wrapped:
        yield "wrapped"
    halves = [str(x) for x, cell in enumerate(line.cells) if not cell.text]
    if halves:
        yield "half " + " ".join(halves)
    joined = [f"{x}+{len(cell.text)}" for x, cell in enumerate(line.cells) if len(cell.text) > 1]
    if joined:
        yield "joined " + " ".join(joined)
    x = 0
    for style, group in groupby(cell.style for cell in line.cells):
        size = len(list(group))
        if style != PLAIN:
            yield f"{x}-{x + size - 1} {to_words(style)}"
        x += size


def read(text: str, notes: str) -> Line:
    """The row of its characters (as `escape` wrote them) and its notes. ValueError where they disagree."""
    wrapped, halves, joined = False, set[int](), dict[int, int]()
    runs: list[tuple[int, int, Style]] = []
    for note in notes.split("; ") if notes else ():
        word, _, rest = note.partition(" ")
        if note == "wrapped":
            wrapped = True
        elif word == "half":
            halves = {int(x) for x in rest.split()}
        elif word == "joined":
            joined = {int(x): int(n) for x, n in (pair.split("+") for pair in rest.split())}
        else:
            first, last = word.split("-")
            runs.append((int(first), int(last), from_words(rest)))
    texts = _cells(unescape(text), halves, joined)
    if not all(x < len(texts) for x in (*halves, *joined)):
        raise ValueError(f"the row has only {len(texts)} cells")
    styles = [PLAIN] * len(texts)
    for start, end, style in runs:
        if not start <= end < len(texts):
            raise ValueError(f"the row has {len(texts)} cells, and no columns {start} to {end}")
        styles[start : end + 1] = [style] * (end + 1 - start)
    return Line(tuple(map(Cell, texts, styles)), wrapped)


def _cells(text: str, halves: set[int], joined: dict[int, int]) -> list[str]:
    cells: list[str] = []
    at = 0
    while at < len(text) or len(cells) in halves:
        size = 0 if len(cells) in halves else max(joined.get(len(cells), 1), 1)
        cells.append(text[at : at + size])
        at += size
    return cells
