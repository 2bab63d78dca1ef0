"""What is counted for Prometheus: cells in memory that all processes of the recorder share.

Each process writes only its own row, so no lock is needed between processes; when one has ended, the accept
process adds its row to that of the dead. Who reads does not hinder who writes.
"""

from __future__ import annotations

import heapq
import logging
import mmap
import threading
from bisect import bisect_left
from collections.abc import Iterator
from hashlib import sha256

from sessionlens_recorder.events import CATALOGUE, FLOODABLE

ROWS = 10_100  # more than connections can be; memory that nobody has written costs nothing
BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # and more
BYTES = ("to_target", "to_user")
GAUGES = ("sessions", "connections", "seats", "person")  # of the last, a process has one
_DEAD, _OURS, _FIRST = 1, 2, 3  # row 0 holds the generation and how many rows are in use


def _names() -> Iterator[str]:
    yield from (f"event {name}" for name in CATALOGUE)
    yield from (f"more {name}" for name in sorted(FLOODABLE))  # of the events, those that were not told
    yield from (f"bytes {direction}" for direction in BYTES)
    yield from (f"commits {number}" for number in range(len(BOUNDS_S) + 1))
    yield "commit us"
    yield from GAUGES


CELLS = {name: number for number, name in enumerate(_names())}
WIDTH = len(CELLS)
_COUNTED = [cell for name, cell in CELLS.items() if name not in GAUGES]


class Counters:
    """Made before the first fork."""

    def __init__(self) -> None:
        self._cells = memoryview(mmap.mmap(-1, ROWS * WIDTH * 8)).cast("Q")
        self._cells[1] = _FIRST
        self._row = _OURS
        self._free: list[int] = []
        self._lock = threading.Lock()

    # of the accept process

    def take_slot(self, connection: bool = False) -> int:
        """A row for a new child."""
        slot = heapq.heappop(self._free) if self._free else min(self._cells[1], ROWS - 1)
        self._cells[1] = max(self._cells[1], slot + 1)
        self._cells[slot * WIDTH + CELLS["connections"]] = int(connection)
        return slot

    def give_back(self, slot: int) -> None:
        """Its process is gone: what it counted stays counted, what it had is no more."""
        self._cells[0] += 1  # odd: a reader waits
        for cell in _COUNTED:
            self._cells[_DEAD * WIDTH + cell] += self._cells[slot * WIDTH + cell]
        for cell in range(WIDTH):
            self._cells[slot * WIDTH + cell] = 0
        self._cells[0] += 1
        heapq.heappush(self._free, slot)

    # of every process

    def use(self, slot: int) -> None:
        """This process has that row."""
        self._row, self._lock = slot, threading.Lock()

    def add(self, name: str, count: int = 1) -> None:
        """`count` is negative where a gauge falls."""
        with self._lock:
            self._cells[self._row * WIDTH + CELLS[name]] += count

    def take_seat(self, person: str, most: int) -> bool:
        """One more session of a person's, unless they have that many. One too many never gets one; of two at
        the very same moment perhaps neither does.
        """
        name = int.from_bytes(sha256(person.encode()).digest()[:8]) | 1
        with self._lock:
            self._cells[self._row * WIDTH + CELLS["person"]] = name
        self.add("seats")
        end = self._cells[1] * WIDTH
        people, seats = (self._cells[CELLS[one] : end : WIDTH].tolist() for one in ("person", "seats"))
        if sum(taken for who, taken in zip(people, seats, strict=True) if who == name) <= most:
            return True
        self.give_seat()
        return False

    def give_seat(self) -> None:
        self.add("seats", -1)

    def time_commit(self, seconds: float) -> None:
        """One commit to the disk: hashing, fsync, journal."""
        self.add(f"commits {bisect_left(BOUNDS_S, seconds)}")
        self.add("commit us", round(seconds * 1e6))

    def read(self) -> dict[str, int]:
        """The sums over all processes."""
        sums = self._sums()
        for _ in range(1000):
            before = self._cells[0]
            sums = self._sums()
            if before % 2 == 0 and before == self._cells[0]:
                break
        return sums

    def total(self, name: str) -> int:
        """One of the sums, for the accept process, which alone moves rows."""
        first, end = _DEAD * WIDTH + CELLS[name], self._cells[1] * WIDTH
        return sum(self._cells[first:end:WIDTH].tolist())

    def _sums(self) -> dict[str, int]:
        end = self._cells[1] * WIDTH
        return {
            name: sum(self._cells[_DEAD * WIDTH + cell : end : WIDTH].tolist())
            for name, cell in CELLS.items()
        }


class Tally(logging.Handler):
    """The log's other reader: counts events by their ids."""

    def __init__(self, counters: Counters) -> None:
        super().__init__()
        self._counters = counters

    def emit(self, entry: logging.LogRecord) -> None:
        told = getattr(entry, "told", None)
        if told is not None and told[0] in CATALOGUE:
            self._counters.add(f"event {told[0]}")
