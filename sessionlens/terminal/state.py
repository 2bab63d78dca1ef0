"""The records that a screen's state is made of, and who watches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from .line import Line

MAX_COLUMNS = 4096
MAX_ROWS = 1024
MAX_CELL = 32  # characters in one cell: a base and what combines with it
SCROLLBACK = 1000


class Watcher(Protocol):
    """Who wants to know what a screen forgets; reasons: scrolled, erased, overwritten, cleared, switched."""

    @property
    def idle(self) -> bool: ...
    def scrolled(self, line: Line) -> None: ...
    def flooded(self, lines: list[Line]) -> None: ...
    def lost(self, lines: list[Line], reason: str, text: str = "") -> None: ...
    def line_end(self, column: int) -> None: ...
    def mode(self, name: str, on: bool) -> None: ...
    def mark(self, kind: str, payload: str) -> None: ...
    def synchronized(self, on: bool) -> None: ...
    def unseen(self, how: str, text: str) -> None: ...
    def cut(self, text: str) -> None: ...


class Cursor:
    """0-based; `pending`: the last column was written, the next character wraps first."""

    __slots__ = ("hidden", "pen", "pending", "x", "y")

    def __init__(self) -> None:
        self.x = self.y = self.pen = 0
        self.pending = self.hidden = False


@dataclass(frozen=True, slots=True)
class Saved:
    """What DECSC keeps; a pending wrap it does not, as xterm."""

    x: int = 0
    y: int = 0
    pen: int = 0
    origin: bool = False
    charsets: tuple[tuple[str, ...], int] = (("B", "B", "B", "B"), 0)


DEFAULT_MODES = frozenset({"?7", "?25"})


def clamp(size: int, most: int) -> int:
    """A size that a terminal can have."""
    return min(max(size, 1), most)
