"""A bell for a process or thread that sleeps on descriptors: rung from anywhere, signal handlers too."""

from __future__ import annotations

import contextlib
import socket


class Bell:
    """`listens` is what to wait for; `rings` is for signal.set_wakeup_fd(3)."""

    def __init__(self) -> None:
        self.listens, self.rings = socket.socketpair()
        for end in (self.listens, self.rings):
            end.setblocking(False)

    def ring(self) -> None:
        with contextlib.suppress(OSError):  # full wakes as well; closed needs no waking
            self.rings.send(b"!")

    def heard(self) -> None:
        """Who slept is awake."""
        with contextlib.suppress(BlockingIOError):
            while self.listens.recv(4096):
                pass

    def close(self) -> None:
        self.listens.close()
        self.rings.close()
