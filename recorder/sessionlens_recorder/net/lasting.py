"""How long a session may do nothing, and how long it may last; who is in it reads so before."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sessionlens_recorder.config import Server, Target
from sessionlens_recorder.net.recording import End

WARNING_S = 60.0


@dataclass(slots=True)
class Lasting:
    """Times are of time.monotonic()."""

    idle: float | None
    longest: float | None
    began: float
    _warned_of: float | None = None  # the moment of the last activity
    _warned_of_end: bool = False
    _asked: float = 0.0

    def due(self, now: float, active: float) -> End | str | None:
        """The session's end, or something to tell the user; `active` is when something happened last."""
        self._asked = now
        if self.longest is not None and (end := self._of_longest(now, self.longest)):
            return end
        return self._of_idle(now, active, self.idle) if self.idle is not None else None

    def next(self, active: float) -> float:
        """When `due` has something to say, unless something happens until then."""
        limits = ((self.longest, self.began), (self.idle, active))
        moments = [start + limit - rest for limit, start in limits if limit for rest in (before(limit), 0.0)]
        return min((moment for moment in moments if moment > self._asked), default=math.inf)

    def _of_longest(self, now: float, longest: float) -> End | str | None:
        left = self.began + longest - now
        if left <= 0:
            return End(
                f"lasted for {in_words(longest)}",
                f"a session may last {in_words(longest)}; this one ends here",
            )
        if left <= before(longest) and not self._warned_of_end:
            self._warned_of_end = True
            return f"a session may last {in_words(longest)}; this one ends in {in_words(before(longest))}"
        return None

    def _of_idle(self, now: float, active: float, idle: float) -> End | str | None:
        left = active + idle - now
        if left <= 0:
            return End(
                f"idle for {in_words(idle)}",
                f"nothing has happened for {in_words(idle)}; this session ends here",
            )
        if left <= before(idle) and self._warned_of != active:
            self._warned_of = active
            return f"nothing has happened for a while; this session ends in {in_words(before(idle))}"
        return None


def lasting(server: Server, target: Target, began: float) -> Lasting:
    """A target's own times come before the server's."""
    return Lasting(target.idle or server.idle, target.longest or server.longest, began)


def before(limit: float) -> float:
    """How long before the end it is told."""
    return min(WARNING_S, limit / 2)


def in_words(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:g} s"
