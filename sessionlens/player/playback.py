"""Which frame of a session is shown when it is played: its real times, a speed, and pauses cut if wanted.

Nothing here waits or draws; who plays tells how much time has passed.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, pairwise

from sessionlens.terminal.timeline import Timeline

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


class Playback:
    """From `start_ns` to `end_ns` of the session; `idle_ns` is the longest pause shown, 0 for uncut."""

    def __init__(
        self, timeline: Timeline, start_ns: int, end_ns: int, *, idle_ns: int = 0, speed: float = 1.0
    ) -> None:
        first = max(bisect_right(timeline.t0_ns, start_ns) - 1, 0)
        stop = max(bisect_right(timeline.t0_ns, end_ns), first + 1)
        self.first, self.speed, self.paused = first, speed, False
        self.times = [max(t, start_ns) for t in timeline.t0_ns[first:stop]]
        """Session time at which each frame comes, ns."""
        self.end_ns = max(end_ns, self.times[-1])
        gaps = [later - t for t, later in pairwise([*self.times, self.end_ns])]
        self._shown = list(accumulate((min(gap, idle_ns or gap) for gap in gaps), initial=0))
        self._at = 0.0

    @property
    def _index(self) -> int:
        return min(bisect_right(self._shown, self._at), len(self.times)) - 1

    @property
    def frame(self) -> int:
        """The index of the frame that is shown."""
        return self.first + self._index

    @property
    def t_ns(self) -> int:
        """The session time that is shown; within a pause that was cut it goes on to where the pause was
        cut."""
        return self.times[self._index] + round(self._at - self._shown[self._index])

    @property
    def ended(self) -> bool:
        """Has all been shown?"""
        return self._at >= self._shown[-1]

    @property
    def wait_ns(self) -> float | None:
        """How long the frame stands, in real time; None while nothing moves."""
        if self.paused or self.ended:
            return None
        return (self._shown[self._index + 1] - self._at) / self.speed

    def elapse(self, real_ns: float) -> None:
        """So much real time has passed."""
        if not self.paused:
            self._at = min(self._at + real_ns * self.speed, self._shown[-1])

    def pause(self) -> None:
        """Pause, or go on; at the end from the beginning."""
        if self.ended and not self.paused:
            self._at = 0.0
        else:
            self.paused = not self.paused

    def step(self, frames: int = 1) -> None:
        """So many frames on, or back, and pause there."""
        self.paused = True
        self._at = float(self._shown[min(max(self._index + frames, 0), len(self.times) - 1)])

    def skip(self, ns: int) -> None:
        """Forward, or back, in shown time."""
        self._at = min(max(self._at + ns, 0.0), float(self._shown[-1]))

    def seek(self, t_ns: int) -> None:
        """To a time of the session."""
        index = max(bisect_right(self.times, t_ns) - 1, 0)
        within = min(max(t_ns - self.times[index], 0), self._shown[index + 1] - self._shown[index])
        self._at = float(self._shown[index] + within)

    def faster(self) -> None:
        """The next speed."""
        self.speed = next((speed for speed in SPEEDS if speed > self.speed), self.speed)

    def slower(self) -> None:
        """The speed before."""
        self.speed = next((speed for speed in reversed(SPEEDS) if speed < self.speed), self.speed)
