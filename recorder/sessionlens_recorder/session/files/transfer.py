"""The content of one file in one direction: how much of it passed, from where on, and its SHA-256.

A hash needs an order. Pieces that come early wait for those before them, up to a bound; what is hashed is
one stretch from the first byte that was asked for, and whoever reads the result is told how long it is.
Where a copy is kept, that stretch is all there may be until the copy has all that it takes: who chooses the
order of the pieces does not choose what is kept.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sessionlens_recorder.session.files.framing import NotUnderstood
from sessionlens_recorder.session.files.listing import Copy

WINDOW = 4 << 20  # bytes of a channel that may wait for earlier ones
PIECE_COST = 256  # of each piece, beyond its bytes


class Window:
    """What the transfers of a channel may keep waiting, all together."""

    __slots__ = ("_left",)

    def __init__(self, size: int = WINDOW) -> None:
        self._left = size

    def take(self, size: int) -> bool:
        if size > self._left:
            return False
        self._left -= size
        return True

    def give(self, size: int) -> None:
        self._left += size


class Transfer:
    """One direction of one open file."""

    def __init__(self, window: Window, copy: Copy | None = None) -> None:
        self._window, self._copy = window, copy
        self._digest = hashlib.sha256()
        self._early: dict[int, bytes] = {}
        self._unhashed: str | None = None
        self.offset: int | None = None  # of the first byte that was asked for
        self._next = 0
        self.size = 0  # bytes that passed, hashed or not

    def asked(self, offset: int) -> None:
        """Bytes from here on are asked for; the first time that is where the file begins for us."""
        if self.offset is None:
            self.offset = self._next = offset

    def passed(self, offset: int, piece: memoryview) -> None:
        """A piece of the file."""
        self.asked(offset)
        if offset != self._next and self._copy is not None and self._copy.room:
            raise NotUnderstood(
                f"byte {offset} of a file instead of byte {self._next}, where copies are kept"
            )
        self.size += len(piece)
        if self._unhashed is not None:
            return
        if offset == self._next:
            self._hash(piece)
            self._catch_up()
        elif offset > self._next:
            self._keep(offset, piece)
        else:
            self._stop(f"byte {offset} passed again, or was skipped at first")

    def end(self) -> dict[str, Any]:
        """Nothing more will pass: what files.jsonl says of it."""
        if self._early:
            self._stop(f"byte {self._next} never passed, or not in one piece with what follows")
        hashed = self._next - (self.offset or 0)
        told = {
            "offset": self.offset or 0,
            "size": self.size,
            "hashed": hashed,
            "sha256": self._digest.hexdigest(),
            "unhashed": self._unhashed,
        }
        return told | (self._copy.end() if self._copy else {})

    def _hash(self, piece: bytes | memoryview) -> None:
        self._digest.update(piece)
        self._next += len(piece)
        if self._copy is not None:
            self._copy.append(piece)

    def _catch_up(self) -> None:
        while self._early and (piece := self._early.pop(self._next, None)) is not None:
            self._window.give(len(piece) + PIECE_COST)
            self._hash(piece)

    def _keep(self, offset: int, piece: memoryview) -> None:
        if offset in self._early:
            self._stop(f"byte {offset} passed twice")
        elif self._window.take(len(piece) + PIECE_COST):
            self._early[offset] = bytes(piece)
        else:
            self._stop(f"byte {self._next} came too long after later ones")

    def _stop(self, why: str) -> None:
        """From here on there is no order to hash in."""
        self._unhashed = why
        for piece in self._early.values():
            self._window.give(len(piece) + PIECE_COST)
        self._early.clear()
