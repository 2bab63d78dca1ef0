"""The lock under which holds are placed, released and last looked for: flock(2) on the bundle's session.json.

That file is written at the login and never again. Its lock says nothing about the session, whose own is the
journal's; it goes with the bundle when retention takes that away.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import BundleReadError
from .reader import SESSION

try:
    import fcntl
except ImportError:  # Windows, where no recorder runs
    fcntl = None  # type: ignore[assignment]


@contextmanager
def guarded(bundle: Path) -> Iterator[None]:
    """Wait for whoever has the lock, then have it. BundleReadError: the bundle is not there any more."""
    if fcntl is None:
        yield
        return
    fd = _open(bundle / SESSION)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        if not bundle.is_dir():
            raise BundleReadError(f"{bundle} is being deleted, or is not there")
        yield
    finally:
        os.close(fd)


def _open(path: Path) -> int:
    """For writing where that may be, since NFS locks nothing else."""
    more = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with suppress(OSError):
        return os.open(path, os.O_RDWR | more)
    try:
        return os.open(path, os.O_RDONLY | more)
    except OSError as error:
        raise BundleReadError(f"{path.parent} is being deleted, or is not there: {error.strerror}") from error
