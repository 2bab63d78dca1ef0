"""Where one sink is in the spool: what it has delivered, what it is delivering, what it has missed.

Kept in `NAME.position`: segment, offset, and how many lost events were not told yet. Written in place with
one write(2) after every delivery: after a kill a batch may be sent again, and none is forgotten.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from sessionlens_recorder.sinks.record import Told, decode
from sessionlens_recorder.sinks.spool import Spool

CHUNK = 256 << 10  # bytes read at once
WHOLE = 16 << 20  # more than a segment has
_FORM = "{:012d} {:012d} {:012d}\n"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A byte of the spool."""

    segment: int
    offset: int


def wants(patterns: tuple[str, ...]) -> Callable[[Told], bool]:
    """Whether an event is for a sink with these patterns (`session-*`); none: all events are."""
    return lambda told: not patterns or any(fnmatchcase(told["event"], pattern) for pattern in patterns)


class Cursor:
    """Thread-safe: the sink's thread takes and delivers, the housekeeper skips."""

    def __init__(self, spool: Spool, name: str, wanted: Callable[[Told], bool]) -> None:
        self._spool, self._wanted = spool, wanted
        self.folder = spool.folder
        self._lock = threading.Lock()
        self._file = os.open(position_file(spool.folder, name), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._taken: deque[tuple[Told, Position]] = deque()  # each with the position after it
        self._done, self._lost = self._load()
        self._next = self._done
        self._floor = 0  # segments before it are deleted

    # the sink's thread

    def take(self, most: int) -> list[Told]:
        """The next events, oldest first; the same again until they are delivered."""
        with self._lock:
            while not self._taken and self._read():
                pass
            return [told for told, _ in list(self._taken)[:most]]

    def delivered(self, count: int) -> None:
        """The first so many of what was taken have arrived."""
        self._advance(count, 0)

    def refused(self) -> None:
        """The first of what was taken will never be accepted."""
        self._advance(1, 1)

    def told_lost(self, count: int) -> None:
        """So many of the lost ones have been told."""
        self._advance(0, -count)

    def _advance(self, count: int, lost: int) -> None:
        with self._lock:
            for _ in range(count):
                self._done = max(self._done, self._taken.popleft()[1])
            if not self._taken:
                self._done = self._next
            self._lost += lost
            self._save()

    # anybody

    @property
    def lost(self) -> int:
        """How many events this sink missed and nobody was told of."""
        with self._lock:
            return self._lost

    @property
    def position(self) -> Position:
        """What lies before was delivered or is given up."""
        with self._lock:
            return max(self._done, Position(self._floor, 0))

    # the housekeeper

    def skip_before(self, segment: int) -> None:
        """The segments before this one go: what was not read of them is lost; what was taken is not."""
        with self._lock:
            while self._next.segment < segment:
                rest = self._lines(self._next, WHOLE)
                self._lost += sum(1 for told, _ in rest if told is None or self._wanted(told))
                self._next = Position(self._next.segment + 1, 0)
            self._floor = max(self._floor, segment)
            if not self._taken:
                self._done = self._next
            self._save()

    # reading

    def _read(self) -> bool:
        """Take the lines of the next chunk; go on to the next segment where one is finished. False if that
        is the end of the queue.
        """
        found = self._lines(self._next)
        while not found and self._move_on():
            found = self._lines(self._next)
        for told, end in found:
            self._next = end
            if told is None:
                self._lost += 1
            elif self._wanted(told):
                self._taken.append((told, end))
        if found and not self._taken:
            self._done = self._next
            self._save()
        return bool(found)

    def _move_on(self) -> bool:
        """At the end of a segment: to where there may be more. False if that is the end of the queue."""
        here = self._next
        size, closed = self._spool.look(here.segment)
        if size is not None and size < here.offset:  # the folder was emptied, and begun anew
            self._next = Position(here.segment, 0)
        elif not closed:
            return False
        elif size is None or not self._lines(here):  # otherwise somebody wrote in between
            after = self._after(here.segment, there=size is not None)
            if after is None:
                return False
            self._lost += size is not None and size > here.offset  # a last line that is none
            self._next = Position(after, 0)
        self._done = self._next
        self._save()
        return True

    def _after(self, number: int, there: bool) -> int | None:
        """The segment after this one; if this one is gone, somebody has emptied the folder: the first."""
        numbers = [segment.number for segment in self._spool.segments()]
        if self._spool.exists(number + 1):  # asked after the listing, which may have missed it
            return number + 1
        return next((other for other in numbers if other > number or (not there and other != number)), None)

    def _lines(self, start: Position, size: int = CHUNK) -> list[tuple[Told | None, Position]]:
        """The whole lines of a chunk, None for one that is no event, each with the position after it."""
        data = self._spool.read(start.segment, start.offset, size)
        end = data.rfind(b"\n") + 1
        if not end and len(data) == size:  # no line of ours is that long
            return [(None, Position(start.segment, start.offset + size))]
        lines, offset = [], start.offset
        for line in data[:end].split(b"\n")[:-1]:
            offset += len(line) + 1
            if line:
                lines.append((decode(line), Position(start.segment, offset)))
        return lines

    # the file

    def _load(self) -> tuple[Position, int]:
        """As it was left; from the oldest segment on if that makes no sense: rather twice than not at all."""
        sizes = {segment.number: segment.size for segment in self._spool.segments()}
        oldest = Position(min(sizes, default=1), 0)
        try:
            segment, offset, lost = map(int, os.pread(self._file, 100, 0).split())
        except ValueError:  # new, or cut by a crash of the machine
            return oldest, 0
        return (Position(segment, offset) if offset <= sizes.get(segment, -1) else oldest), lost

    def _save(self) -> None:
        done, lost = self._done, self._lost
        if done.segment < self._floor:  # a kill would lose what is being delivered
            done, lost = self._next, lost + len(self._taken)
        os.pwrite(self._file, _FORM.format(done.segment, done.offset, max(lost, 0)).encode(), 0)

    def close(self) -> None:
        os.close(self._file)


def position_file(folder: Path, name: str) -> Path:
    return folder / f"{name}.position"
