"""A count that all processes share, for what they had to leave out."""

from __future__ import annotations

import os


class Losses:
    """Made before the first fork, it needs no disk and waits for nobody.

    An eventfd(2) where there is one, otherwise a pipe with a byte for each, up to its capacity.
    """

    def __init__(self) -> None:
        if hasattr(os, "eventfd"):
            self._read = self._write = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        else:
            self._read, self._write = os.pipe()
            os.set_blocking(self._read, False)
            os.set_blocking(self._write, False)
        self._counts = self._read == self._write

    def add(self, count: int = 1) -> None:
        try:
            os.write(self._write, count.to_bytes(8, "little") if self._counts else b"." * count)
        except OSError:  # full: the number told will be too small, but told it will be
            return

    def take(self) -> int:
        """How many there were since the last time."""
        try:
            got = os.read(self._read, 8 if self._counts else 1 << 16)
        except BlockingIOError:
            return 0
        return int.from_bytes(got, "little") if self._counts else len(got)
