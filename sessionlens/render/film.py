"""All decisions about one video but its look: what is shown, when, and for how long. No pixel is touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sessionlens.errors import UsageError
from sessionlens.masking import Tally
from sessionlens.render.bands import Commands
from sessionlens.render.facts import SECOND, Chapter, Facts
from sessionlens.render.order import Order
from sessionlens.render.pace import Moment, Pace, cuts, moments, seconds, ticked
from sessionlens.render.remarks import Remarks

if TYPE_CHECKING:
    from sessionlens.terminal import Frame, Timeline

HOLD = 1000  # ms that the session's last picture stays
LEAST_HOLD = 500  # ms that any clip's last picture does
KEY_EVERY = 30_000  # ms, at most (docs/decisions/0127)
CARD = 4000  # ms that a title and an end card stay


@dataclass(frozen=True, slots=True)
class Film:
    """All decisions about one video but its look."""

    order: Order
    facts: Facts
    chapters: tuple[Chapter, ...]  # those within
    commands: Commands  # all
    pace: Pace
    moments: tuple[Moment, ...]
    frames: tuple[int, int]  # of the timeline: first, and one beyond the last; (0, 0) where there are none
    columns: int
    rows: int
    until_ms: int  # when the session's pictures end
    end_ms: int  # the length of the video
    remarks: Remarks
    masked: Tally | None = None  # None: no mask was asked


def plan(
    timeline: Timeline,
    facts: Facts,
    chapters: Sequence[Chapter],
    order: Order,
    tick_ms: int = 1,
) -> Film:
    """What is shown, and when; the video tells time in ticks."""
    times = np.asarray(timeline.t0_ns, np.int64)
    first, last = span(timeline, facts, chapters, order.start_ns, order.end_ns)
    begin = max(int(np.searchsorted(times, first, side="right")) - 1, 0)
    stop = int(np.searchsorted(times, last, side="right"))
    every = sorted(chapters, key=lambda c: c.start_ns)
    shown = tuple(c for c in every if c.start_ns <= last and (c.end_ns is None or c.end_ns >= first))
    marks_ns = [t for c in shown for t in (c.start_ns, c.end_ns) if t is not None and first <= t <= last]
    changes = times[begin:stop].tolist()
    remarks = Remarks(order.remarks or ())
    said_ns = [t for t in remarks.times if first <= t <= last]
    activity = sorted({first, last, *(t for t in changes if first <= t <= last), *marks_ns, *said_ns})
    card = CARD if order.cards else 0
    pace = Pace(first, last, cuts(activity, order.idle_ns, order.speed), order.speed, card)
    wanted = [*changes, *marks_ns, *said_ns, *seconds(pace, facts.started_ns)]
    columns, rows = largest(timeline, begin, stop)
    frames = (begin, stop) if stop > begin else (0, 0)
    end_ms = pace.duration_ms + HOLD
    if last < whole_of(timeline, facts, chapters):
        changed = pace.video_ms(max([first, *changes, *marks_ns]))
        end_ms = max(pace.duration_ms, changed + LEAST_HOLD)
    end_ms = -(-end_ms // tick_ms) * tick_ms
    seen = tuple(m for m in ticked(moments(pace, wanted), tick_ms) if m.video_ms < end_ms)
    return Film(
        order, facts, shown, Commands(every), pace, seen, frames, columns, rows,
        until_ms=end_ms, end_ms=end_ms + card, remarks=remarks,
    )  # fmt: skip


def whole_of(timeline: Timeline, facts: Facts, chapters: Sequence[Chapter]) -> int:
    """The last instant of the session."""
    ends = [facts.duration_ns or 0, *(c.end_ns if c.end_ns is not None else c.start_ns for c in chapters)]
    if len(timeline):
        ends += [int(timeline.t1_ns[-1]), timeline.end_ns]
    return max(ends)


def span(
    timeline: Timeline, facts: Facts, chapters: Sequence[Chapter], start_ns: int | None, end_ns: int | None
) -> tuple[int, int]:
    """The first and the last instant of session time that are shown."""
    whole = whole_of(timeline, facts, chapters)
    first = min(max(start_ns or 0, 0), whole)
    last = whole if end_ns is None else min(max(end_ns, 0), whole)
    if first >= last and whole > 0:
        asked = [("start", start_ns), ("end", end_ns)]
        said = ", ".join(f"{name} {t / SECOND:g} s" for name, t in asked if t is not None)
        raise UsageError(
            f"nothing to show: {said}, of a session of {whole / SECOND:g} s. The start lies before the end"
        )
    return first, last


def largest(timeline: Timeline, begin: int, stop: int) -> tuple[int, int]:
    """The largest number of columns and of rows among these frames."""
    columns, rows = 1, 1
    for frame in walk(timeline, begin, stop):
        columns, rows = max(columns, frame.columns), max(rows, frame.rows)
    return (columns, rows) if stop > begin else (80, 24)


def walk(timeline: Timeline, begin: int, stop: int) -> Iterator[Frame]:
    """Frames in order."""
    for frame, _, _ in timeline.walk(begin, stop):
        yield frame


def rows_of(timeline: Timeline, begin: int, stop: int) -> set[int]:
    """The rows that these frames show."""
    return {row for frame in walk(timeline, begin, stop) for row in frame.row_ids}


def key_frames(film: Film) -> list[int]:
    """Where the video can be entered: at each command, and never further apart than the moments allow."""
    starts = {film.pace.video_ms(c.start_ns) for c in film.chapters}
    out: list[int] = []
    last = 0
    following: Iterable[Moment] = film.moments[1:]
    for moment, after in zip(film.moments, [*(m.video_ms for m in following), film.until_ms], strict=True):
        ms = moment.video_ms
        if ms in starts or after - last > KEY_EVERY:
            out.append(ms)
            last = ms
    return out
