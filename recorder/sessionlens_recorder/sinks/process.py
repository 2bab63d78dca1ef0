"""The process that sends: a thread for each sink, and a housekeeper that deletes what everybody has.

It can be killed at any time; the accept process starts another, which goes on where each sink was.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence

from sessionlens_recorder import logs
from sessionlens_recorder.config.sinks import Sink
from sessionlens_recorder.losses import Losses
from sessionlens_recorder.sinks.cursor import Cursor, position_file, wants
from sessionlens_recorder.sinks.feed import Feed
from sessionlens_recorder.sinks.make import make_endpoint
from sessionlens_recorder.sinks.spool import Spool
from sessionlens_recorder.sinks.worker import Worker

TICK_S = 0.25
LAST_S = 5.0  # for what is left, once the recorder stops


class Sender:
    """The process's whole work. `run` returns when SIGTERM has come or the accept process is gone."""

    def __init__(self, spool: Spool, feed: Feed, losses: Losses, sinks: Sequence[Sink]) -> None:
        self._spool, self._feed, self._losses, self._sinks = spool, feed, losses, sinks
        self._stopping = threading.Event()
        self._lost = self._unwritten = 0

    def run(self, parent: int, wait: float = 0.0) -> int:
        """The exit code. `wait`: seconds before it begins."""
        signal.signal(signal.SIGTERM, lambda *_: self._stopping.set())
        if self._stopping.wait(wait):
            return 0
        with self._alone(parent) as mine:
            if not mine:
                return 0
            self._forget_old_sinks()
            return self._work(parent)

    def _work(self, parent: int) -> int:
        workers = [
            Worker(
                sink.name,
                Cursor(self._spool, sink.name, wants(sink.events)),
                make_endpoint(sink),
                self._stopping,
            )
            for sink in self._sinks
        ]
        for worker in workers:
            worker.start()
        while not self._stopping.wait(TICK_S):
            self._keep_house(workers)
            died = not all(worker.is_alive() for worker in workers)
            if died and not self._stopping.is_set():  # asked in this order: at a stop they end too
                return 70  # EX_SOFTWARE; its traceback is in the log, and the next process begins again
            if os.getppid() != parent:
                self._stopping.set()
        self._tell_losses()
        end = time.monotonic() + LAST_S
        for worker in workers:
            worker.join(max(0.0, end - time.monotonic()))
        self._keep_house(workers)
        return 0

    @contextlib.contextmanager
    def _alone(self, parent: int) -> Iterator[bool]:
        """One process sends from a folder: wait for the one of a recorder that was killed. False: stopped."""
        fd = os.open(self._spool.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            while not _locked(fd):
                if self._stopping.wait(TICK_S) or os.getppid() != parent:
                    yield False
                    return
            yield True
        finally:
            os.close(fd)

    def _forget_old_sinks(self) -> None:
        """Sinks that are no longer configured: were they back one day, they would look for deleted files."""
        names = {position_file(self._spool.folder, sink.name).name for sink in self._sinks}
        for file in self._spool.folder.glob("*.position"):
            if file.name not in names:
                file.unlink(missing_ok=True)

    # housekeeping

    def _keep_house(self, workers: list[Worker]) -> None:
        with contextlib.suppress(OSError):  # a full or read-only disk: the next time
            self._delete_delivered(workers)
            self._enforce_limit(workers)
        self._tell_losses()

    def _delete_delivered(self, workers: list[Worker]) -> None:
        needed = min(worker.cursor.position.segment for worker in workers)
        for segment in self._spool.segments():
            if segment.number < needed:
                self._spool.delete(segment.number)

    def _enforce_limit(self, workers: list[Worker]) -> None:
        """The oldest go first, and whoever has not sent them loses them; the other sinks lose nothing."""
        segments = self._spool.segments()
        total = sum(segment.size for segment in segments)
        for number in range(segments[0].number, segments[-1].number) if segments else ():
            size, closed = self._spool.look(number)
            if total <= self._spool.limit or not closed:
                return
            for worker in workers:
                worker.cursor.skip_before(number + 1)
            self._spool.delete(number)
            total -= size or 0

    def _tell_losses(self) -> None:
        """What never got into the queue; told once something gets there again."""
        self._lost += self._losses.take()
        if self._lost and self._feed.put("events-lost", {"count": self._lost}, "error"):
            self._lost = 0
        self._unwritten += logs.unwritten()
        if self._unwritten and self._feed.put("log-lost", {"count": self._unwritten}, "error"):
            self._unwritten = 0


def _locked(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
