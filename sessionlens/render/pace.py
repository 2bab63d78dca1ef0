"""Session time to video time: what is shown, when, and what was cut. Integers and plain data, no pictures.

The steps follow one another: activity → gaps that are too long → cuts → a clock between the two times → the
moments at which the picture may differ. An idle gap is cut in its middle: first the screen stands for a while
as it did, then the stamp says how much was skipped, for at least 1.5 s of video, then life goes on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

SECOND = 1_000_000_000
MILLISECOND = 1_000_000
STAMP = 3 * SECOND // 2  # video time
WORTH_A_CUT = SECOND
TICKS_A_SECOND = 4  # at most, of video


@dataclass(frozen=True, slots=True)
class Cut:
    """Session time that the video leaves out."""

    start_ns: int
    end_ns: int

    @property
    def length_ns(self) -> int:
        """How much is left out."""
        return self.end_ns - self.start_ns


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant of the video at which the picture may change."""

    video_ms: int
    session_ns: int


def cuts(activity: Iterable[int], idle_ns: int | None, speed: float) -> Iterator[Cut]:
    """The cuts between rising times of activity; a gap is shortened only where at least a second is saved."""
    if idle_ns is None:
        return
    stamp = round(STAMP * speed)
    shown = max(idle_ns, stamp)
    for before, after in pairwise(activity):
        if after - before >= shown + WORTH_A_CUT:
            yield Cut(before + shown - stamp, after - stamp)


class Pace:
    """The clock between session time (ns) and video time (ms) of one rendering; the session begins `lead_ms`
    into the video."""

    def __init__(
        self, start_ns: int, end_ns: int, left_out: Iterable[Cut], speed: float, lead_ms: int = 0
    ) -> None:
        self.start_ns, self.end_ns, self.speed, self.lead_ms = start_ns, end_ns, speed, lead_ms
        self.cuts = tuple(left_out)
        self._ends = [cut.end_ns for cut in self.cuts]
        self._before = [0]
        for cut in self.cuts:
            self._before.append(self._before[-1] + cut.length_ns)
        self._shown = [
            cut.start_ns - start_ns - out for cut, out in zip(self.cuts, self._before, strict=False)
        ]
        self.stamps = [(self.video_ms(cut.end_ns), cut) for cut in self.cuts]

    def shown_ns(self, session_ns: int) -> int:
        """Session time since the start, without what is cut."""
        t = min(max(session_ns, self.start_ns), self.end_ns)
        i = bisect_right(self._ends, t)
        inside = max(t - self.cuts[i].start_ns, 0) if i < len(self.cuts) else 0
        return t - self.start_ns - self._before[i] - inside

    def video_ms(self, session_ns: int) -> int:
        """When the video shows that time of the session."""
        return self.lead_ms + int(self.shown_ns(session_ns) / self.speed) // MILLISECOND

    def session_ns(self, video_ms: int) -> int:
        """What time of the session the video shows then; at a cut, the time after it."""
        shown = int((video_ms - self.lead_ms) * MILLISECOND * self.speed)
        i = bisect_right(self._shown, shown)
        return min(self.start_ns + shown + self._before[i], self.end_ns)

    @property
    def duration_ms(self) -> int:
        """When the session's last picture comes."""
        return self.video_ms(self.end_ns)

    def stamp_at(self, video_ms: int) -> Cut | None:
        """The cut whose stamp is shown then."""
        i = bisect_right(self.stamps, video_ms, key=lambda entry: entry[0]) - 1
        if i >= 0 and video_ms < self.stamps[i][0] + STAMP // MILLISECOND:
            return self.stamps[i][1]
        return None


def seconds(pace: Pace, started_ns: int | None) -> Iterator[int]:
    """Session times at which the shown clock ticks: each whole second, thinned out when the video runs
    fast."""
    step = max(1, round(pace.speed / TICKS_A_SECOND)) * SECOND
    phase = (started_ns or 0) % step
    parts = [pace.start_ns, *(t for cut in pace.cuts for t in (cut.start_ns, cut.end_ns)), pace.end_ns]
    for first, last in zip(parts[::2], parts[1::2], strict=True):
        yield from range(first + (-(first + phase)) % step, last + 1, step)


def moments(pace: Pace, times: Iterable[int]) -> list[Moment]:
    """The session times of interest, and the stamps, in order; of several in one millisecond the last."""
    inside = {pace.start_ns, pace.end_ns, *(t for t in times if pace.start_ns <= t <= pace.end_ns)}
    found = {pace.video_ms(t): t for t in sorted(inside)}
    for shown, _ in pace.stamps:
        for ms in (shown, shown + STAMP // MILLISECOND):
            if ms <= pace.duration_ms:
                found.setdefault(ms, pace.session_ns(ms))
    return [Moment(ms, found[ms]) for ms in sorted(found)]


def ticked(times: Iterable[Moment], tick_ms: int) -> Iterator[Moment]:
    """Moments of a video that tells time in ticks; of several in one tick the last."""
    last: Moment | None = None
    for moment in times:
        ms = moment.video_ms // tick_ms * tick_ms
        if last is not None and last.video_ms != ms:
            yield last
        last = Moment(ms, moment.session_ns)
    if last is not None:
        yield last
