"""A line as its editor believes it to be: its own bytes on an empty screen, without what others printed.

Jobs and messages print into a line that is being typed, output without a line feed stands before a prompt,
and an old page shows behind one. The editor knows of none of it: it goes on from where it believes the cursor
to be. So what it drew, replayed alone, gives the line that it handed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile

from sessionlens.terminal import Terminal, still

from .accept import Candidate
from .escapes import without_escapes
from .region import LogicalLine, logical_line
from .screen import Rest, View

_MOST = 1 << 16  # bytes of one line's editing
_ROWS = 200


def surrounded(rest: Rest) -> bool:
    """Did anything stand around the prompt that is not the editor's?"""
    return bool(rest.right.strip()) or rest.left != rest.drawn


def spliced(text: str, pure: str) -> bool:
    """Is `text` the line `pure` with whole lines of something else in the middle of it?"""
    head = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(text, pure, strict=False)))
    tail = pure[head:]
    middle = text[head : len(text) - len(tail)]
    begins = head > 0 or middle.lstrip(" ").startswith("\n")
    return begins and "\n" in middle and bool(tail) and text.endswith(tail) and len(text) > len(pure)


def alone(
    view: View, candidate: Candidate, rest: Rest, prompt: str, *, interrupted: bool
) -> Candidate | None:
    """The candidate with the lines that its editor drew since `rest`; None where that cannot be told.

    `prompt` is the beginning of `rest.drawn`, behind which somebody may have typed by then. `interrupted`:
    output in between that came with line feeds was somebody else's.
    """
    stop = candidate.point.offset
    if not 0 <= stop - rest.offset <= _MOST:
        return None
    kept = [data for data in view.between(rest.offset, stop) if not (interrupted and _foreign(data))]
    data = b"".join(kept)
    if interrupted and len(data) == stop - rest.offset:
        return None
    rows = min(len(data) // candidate.columns + 8, _ROWS)
    terminal = Terminal(candidate.columns, rows)
    terminal.feed(rest.drawn.encode("utf-8", "replace") + data)
    lines = tuple(_lines(terminal, candidate.columns))
    moved = replace(rest, left=prompt, drawn=prompt, right="")
    return replace(candidate, rests=(moved,), lines=lines, left="", fresh=True)


def _foreign(data: bytes) -> bool:
    """Whole lines of text. An editor's echo has line feeds only before further rows of its line."""
    text = without_escapes(data).rstrip(b"\r")
    return text.endswith(b"\n") and not text.isspace()


def _lines(terminal: Terminal, columns: int) -> Iterator[LogicalLine]:
    """The logical lines down to the last that is not empty."""
    timeline = still(terminal)
    rows = [timeline.row(row) for row in timeline.frame(0).row_ids]
    while rows and not rows[-1].text.strip():
        rows.pop()
    at = 0
    while at < len(rows):
        line = logical_line(rows, at, columns)
        yield line
        at = line.bottom + 1
