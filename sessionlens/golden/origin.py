"""The bytes that led to a cell: the output of the frame in which it last became what it is.

Not exact to the byte: a frame is what was printed within 33 ms. Only output is looked at, never what was
typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sessionlens.golden.screen import BLANK, Cell
from sessionlens.recording import OUTPUT

if TYPE_CHECKING:
    from sessionlens.session.view import ChannelView
    from sessionlens.terminal import Timeline

MOST_PIECES = 6
MOST_BYTES = 8192


@dataclass(frozen=True, slots=True)
class Piece:
    """Output from the file offset `start` on, printed at `t_ns`; `left_out` bytes more stand before it."""

    t_ns: int
    start: int
    data: bytes
    left_out: int
    rows: tuple[int, ...]
    """The rows that it drew; none where it is what was printed last."""


def pieces(view: ChannelView, t_ns: int, cells: Iterable[tuple[int, int]]) -> tuple[Piece, ...]:
    """What drew these cells (row, column) of the frame of that time, or where there are none, that frame."""
    timeline = view.replay.timeline
    frame = timeline.at(t_ns)
    rows_of = cache(lambda index: timeline.frame(index).row_ids)
    columns: dict[int, list[int]] = {}
    for y, x in cells:
        if y < frame.rows:
            columns.setdefault(y, []).append(x)
    drawn: dict[int, list[int]] = {}
    for y, xs in columns.items():
        index = _drawn(timeline, rows_of, frame.index, y, xs)
        if not index and int(timeline.offset[0]) <= _first(
            view
        ):  # never printed: what drew the rest of its row
            index = _drawn(timeline, rows_of, frame.index, y, range(frame.columns))
        drawn.setdefault(index, []).append(y)
    if not drawn:
        drawn[frame.index] = []
    return tuple(_piece(view, index, tuple(rows)) for index, rows in sorted(drawn.items())[-MOST_PIECES:])


def _drawn(
    timeline: Timeline, rows_of: Callable[[int], tuple[int, ...]], index: int, y: int, xs: Sequence[int]
) -> int:
    """The frame in which these cells of a row became what they are; the row may have scrolled since."""
    row_id = rows_of(index)[y]
    wanted = _looks(timeline, row_id, xs)
    while index > 0:
        before = rows_of(index - 1)
        if not (y < len(before) and before[y] == row_id) and row_id in before and timeline.row(row_id).text:
            y = before.index(row_id)
        if y >= len(before) or (before[y] != row_id and _looks(timeline, before[y], xs) != wanted):
            break
        row_id, index = before[y], index - 1
    return index


def _looks(timeline: Timeline, row_id: int, xs: Sequence[int]) -> list[Cell]:
    row = timeline.row(row_id)
    styles = [style for size, style in row.lengths for _ in range(size)]
    return [Cell(row.cell_texts[x], timeline.style(styles[x])) if x < len(styles) else BLANK for x in xs]


def _first(view: ChannelView) -> int:
    """Where the output begins."""
    outputs = view.recording.offset[view.recording.stream == OUTPUT]
    return int(outputs[0]) if len(outputs) else 0


def _piece(view: ChannelView, index: int, rows: tuple[int, ...]) -> Piece:
    timeline, recording = view.replay.timeline, view.recording
    stop = int(timeline.offset[index])
    begun = min(int(timeline.offset[index - 1]) if index else _first(view), stop)
    start = max(begun, stop - MOST_BYTES)
    return Piece(int(timeline.t0_ns[index]), start, recording.blob("o")[start:stop], start - begun, rows)
