"""Chain heads: how far a bundle's journal is, told to the sinks while the session runs.

A head that has left the bastion fixes everything before it: whoever rewrites the journal later, root or not,
has another chain value at that length (`sessionlens verify --heads`).
"""

from __future__ import annotations

import threading
import time
from pathlib import Path

from sessionlens_recorder import logs
from sessionlens_recorder.bundle import BundleError, BundleWriter, read_heads


class Heads:
    """Tells the heads of one bundle, `every` so many seconds at most, and the last one last, though another
    thread may just be through with a commit.
    """

    def __init__(self, bundle: BundleWriter, every: float) -> None:
        self._bundle, self._every = bundle, every
        self._length, self._next = 0, 0.0
        self._turn, self._over = threading.Lock(), False

    def committed(self) -> None:
        """The journal may have grown."""
        with self._turn:
            if self._over or self._bundle.head[0] == self._length or time.monotonic() < self._next:
                return
            self._next = time.monotonic() + self._every
            self._tell(final=None)

    def sealed(self) -> None:
        """The journal has its last line."""
        with self._turn:
            self._over = True
            self._tell(final=True)

    def _tell(self, final: bool | None) -> None:
        self._length, chain = self._bundle.head
        tell = logs.event if final else logs.quietly
        tell(
            "chain-head",
            session=self._bundle.session_id,
            bundle=self._bundle.name,
            length=self._length,
            chain=chain,
            final=final,
        )


def tell_recovered(path: Path) -> None:
    """The last head of a bundle that was sealed after its recorder had died."""
    try:
        name, heads = read_heads(path)
    except (BundleError, OSError):  # whoever deleted it meanwhile has left the earlier heads
        return
    if heads:
        length = max(heads)
        logs.event(
            "chain-head", session=path.name[-8:], bundle=name, length=length, chain=heads[length], final=True
        )
