"""Between the accept process and a connection's process: what sessions there are, and orders about them.

Up goes a pipe of JSON objects, each ended by a NUL. Down comes a datagram socket: one order a datagram, with
the descriptor on which its answer is awaited.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sessionlens_recorder.polling import readable

LARGEST = 16384
ANSWER_S = 10.0  # for a session to do as it is told
LOOK = b"look"  # not an order: lists of who may no longer have changed


@dataclass(frozen=True, slots=True)
class Order:
    """About one session, by a Unix user who may."""

    what: Literal["watch", "unwatch", "end", "allow"]
    session: str
    by: str
    uid: int
    reason: str


class Desk:
    """A connection's end, shared by the connections inside it (ssh -J). Handlers answer None or a problem."""

    def __init__(self, orders: socket.socket | None, report: int) -> None:
        self._orders, self._report = orders, report
        self._lock = threading.Lock()
        self._handlers: dict[str, Callable[[Order], str | None]] = {}
        self._looking: list[Callable[[], None]] = []

    @property
    def orders(self) -> list[socket.socket]:
        """What to select on."""
        return [self._orders] if self._orders is not None else []

    def register(self, session: str, handler: Callable[[Order], str | None]) -> None:
        with self._lock:
            self._handlers[session] = handler

    @contextlib.contextmanager
    def looking(self, look: Callable[[], None]) -> Iterator[None]:
        """`look` is called whenever a session has to look whether it may go on."""
        self._looking.append(look)
        try:
            yield
        finally:
            self._looking.remove(look)

    def bundle(self, path: str) -> None:
        """A recording has begun."""
        self._tell({"bundle": path})

    def ending(self, path: str, reason: str) -> None:
        """It is about to be sealed, which may fail."""
        with contextlib.suppress(OSError):  # the accept process was killed; sealing goes on
            self._tell({"ending": path, "reason": reason})

    def jumping(self, session: str, **facts: Any) -> None:
        """Somebody is in who names no target (ssh -J): a connection without a recording."""
        self._tell({"jump": session, **facts})

    def waiting(self, session: str, **facts: Any) -> None:
        """A session waits for a second person."""
        self._tell({"waiting": session, **facts})

    def settled(self, session: str) -> None:
        """It waits no more."""
        self._tell({"settled": session})

    def _tell(self, entry: dict[str, Any]) -> None:
        data = json.dumps(entry).encode() + b"\0"
        with self._lock:
            while data:
                data = data[os.write(self._report, data) :]

    def read(self) -> None:
        """Take one order and answer it."""
        if self._orders is None:
            return
        data, descriptors, _, _ = socket.recv_fds(self._orders, LARGEST, 1)
        if data == LOOK:
            for look in self._looking[:]:
                look()
            return
        order = Order(**json.loads(data))
        handler = self._handlers.get(order.session)
        problem = handler(order) if handler else "there is no such session any more"
        for descriptor in descriptors:
            with contextlib.suppress(OSError):  # who asked may have left
                os.write(descriptor, json.dumps({"problem": problem}).encode())
            os.close(descriptor)


def give(orders: socket.socket, order: Order) -> str | None:
    """The other end: give an order and wait for the answer, None or a problem."""
    ours, theirs = os.pipe()
    try:
        try:
            socket.send_fds(orders, [json.dumps(asdict(order)).encode()], [theirs])
        except OSError as error:
            return f"the session cannot be reached: {error.strerror}"
        finally:
            os.close(theirs)
        return _answer(ours)
    finally:
        os.close(ours)


def _answer(descriptor: int) -> str | None:
    if not readable([descriptor], ANSWER_S):
        return "the session does not answer"
    data = os.read(descriptor, LARGEST)
    if not data:
        return "the session has ended"
    problem = json.loads(data)["problem"]
    return None if problem is None else str(problem)
