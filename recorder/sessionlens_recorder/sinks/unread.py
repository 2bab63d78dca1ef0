"""What a receiver of syslog may not have read of what it was sent, and gets again over its next connection.

A connection that breaks says nothing about what came before; nor does a goodbye soon after (decision 113).
But some receivers say goodbye soon after whatever they get: they are believed in the end.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

RECENT_S = 5.0  # what was sent so long before a connection ended is sent again,
RECENT = 8 << 20  # but for what is over so many bytes: more than a receiver's machine keeps unread
GOODBYES = 3  # so many times


@dataclass(slots=True)
class _Sent:
    data: bytes
    at: float = 0.0
    goodbyes: int = 0  # of receivers that had it


class Unread:
    """`again`: what to send before anything else."""

    def __init__(self) -> None:
        self._recent: list[_Sent] = []  # over this connection
        self._again: list[_Sent] = []

    @property
    def again(self) -> bytes:
        return b"".join(one.data for one in self._again)

    def sent(self, data: bytes) -> None:
        """This, after `again`."""
        now = time.monotonic()
        recent = [one for one in self._recent if now - one.at < RECENT_S]
        for one in (*self._again, _Sent(data)):
            one.at = now
            recent.append(one)
        self._again, size = [], sum(len(one.data) for one in recent)
        while size > RECENT and len(recent) > 1:
            size -= len(recent.pop(0).data)
        self._recent = recent

    def torn(self, until: float | None = None) -> None:
        """The connection, whatever was under way. `until`: it was still there at this time."""
        unread = (one for one in self._recent if until is None or until - one.at < RECENT_S)
        self._again, self._recent = [*self._again, *unread], []

    def gone(self, early: bool) -> None:
        """It said goodbye."""
        self._recent = [one for one in self._recent if early and one.goodbyes < GOODBYES]
        for one in self._recent:
            one.goodbyes += 1
        self.torn()
