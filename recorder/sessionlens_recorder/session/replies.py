"""Answers to requests, in the order of the requests.

Replies carry no number (RFC 4254, sections 4 and 5.4): the first answer is for the first request. A
request that the recorder answers itself, between two that the other end answers, therefore has to wait its
turn. One queue per direction, for the connection and for each channel. Not thread-safe: the relay holds
its lock.
"""

from __future__ import annotations

from collections import deque

from sessionlens_recorder.session.wire import ProtocolError, Request

UNANSWERED_LIMIT = 4096


class Replies:
    """What one side has asked and not yet been told. A request is being answered by the other side; bytes
    are an answer of our own that waits.
    """

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: deque[Request | bytes] = deque()

    def forwarded(self, request: Request) -> None:
        """A request goes to the other side, which will answer it."""
        self._wait(request)

    def answered_here(self, answer: bytes) -> list[bytes]:
        """We answer a request: now, if nothing older is open, else when its turn comes."""
        if not self._waiting:
            return [answer]
        self._wait(answer)
        return []

    def answered_there(self) -> tuple[Request, list[bytes]]:
        """The other side answers: which request that is, and our own answers whose turn has come after it."""
        if not self._waiting:
            raise ProtocolError("an answer to a request that nobody made")
        request = self._waiting.popleft()
        if not isinstance(request, Request):
            raise AssertionError("an answer of our own stood at the head of the queue")
        due: list[bytes] = []
        while self._waiting and isinstance(head := self._waiting[0], bytes):
            due.append(head)
            self._waiting.popleft()
        return request, due

    def _wait(self, one: Request | bytes) -> None:
        if len(self._waiting) >= UNANSWERED_LIMIT:
            raise ProtocolError(f"{UNANSWERED_LIMIT} requests, and none of them answered")
        self._waiting.append(one)
