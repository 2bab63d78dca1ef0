"""Files that passed, told to the log and the sinks: one event each, as long as there are few.

A session hears of each file in `through`, on its data path, which only notes it; `tell` is the recorder
thread's. One who moves many files at once is told of the largest, and how many more there were: a big file
does not disappear among small ones, and no sink is flooded. The recording has them all.
"""

from __future__ import annotations

import heapq
import threading
from itertools import count
from typing import Any

from sessionlens_recorder import logs

MOST = 10  # files told one by one each time, which is twice a second


class Transfers:
    """Of one session."""

    def __init__(self, session: str, person: str, target: str) -> None:
        self._session, self._person, self._target = session, person, target
        self._lock = threading.Lock()
        self._numbers = count()
        self._largest: list[tuple[int, int, dict[str, Any]]] = []  # a heap: size, number, fields
        self._more = _More()

    def through(self, result: str | None, fields: dict[str, Any]) -> None:
        """A file is through; fields: of its last line in files.jsonl."""
        noted = (fields["size"], next(self._numbers), fields | {"result": result})
        with self._lock:
            if len(self._largest) < MOST:
                heapq.heappush(self._largest, noted)
            else:
                self._more.add(heapq.heappushpop(self._largest, noted)[2])

    def tell(self) -> None:
        """Tell what has passed since the last time, in its order."""
        with self._lock:
            files, self._largest = self._largest, []
            more, self._more = self._more, _More()
        for _, _, fields in sorted(files, key=lambda file: file[1]):
            self._tell_one(fields)
        if more.count:
            logs.event(
                "file-transfers-more",
                session=self._session,
                person=self._person,
                target=self._target,
                count=more.count,
                to_user=more.sizes["to user"],
                to_target=more.sizes["to target"],
            )

    def _tell_one(self, fields: dict[str, Any]) -> None:
        whole = fields["hashed"] == fields["size"]
        logs.event(
            "file-transfer",
            session=self._session,
            person=self._person,
            target=self._target,
            direction=fields["direction"],
            path=fields["path"].decode("utf-8", "backslashreplace"),
            size=fields["size"],
            offset=fields["offset"] or None,
            hashed=None if whole else fields["hashed"],
            sha256=fields["sha256"],
            result=fields["result"],
        )


class _More:
    """Files that are only counted."""

    def __init__(self) -> None:
        self.count = 0
        self.sizes = {"to user": 0, "to target": 0}

    def add(self, fields: dict[str, Any]) -> None:
        self.count += 1
        self.sizes[fields["direction"]] += fields["size"]
