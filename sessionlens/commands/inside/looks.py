"""What the terminal showed, moment by moment: the Trace's points and the Timeline's frames as one sequence.

Points stand before an accept and at each input, frames in between; together they are every screen that is
kept. Which part of a screen matters (a pane of tmux, the command line of vim) is for others to say.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from ..region import before_cursor
from ..screen import Screen, View

REST_NS = 30_000_000


@dataclass(frozen=True, slots=True)
class Look:
    """One screen. `kind` is a point's, or "frame", or "rest": a screen that stood for a while.

    `offset` is how far the output had come, `event` the recording's at an input, else -1.
    """

    t_ns: int
    offset: int
    event: int
    kind: str
    rows: Screen
    x: int
    y: int
    columns: int
    alternate: bool

    @property
    def left(self) -> str:
        """What stands left of the cursor on its logical line."""
        return before_cursor(self.rows, self.x, min(self.y, len(self.rows) - 1), self.columns)[0]

    @property
    def row(self) -> str:
        """The text of the cursor's row."""
        return self.rows[min(self.y, len(self.rows) - 1)].text.rstrip()


def looks(view: View, first: int, stop: int) -> Iterator[Look]:
    """Every screen that is kept between two offsets of the output (both included), in order."""
    points = _points(view, first, stop)
    ahead = next(points, None)
    for frame in _frames(view, first, stop):
        while ahead is not None and ahead.offset < frame.offset:
            yield ahead
            ahead = next(points, None)
        if ahead is None or ahead.offset != frame.offset:  # else the point shows the same
            yield frame
    while ahead is not None:
        yield ahead
        ahead = next(points, None)


def _points(view: View, first: int, stop: int) -> Iterator[Look]:
    points, keyed = view.trace.points, view.recording.has_input
    for at in range(bisect_left(points, first, key=lambda point: point.offset), len(points)):
        point = points[at]
        if point.offset > stop:
            return
        pressed = point.kind == "input" and keyed
        kind, event = (
            point.kind if pressed or point.kind != "input" else "rest",
            point.event if pressed else -1,
        )
        rows, x, y = view.screen(point), point.cursor_x, point.cursor_y
        yield Look(point.t_ns, point.offset, event, kind, rows, x, y, point.columns, point.alternate)


def _frames(view: View, first: int, stop: int) -> Iterator[Look]:
    timeline = view.timeline
    opened, closed = timeline.t0_ns, timeline.t1_ns
    begin = bisect_left(timeline.offset, first)
    for frame, _, _ in timeline.walk(begin):
        if frame.offset > stop:
            return
        at = frame.index
        stood = at + 1 >= len(timeline) or opened[at + 1] - closed[at] >= REST_NS
        rows = view.rows(frame.row_ids)
        kind = "rest" if stood else "frame"
        yield Look(
            frame.t1_ns, frame.offset, -1, kind, rows, frame.cursor_x, frame.cursor_y, frame.columns,
            frame.alternate,
        )  # fmt: skip
