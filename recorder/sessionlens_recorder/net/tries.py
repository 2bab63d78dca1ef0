"""Wrong passwords and codes: the more of them since the last right one, the longer none is looked at.

RFC 6238, 5.2 and RFC 4226, 7.3 ask for it; the tenth wrong one locks for half an hour (PCI DSS 4.0.1, 8.3.4).
Kept in `<file>.tries` beside the secret, so for all connections together and over restarts.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FREE = 5  # wrong ones in a row before anybody has to wait,
FIRST_S, LONGEST_S = 60, 1800  # so long, and twice as long after each further one


class Tries:
    """Of one secret of one person. OSError or ValueError where they cannot be counted."""

    def __init__(self, secret: Path) -> None:
        self._path = secret.with_name(secret.name + ".tries")

    def begin(self, now: float) -> str | None:
        """Count one as wrong before it is looked at, or a hundred at once would all be; `right` takes it
        back. The answer is why it is not looked at, right or wrong.
        """
        with locked(self._path) as descriptor:
            count, until = _read(descriptor)
            if count >= FREE and now < until <= now + LONGEST_S:  # further away: the clock was set
                return f"{count} wrong ones in a row: none is looked at for {until - now:.0f} s"
            _write(descriptor, count + 1, now + _wait_after(count + 1))
            return None

    def right(self) -> None:
        """The last one was: nothing is held against the person."""
        with locked(self._path) as descriptor:
            _write(descriptor, 0, 0.0)


def _wait_after(count: int) -> int:
    return min(FIRST_S << min(count - FREE, 16), LONGEST_S) if count >= FREE else 0


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """A small file that is read and written by one login at a time."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _read(descriptor: int) -> tuple[int, float]:
    count, until = os.pread(descriptor, 64, 0).split() or (b"0", b"0")
    return int(count), float(until)


def _write(descriptor: int, count: int, until: float) -> None:
    os.pwrite(descriptor, f"{count:<10d} {until:<20.3f}\n".encode(), 0)
    os.fsync(descriptor)
