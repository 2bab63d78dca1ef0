"""What the accept process does besides connections: looks at the disk, and starts the daily deletion."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sessionlens_recorder import logs
from sessionlens_recorder.ageing import see_clock
from sessionlens_recorder.config import Config
from sessionlens_recorder.net.orphans import end_with
from sessionlens_recorder.net.processes import Processes
from sessionlens_recorder.retention import Rule, delete_old
from sessionlens_recorder.space import Space, look, shortage

RETENTION = "retention"
DAY_S = 86400.0


class Housekeeping:
    """`tick` at the start and every few seconds."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self._looked: float | None = None
        self._filling = self._short = self._warned = False

    def tick(
        self,
        config: Config,
        sign: Callable[[bytes], str],
        start: Callable[[str, Callable[[int], int]], None],
    ) -> None:
        self._look_at_disk(config)
        now, root = time.monotonic(), config.server.recordings
        if self._processes.doing(RETENTION) or (self._looked is not None and now - self._looked < DAY_S):
            return
        self._looked = now
        if config.retention.days is None:
            with suppress(OSError, ValueError):  # asked for once there is something to delete
                see_clock(root, datetime.now(UTC))
        else:
            rule = Rule(config.retention.days, config.server.name, datetime.now(UTC))
            start(RETENTION, lambda _: _delete(root, rule, sign))

    def _look_at_disk(self, config: Config) -> None:
        """An event when something changes, and not every time."""
        try:
            space = look(config.server.recordings)
        except OSError:  # sessions say so themselves: none begins
            return
        filling = space.used > config.disk.warn
        if filling and not self._filling:
            inodes = space.inodes_free if space.inodes else None
            logs.warning("disk-filling", used=_percent(space), free=space.free >> 20, inodes=inodes)
        if filling and config.retention.days is None and not self._warned:
            self._warned = True
            logs.warning("retention-unset", used=_percent(space))
        short = shortage(config.server.recordings, config.disk)
        if short is not None and not self._short:
            logs.error("disk-short", reason=short)
        self._filling, self._short = filling, short is not None


def _percent(space: Space) -> int:
    return round(100 * space.used)


def _delete(root: Path, rule: Rule, sign: Callable[[bytes], str]) -> int:
    """In a process of its own: SIGTERM ends it between two recordings."""
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    end_with(os.getppid())
    delete_old(root, rule, sign, lambda: bool(told))
    return 0
