"""Room on the disk that recordings go to: bytes, and names for files (inodes), where these are counted. Below
the reserve no new session begins, since running ones need what is left; they write until nothing is.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sessionlens_recorder.config.limits import Disk

INODES_LEAST = 1000  # of the reserve; a session has a handful, and five for each channel


@dataclass(frozen=True, slots=True)
class Space:
    """Of the file system, bytes and inodes; what is free is what we may use of it."""

    total: int
    free: int
    inodes: int  # 0: it has as many as it wants (btrfs)
    inodes_free: int

    @property
    def used(self) -> float:
        """As a fraction, as df(1) reckons it: of bytes or inodes, whichever is nearer to its end."""
        bytes_used = 1 - self.free / self.total if self.total else 1.0
        return max(bytes_used, 1 - self.inodes_free / self.inodes if self.inodes else 0.0)


def look(folder: Path) -> Space:
    """Raises OSError."""
    found = os.statvfs(folder)
    size = found.f_frsize
    return Space(found.f_blocks * size, found.f_bavail * size, found.f_files, found.f_favail)


def shortage(folder: Path, disk: Disk) -> str | None:
    """Why no new session may begin; None: there is room."""
    try:
        space = look(folder)
    except OSError as error:
        return f"the disk of the recordings cannot be looked at: {error.strerror}"
    reserve = max(int(disk.reserve * space.total), disk.reserve_least)
    if space.free < reserve:
        return f"{_mib(space.free)} are free, which is less than the reserve of {_mib(reserve)}"
    inodes = max(int(disk.reserve * space.inodes), INODES_LEAST)
    if disk.reserve and space.inodes and space.inodes_free < inodes:
        return f"{space.inodes_free:,} inodes are free, which is less than the reserve of {inodes:,}"
    return None


def _mib(size: int) -> str:
    return f"{size / (1 << 20):,.0f} MiB"
