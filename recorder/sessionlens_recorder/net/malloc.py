"""What malloc(3) does with memory that was given back: keep some of it, as mallopt(3) lets glibc do.

A busy download frees some hundred KiB several hundred times a second. Given back to the kernel each time,
they come again as pages to be zeroed (decision 97 has what that costs).
"""

from __future__ import annotations

import ctypes
from contextlib import suppress

KEPT = 4 << 20  # bytes at the end of each thread's arena
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3


def keep_freed_memory() -> None:
    """In this process and those forked from it; nothing where the C library has no such thing."""
    with suppress(AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_TRIM_THRESHOLD, KEPT)
        mallopt(M_MMAP_THRESHOLD, KEPT)
