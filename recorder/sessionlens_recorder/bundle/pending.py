"""What the channels of a bundle wrote and nobody has hashed yet, which is in memory: how much, together."""

from __future__ import annotations

import threading
from collections.abc import Callable

OVERDUE = 1 << 20
"""From so many bytes on, the recorder thread does not wait for the next commit to hash them."""
LIMIT = 4 << 20
"""And from so many on, the thread that writes hashes them itself: memory stays bounded, however many channels
there are and however long the disk takes.
"""


class Pending:
    """Thread-safe. `hash_all` is the bundle's."""

    def __init__(self, hash_all: Callable[[], None]) -> None:
        self.size = 0
        self.overdue = threading.Event()
        self._lock = threading.Lock()
        self._hash_all = hash_all

    def add(self, size: int) -> None:
        """So much was written, or with a minus taken to be hashed."""
        with self._lock:
            self.size += size
        if self.size > OVERDUE and not self.overdue.is_set():
            self.overdue.set()

    def limit(self) -> None:
        """After a write, and without a lock."""
        if self.size > LIMIT:
            self._hash_all()
