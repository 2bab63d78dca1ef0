"""When a file was made where it lies: its birth time, which no tool sets, and no chmod or link changes.

os.stat knows it on macOS and BSD. On Linux it is asked for by statx(2), and not every file system keeps it.
"""

from __future__ import annotations

import ctypes
import os
import struct
from pathlib import Path

_AT_FDCWD = -100
_BTIME = 0x800  # STATX_BTIME
_MASK, _BORN = struct.Struct("=I"), struct.Struct("=qI")  # stx_mask; a statx_timestamp
_SIZE, _BORN_AT = 256, 80  # of struct statx, and of stx_btime in it
_statx = getattr(ctypes.CDLL(None), "statx", None)


def born(path: Path) -> float | None:
    """Seconds since 1970; None if nobody knows. OSError if there is no such file."""
    known: float | None = getattr(path.stat(), "st_birthtime", None)
    if known is not None or _statx is None:
        return known
    facts = ctypes.create_string_buffer(_SIZE)
    if _statx(_AT_FDCWD, os.fsencode(path), 0, _BTIME, facts) or not _MASK.unpack_from(facts)[0] & _BTIME:
        return None
    seconds, nanoseconds = _BORN.unpack_from(facts, _BORN_AT)
    return float(seconds + nanoseconds / 1e9)
