"""Room on the disk that recordings go to. Below the reserve no new session begins, since running ones need
what is left; they write until nothing is.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sessionlens_recorder.config.limits import Disk


@dataclass(frozen=True, slots=True)
class Space:
    """Of the file system, in bytes; `free` is what we may use of it."""

    total: int
    free: int

    @property
    def used(self) -> float:
        """As a fraction, as df(1) reckons it."""
        return 1 - self.free / self.total if self.total else 1.0


def look(folder: Path) -> Space:
    """Raises OSError."""
    found = os.statvfs(folder)
    return Space(found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize)


def shortage(folder: Path, disk: Disk) -> str | None:
    """Why no new session may begin; None: there is room."""
    try:
        space = look(folder)
    except OSError as error:
        return f"the disk of the recordings cannot be looked at: {error.strerror}"
    reserve = max(int(disk.reserve * space.total), disk.reserve_least)
    if space.free >= reserve:
        return None
    return f"{_mib(space.free)} are free, which is less than the reserve of {_mib(reserve)}"


def _mib(size: int) -> str:
    return f"{size / (1 << 20):,.0f} MiB"
