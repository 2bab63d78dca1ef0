"""From the log into the spool, in whichever process something happens; what does not get there is counted."""

from __future__ import annotations

import logging

from sessionlens_recorder.events import MINOR
from sessionlens_recorder.losses import Losses
from sessionlens_recorder.sinks import record
from sessionlens_recorder.sinks.spool import Spool


class Feed(logging.Handler):
    """The log's second reader. Its own lock makes it safe for threads, and logging renews that at a fork."""

    def __init__(self, spool: Spool, bastion: str, losses: Losses) -> None:
        super().__init__()
        self._spool, self._bastion, self._losses = spool, bastion, losses

    def emit(self, entry: logging.LogRecord) -> None:
        told = getattr(entry, "told", None)
        if told is None or getattr(entry, "flood", False):
            return
        name, fields = told
        if not self._has_room(name) or not self.put(name, fields, entry.levelname.lower(), entry.created):
            self._losses.add()

    def _has_room(self, name: str) -> bool:
        """Half of the queue is kept for what matters most: whoever can cause events without end (MINOR)
        cannot push out those that prove what they did.
        """
        return name not in MINOR or not self._spool.is_half_full()

    def put(self, name: str, fields: dict[str, object], level: str, when: float | None = None) -> bool:
        """Whether the event is in the queue."""
        self.acquire()
        try:
            return self._spool.append(record.encode(record.make(self._bastion, name, level, fields, when)))
        except Exception:  # a value whose str() fails, say: an event is lost, and no session
            return False
        finally:
            self.release()
