"""What the accept process has of the sinks: the queue, opened before it says ready, and a process to start
again and again.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sessionlens_recorder import logs
from sessionlens_recorder.bundle.giving import make_folders
from sessionlens_recorder.config import Config
from sessionlens_recorder.losses import Losses
from sessionlens_recorder.sinks.feed import Feed
from sessionlens_recorder.sinks.make import make_endpoint
from sessionlens_recorder.sinks.process import Sender
from sessionlens_recorder.sinks.spool import Spool

SINKS = "sinks"  # the process's duty, in the log
LONG_S, PATIENCE_S = 60.0, 60.0  # a life that was long enough; the longest wait before a new one


class Sinks:
    """Made before the first fork: all processes share the count of losses."""

    def __init__(self, config: Config) -> None:
        losses = Losses()
        spool = Spool(config.spool.folder, config.spool.limit)
        self.feed = Feed(spool, config.server.name, losses)
        self._sender = Sender(spool, self.feed, losses, config.sinks)
        self._started, self._short_lives = -LONG_S, 0

    def next_life(self, parent: int) -> Callable[[], int]:
        """What the next process does. If the last ones died early, it first waits, longer each time."""
        now = time.monotonic()
        early = now - self._started < LONG_S
        self._short_lives = self._short_lives + 1 if early else 0
        self._started = now
        wait = min(0.25 * 2**self._short_lives, PATIENCE_S) if early else 0.0
        return lambda: self._sender.run(parent, wait)


def check_sinks(config: Config) -> None:
    """Raises ValueError: what cannot be used, and what to do."""
    for sink in config.sinks:
        try:
            make_endpoint(sink).close()
        except (OSError, ValueError) as error:
            raise ValueError(f"sinks.{sink.name}: {error}") from error
    if config.sinks:
        check_spool(config.spool.folder)


def open_sinks(config: Config) -> Sinks | None:
    """None if there are none. ValueError."""
    check_sinks(config)
    if not config.sinks:
        return None
    sinks = Sinks(config)
    logs.tell_also(sinks.feed)
    return sinks


def check_spool(folder: Path) -> None:
    """The queue can be written: tried with a file, which is removed again."""
    try:
        make_folders(folder)
        descriptor, probe = tempfile.mkstemp(prefix=".probe-", dir=folder)
        os.close(descriptor)
        Path(probe).unlink()
    except OSError as error:
        raise ValueError(
            f"events cannot be queued in {folder}: {error.strerror}; "
            "give the recorder's user a folder of its own there, or change spool.folder"
        ) from error
