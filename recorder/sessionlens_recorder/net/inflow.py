"""What was read from a socket and not taken yet: one buffer, filled at its end and taken from its start."""

from __future__ import annotations

import socket

FIRST, ROOM = 16 * 1024, 512 * 1024  # how large it begins, and becomes if more comes than it takes


class Inflow:
    """One thread's. Most sessions never need more than it has at first."""

    def __init__(self) -> None:
        self._data = bytearray(FIRST)
        self._start = self._end = 0
        self._filled = False  # there may have been more

    def __len__(self) -> int:
        return self._end - self._start

    def fill(self, sock: socket.socket) -> int:
        """Read what there is; how much it was. Raises what recv(2) does."""
        self._make_room()
        with memoryview(self._data) as view, view[self._end :] as room:
            size = sock.recv_into(room)
            self._filled = size == len(room)
        self._end += size
        return size

    def find(self, what: bytes) -> int:
        """How many bytes stand before it; -1 if it is not there."""
        found = self._data.find(what, self._start, self._end)
        return found if found < 0 else found - self._start

    def view(self, size: int) -> memoryview:
        """The next bytes, not taken; to be released before the next fill."""
        return memoryview(self._data)[self._start : self._start + size]

    def skip(self, size: int) -> None:
        """They are taken."""
        self._start += size

    def take(self, size: int) -> bytes:
        """The next bytes."""
        with self.view(size) as view:
            taken = bytes(view)
        self._start += size
        return taken

    def _make_room(self) -> None:
        if self._start:
            rest = self._data[self._start : self._end]
            self._start, self._end = 0, len(rest)
            self._data[: self._end] = rest
        if not self._end and len(self._data) > ROOM:
            del self._data[ROOM:]  # it was read far ahead
        elif self._end == len(self._data) or (self._filled and len(self._data) < ROOM):
            self._data += bytes(len(self._data))
