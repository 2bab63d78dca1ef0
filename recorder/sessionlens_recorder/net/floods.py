"""Whoever can cause events can cause a flood of them: of each cause so many a second are told, the others are
counted, in all processes together.

The table in memory that they share has no lock: two who write at once may tell one too many. The counts are
exact.
"""

from __future__ import annotations

import logging
import mmap
import time
from collections.abc import Callable
from typing import Any

from sessionlens_recorder import logs
from sessionlens_recorder.counting import Counters
from sessionlens_recorder.events import FLOODABLE
from sessionlens_recorder.net.admission import source_of

MOST = 20  # events of one kind and cause a second
CELLS = 4096  # causes that share one share its twenty
_COUNT = 1 << 32


class Floods(logging.Filter):
    """Made before the first fork; hash() has a secret of this process and its children, so nobody can choose
    whom they share a cell with.
    """

    def __init__(self, counters: Counters, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._cells = memoryview(mmap.mmap(-1, CELLS * 8)).cast("Q")
        self._counters, self._clock = counters, clock
        self._told = dict.fromkeys(FLOODABLE, 0)

    def filter(self, entry: logging.LogRecord) -> bool:
        name, fields = getattr(entry, "told", ("", {}))
        if name in FLOODABLE and not self._is_due(name, fields):
            self._counters.add(f"more {name}")
            entry.__dict__["flood"] = True
        return True

    def _is_due(self, name: str, fields: dict[str, Any]) -> bool:
        cell = hash((name, _cause(fields))) % CELLS
        second, count = divmod(self._cells[cell], _COUNT)
        now = int(self._clock())
        if second != now:
            count = 0
        self._cells[cell] = now * _COUNT + count + 1
        return count < MOST

    def tell(self) -> None:
        """The accept process's, now and then: how many were left out."""
        for name, told in self._told.items():
            self._told[name] = self._counters.total(f"more {name}")
            if count := self._told[name] - told:
                logs.warning("events-more", what=name, count=count)


def dam(counters: Counters) -> Floods:
    """From now on every event of this process and its children is weighed."""
    floods = Floods(counters)
    logs.weigh(floods)
    return floods


def _cause(fields: dict[str, Any]) -> str:
    """Whose doing it is."""
    for name in ("by", "session", "person"):
        if name in fields:
            return str(fields[name])
    return source_of(str(fields.get("client")))
