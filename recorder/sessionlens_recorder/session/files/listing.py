"""Where followers write: the part of a channel's recording that is about files.

`sessionlens_recorder.bundle`'s ChannelWriter satisfies it. Each method returns when the data is on disk and
raises when it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from sessionlens_recorder.session.files.framing import NotUnderstood

COPIES_AT_ONCE = 64  # each is an open file of this process


class FileLog(Protocol):
    """What a follower asks of a channel's folder."""

    def file(self, **fields: Any) -> int:
        """A line of files.jsonl; the answer is its `t_ns`."""

    def event(self, name: str, /, **fields: Any) -> None: ...

    def copy(self, name: str, data: bytes) -> None:
        """Append to a copy of what passed."""

    def end_copy(self, name: str) -> None:
        """Nothing more will be appended to it."""


Told = Callable[[str | None, dict[str, Any]], None]
"""Hears of each file that is through: its result, and the fields of its last line."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What becomes of files that pass, besides their lines."""

    copies: int = 0
    """So many bytes of each are kept."""
    told: Told | None = None


NOTHING = Keeping()


class Listing:
    """Numbers the operations of one channel, and writes their lines."""

    def __init__(self, log: FileLog, keeping: Keeping = NOTHING) -> None:
        self._log, self._keeping = log, keeping
        self._numbers = count()
        self._copying = 0

    @property
    def copies(self) -> bool:
        return self._keeping.copies > 0

    def number(self) -> int:
        return next(self._numbers)

    def request(self, n: int, operation: str, **fields: Any) -> int:
        """What is asked for, before it is forwarded. The answer is when."""
        return self._log.file(n=n, event="request", operation=operation, **fields)

    def progress(self, n: int, operation: str, **fields: Any) -> None:
        """How far a long one is, so that a crash leaves more than its beginning."""
        self._log.file(n=n, event="progress", operation=operation, **fields)

    def result(self, n: int, operation: str, began_ns: int | None, result: str | None, **fields: Any) -> None:
        """How it ended; `result` is None where nobody said so."""
        told = _told({"began_ns": began_ns, **fields})
        self._log.file(n=n, event="result", operation=operation, result=result, **told)
        if self._keeping.told is not None and "hashed" in fields:  # content passed
            self._keeping.told(result, told)

    def new_copy(self, n: int) -> Copy | None:
        """A file for what passes in operation `n`, if copies are kept. NotUnderstood: too many are."""
        if not self._keeping.copies:
            return None
        if self._copying >= COPIES_AT_ONCE:
            raise NotUnderstood(f"more than {COPIES_AT_ONCE} files at once, where copies are kept")
        self._copying += 1
        return Copy(self, f"copy-{n}", self._keeping.copies)

    def append(self, name: str, data: bytes) -> None:
        self._log.copy(name, data)

    def end_copy(self, name: str) -> None:
        self._copying -= 1
        self._log.end_copy(name)


class Copy:
    """A file in the channel's folder that gets the first `limit` bytes of what passes in order."""

    def __init__(self, listing: Listing, name: str, limit: int) -> None:
        self._listing, self.name, self._left = listing, name, limit
        self.size = 0

    @property
    def room(self) -> bool:
        return self._left > 0

    def append(self, data: bytes | memoryview) -> None:
        if part := bytes(data[: self._left]):
            self._listing.append(self.name, part)
            self._left -= len(part)
            self.size += len(part)

    def end(self) -> dict[str, Any]:
        """What files.jsonl says of it."""
        self._listing.end_copy(self.name)
        return {"copy": self.name, "copied": self.size} if self.size else {}


def _told(fields: dict[str, Any]) -> dict[str, Any]:
    """A field that has nothing to say is absent, all but the hash: its absence is worth telling."""
    return {name: value for name, value in fields.items() if value is not None or name == "sha256"}
