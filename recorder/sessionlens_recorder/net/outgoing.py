"""What waits to be sent to the two sides, in the order in which the relay decided it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import ParamSpec

from sessionlens_recorder.session.wire import Send

P = ParamSpec("P")


class Outgoing:
    """Two legs' threads decide at once; without this an answer of the recorder's own could overtake the
    target's answer to an older request, and the client would take one for the other.
    """

    def __init__(self, send: Callable[[int, list[bytes]], None]) -> None:
        self._send = send
        self._deciding = threading.Lock()
        self._waiting: tuple[deque[bytes], deque[bytes]] = (deque(), deque())  # for user, for target
        self._sending = (threading.Lock(), threading.Lock())

    def decide(self, decide: Callable[P, list[Send]], *args: P.args, **kwargs: P.kwargs) -> None:
        """Call it, one thread at a time, and send what it says."""
        with self._deciding:
            sends = decide(*args, **kwargs)
            for to, message in sends:
                self._waiting[to].append(message)
        for to in {to for to, _ in sends}:
            self._drain(to)

    def _drain(self, to: int) -> None:
        with self._sending[to]:
            while messages := [self._waiting[to].popleft() for _ in range(len(self._waiting[to]))]:
                self._send(to, messages)
