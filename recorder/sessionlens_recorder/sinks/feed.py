"""From the log into the spool, in whichever process something happens; what does not get there is counted."""

from __future__ import annotations

import logging
import os

from sessionlens_recorder.sinks import record
from sessionlens_recorder.sinks.spool import Spool


class Losses:
    """A count that all processes share: made before the first fork, it needs no disk.

    An eventfd(2) where there is one, otherwise a pipe with a byte for each, up to its capacity.
    """

    def __init__(self) -> None:
        if hasattr(os, "eventfd"):
            self._read = self._write = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        else:
            self._read, self._write = os.pipe()
            os.set_blocking(self._read, False)
            os.set_blocking(self._write, False)
        self._counts = self._read == self._write

    def add(self, count: int = 1) -> None:
        try:
            os.write(self._write, count.to_bytes(8, "little") if self._counts else b"." * count)
        except OSError:  # full: the number told will be too small, but told it will be
            return

    def take(self) -> int:
        """How many there were since the last time."""
        try:
            got = os.read(self._read, 8 if self._counts else 1 << 16)
        except BlockingIOError:
            return 0
        return int.from_bytes(got, "little") if self._counts else len(got)


class Feed(logging.Handler):
    """The log's second reader. Its own lock makes it safe for threads, and logging renews that at a fork."""

    def __init__(self, spool: Spool, bastion: str, losses: Losses) -> None:
        super().__init__()
        self._spool, self._bastion, self._losses = spool, bastion, losses

    def emit(self, entry: logging.LogRecord) -> None:
        told = getattr(entry, "told", None)
        if told is None:
            return
        name, fields = told
        if not self.put(name, fields, entry.levelname.lower(), entry.created):
            self._losses.add()

    def put(self, name: str, fields: dict[str, object], level: str, when: float | None = None) -> bool:
        """Whether the event is in the queue."""
        self.acquire()
        try:
            return self._spool.append(record.encode(record.make(self._bastion, name, level, fields, when)))
        except Exception:  # a value whose str() fails, say: an event is lost, and no session
            return False
        finally:
            self.release()
