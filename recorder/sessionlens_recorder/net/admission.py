"""Which connections are let in before anybody knows whose they are: sshd's MaxStartups, limits for each
source (not logged in, and in all), and one for all. Decided in the accept process, before it forks; nothing
here has sockets.
"""

from __future__ import annotations

import ipaddress
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from sessionlens_recorder.config.limits import Limits

PREFIX_V6 = 64  # what one customer has
QUIET_S = 10.0  # between two lines in the log about one source
REMEMBERED = 1024  # sources about which was told lately


@dataclass(frozen=True, slots=True)
class Arrival:
    """One connection that is open: where from, and whether it is logged in."""

    source: str
    known: bool = False


def source_of(address: str) -> str:
    """What counts as one source: an IPv4 address, an IPv6 /64."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is None:
            return str(ipaddress.ip_network((ip, PREFIX_V6), strict=False))
        return str(ip.ipv4_mapped)
    return str(ip)


class Admission:
    """Counts what is open. `check` before, `arrived`, `logged_in` and `left` after."""

    def __init__(self, limits: Limits, chance: Callable[[], float] = random.random) -> None:
        self.limits = limits
        self._chance = chance
        self._by_source: Counter[str] = Counter()
        self._strangers_of: Counter[str] = Counter()

    def check(self, source: str) -> str | None:
        """Why this one is refused; None: it is let in."""
        if sum(self._by_source.values()) >= self.limits.total:
            return f"{self.limits.total} connections are open"
        if self._by_source[source] >= self.limits.per_source:
            return f"{self.limits.per_source} connections are open from {source}"
        own = self._strangers_of[source]
        if own >= self.limits.strangers and self._chance() < self.share(own):
            return f"{own} connections from {source} are not logged in yet"
        most = self.limits.strangers  # of one source, so that it shuts out nobody but itself
        strangers = sum(min(count, most) for count in self._strangers_of.values())
        if self._chance() < self.share(strangers):
            return f"{strangers} connections are not logged in yet"
        return None

    def share(self, strangers: int) -> float:
        """Of new connections beside so many, how many are refused: sshd_config(5), MaxStartups."""
        startups = self.limits.startups
        if strangers < startups.start:
            return 0.0
        if strangers >= startups.full or startups.rate == 100:
            return 1.0
        beyond = (strangers - startups.start) / (startups.full - startups.start)
        return (startups.rate + (100 - startups.rate) * beyond) / 100

    def arrived(self, source: str) -> Arrival:
        self._by_source[source] += 1
        self._strangers_of[source] += 1
        return Arrival(source)

    def logged_in(self, arrival: Arrival) -> Arrival:
        if not arrival.known:
            _take_one(self._strangers_of, arrival.source)
        return Arrival(arrival.source, known=True)

    def left(self, arrival: Arrival) -> None:
        if not arrival.known:
            _take_one(self._strangers_of, arrival.source)
        _take_one(self._by_source, arrival.source)


def _take_one(counts: Counter[str], source: str) -> None:
    """Sources without end are not remembered without end."""
    counts[source] -= 1
    if counts[source] <= 0:
        del counts[source]


class Complaints:
    """A flood of refusals must not become a flood of lines: one in ten seconds for each source, with a count
    of those before it that were not told.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told: dict[str, float] = {}
        self._untold: Counter[str] = Counter()

    def due(self, source: str) -> int | None:
        """How many were refused since the last line, this one included; None: say nothing now."""
        now = self._clock()
        self._untold[source] += 1
        if now - self._told.get(source, -QUIET_S) < QUIET_S:
            return None
        if len(self._told) >= REMEMBERED:  # a flood from everywhere: remember those who came last
            self._told.pop(next(iter(self._told)))
        self._told.pop(source, None)
        self._told[source] = now
        if len(self._untold) > 2 * REMEMBERED:
            self._untold = Counter({name: n for name, n in self._untold.items() if name in self._told})
        return self._untold.pop(source, 1)
