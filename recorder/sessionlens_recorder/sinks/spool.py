"""The queue on disk between the processes that tell events and the one that sends them.

A folder of segment files `NNNNNNNNNNNN.jsonl`. Every process appends to the newest, one write(2) with
O_APPEND a line; who finds it full makes the next. A segment is *closed* once it is full and nobody can be
appending to it any more; only then a reader leaves it behind, and only then it may be deleted.

Locking (flock, never waited for by those who append): they share the segment's lock around the look at its
size and the write; a reader that has reached the end of a full one takes it exclusively for a moment.
Whoever cannot have the shared lock knows that the segment is full.

In a folder that was deleted and made again two processes may each make a segment of their own number. Where
there is a next one, the reader takes what nobody may write any more (CLOSED) for full as well.

Numbers follow each other without a hole, and the lowest are deleted first, so that nobody depends on a
listing being of one instant, which it is not.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from sessionlens_recorder.bundle.giving import open_made

SEGMENT = 256 << 10  # bytes; a segment of that size or more is full. Changing it strands old spools
CLOSED = 0o400  # the mode of a segment that was not full when the next was made
RESERVE = 2.0  # times the limit: where appending stops, should nobody be there, or quick enough, who deletes
_NAME = re.compile(r"([0-9]{12})\.jsonl")
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
LOOK_S = 1.0
TRIES = 100  # to find the newest segment while others fill one after the other


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of the queue."""

    number: int
    size: int


class Spool:
    """The folder, for all who append, read and delete. Not thread-safe where it appends."""

    def __init__(self, folder: Path, limit: int, segment: int = SEGMENT) -> None:
        self.folder, self.limit, self.segment = folder, limit, segment
        self._fd, self._number, self._pid = -1, 0, 0
        self._torn = False
        self._half_full, self._looked = False, -LOOK_S

    # those who append

    def is_half_full(self) -> bool:
        """As of a second ago. OSError counts as full."""
        now = time.monotonic()
        if now - self._looked >= LOOK_S:
            self._looked = now
            try:
                size = sum(segment.size for segment in self.segments())
            except OSError:
                size = self.limit
            self._half_full = size >= self.limit / 2
        return self._half_full

    def append(self, line: bytes) -> bool:
        """Put a line, with its end, into the queue; False if that is not possible. Never waits."""
        try:
            return self._append(line)
        except OSError:
            return False

    def _append(self, line: bytes) -> bool:
        if self._pid != os.getpid():  # a lock belongs to an open file: each process opens its own
            self._open_newest()
        for _ in range(TRIES):
            if self._append_here(line):
                return not self._torn
            if not self._open_next():
                return False
        return False

    def _append_here(self, line: bytes) -> bool:
        """False if this segment is full or deleted. What could only be written in part is marked as torn."""
        try:
            fcntl.flock(self._fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        try:
            state = os.fstat(self._fd)
            if self._is_full(state) or state.st_nlink == 0:
                return False
            data = b"\n" + line if self._torn else line
            self._torn = os.write(self._fd, data) != len(data)
            return True
        finally:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

    def _open_next(self) -> bool:
        """False if the queue takes no more."""
        segments = self.segments()
        if not segments or segments[-1].number <= self._number:
            if sum(segment.size for segment in segments) >= self.limit * RESERVE:
                return False
            self._open(self._number + 1, create=True)
        self._open_newest()
        return True

    def _open_newest(self) -> None:
        """Until a look at the folder *after* it was opened says that it is the newest: this process may have
        been asleep, and what it opens, or has made, be a file that was deleted and made again behind the
        readers. Where one lies behind them there is a newer one; and the newest is never deleted.
        """
        for _ in range(TRIES):
            segments = self.segments()
            newest = segments[-1].number if segments else self._number + 1
            if newest == self._number and self._pid == os.getpid():
                return
            with contextlib.suppress(FileNotFoundError):
                self._open(newest, create=not segments)
        raise FileNotFoundError

    def _open(self, number: int, *, create: bool) -> None:
        path = self.path(number)
        fd = open_made(path, _APPEND) if create else os.open(path, _APPEND)
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._number, self._pid, self._torn = fd, number, os.getpid(), False

    # the one that reads and deletes

    def path(self, number: int) -> Path:
        return self.folder / f"{number:012d}.jsonl"

    def segments(self) -> list[Segment]:
        """What is there, oldest first."""
        found = []
        for path in self.folder.iterdir():
            if match := _NAME.fullmatch(path.name):
                with contextlib.suppress(FileNotFoundError):  # deleted since
                    found.append(Segment(int(match[1]), path.lstat().st_size))
        return sorted(found, key=lambda segment: segment.number)

    def read(self, number: int, offset: int, size: int) -> bytes:
        """Up to so many bytes of a segment; nothing if it is not there."""
        try:
            fd = os.open(self.path(number), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            return b""
        try:
            return os.pread(fd, size, offset)
        finally:
            os.close(fd)

    def look(self, number: int) -> tuple[int | None, bool]:
        """A segment's size, None if it is not there; and whether that is its size for good."""
        try:
            fd = os.open(self.path(number), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None, True
        try:
            state = os.fstat(fd)
            if not self._is_full(state) and not self.exists(number + 1):
                return state.st_size, False
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not self._is_full(state):
                os.fchmod(fd, CLOSED)
            return os.fstat(fd).st_size, True
        except BlockingIOError:
            return state.st_size, False
        finally:
            os.close(fd)

    def _is_full(self, state: os.stat_result) -> bool:
        return state.st_size >= self.segment or stat.S_IMODE(state.st_mode) == CLOSED

    def exists(self, number: int) -> bool:
        return self.path(number).exists()

    def delete(self, number: int) -> None:
        self.path(number).unlink(missing_ok=True)
