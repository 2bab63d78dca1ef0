"""A line while it is edited: the characters, the cursor, what was changed, and where in the history it is.

Text that cannot be known stands in the line as a HOLE. Ends of the line and killing up to them work around
holes; everything else that meets one makes the whole line unknown, until it is emptied or replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .dialect import Dialect
from .stream import HOLE, Stream

_FISH_APART = tuple(" ;|&><)")  # after these fish looks for abbreviations, and a new change begins
BUDGET = 300_000
"""Characters that may be looked at for one line: keys that ask for more are no person's."""


@dataclass(slots=True)
class Memory:
    """What an editor keeps from line to line. Replaced, never changed in place, so that a copy is one."""

    ring: tuple[str, ...] = ()
    turned: int = -1
    """Which of the ring a yank brings (readline turns it)."""

    searched: str = ""
    """The last incremental search."""

    asked: str = ""
    sense: int = -1
    asked_at: int | None = None
    """The last search with a prompt of its own (M-p, vi's /), its direction, and the line that it found."""

    found: tuple[str, str] | None = None
    """The last character search: which of fFtT, and for what."""

    changed: tuple[str, ...] = ()
    """The keys of vi's last change (zle), or what `.` does (readline)."""

    inserted: str = ""
    rows: bool = False
    """Is what was killed last a whole row (zle's dd)?"""

    pushed: tuple[str, ...] = ()
    pushed_at: int = -1
    """What zle put aside, and where the cursor was then."""

    preload: int | None = None
    """The line of the history that the next line begins with (C-o)."""

    ghost: bool = False
    """Is there a line that can be recalled only once (fish, where it begins with a blank)?"""

    unsure: frozenset[int] = frozenset()
    """Lines of the history that were changed, and whose changes could still be undone."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one command changed: (where, what was there, what came), and where the cursor was."""

    edits: tuple[tuple[int, str, str], ...]
    at: int
    joins: bool = False


@dataclass(slots=True)
class State:
    """The line, and the few things that one command leaves for the next."""

    dialect: Dialect
    stream: Stream
    memory: Memory
    history: list[str]
    suggests: bool
    chars: list[str] = field(default_factory=list)
    at: int = 0
    mark: int | None = None
    pos: int | None = None
    lines: dict[int, tuple[list[str], list[Change | None]]] = field(default_factory=dict)
    undo: list[Change | None] = field(default_factory=list)
    edits: list[tuple[int, str, str]] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    why: str = ""
    last: str = ""
    this: str = ""
    argument: int | None = None
    mode: str = "insert"
    floor: int = 0
    """Where insertion began (zle's vi does not delete before it)."""

    opened: int = 0
    """How many changes there were when insertion began."""

    key: str = ""
    """The keys that asked for the command."""

    rows: bool = False
    """May what is not known have more than one row?"""

    done: bool = False
    spent: int = 0
    keep: dict[str, int] = field(default_factory=dict)
    """Small numbers of one line that only one command knows."""

    def __post_init__(self) -> None:
        self.pos = len(self.history)

    @property
    def text(self) -> str:
        return "".join(self.chars)

    @property
    def holed(self) -> bool:
        return bool(self.why) and HOLE in self.chars

    @property
    def n(self) -> int:
        return 1 if self.argument is None else self.argument

    def spend(self, cost: int) -> None:
        """Count work; too much of it ends the line as unknown."""
        self.spent = min(self.spent + cost, BUDGET + 1)  # what is refused is not done
        if self.spent > BUDGET:
            raise Exhausted

    def splice(self, start: int, stop: int, text: str | Sequence[str]) -> str:
        """Put text in the place of some, remembered for undo; returns what was there. The cursor stays."""
        removed = "".join(self.chars[start:stop])
        if removed or text:
            self.spend((len(self.chars) - start >> 4) + len(removed) + (len(text) if len(text) > 1 else 0))
            self.chars[start:stop] = text
            self.edits.append((start, removed, "".join(text)))
            if HOLE in text:
                self.why = self.why or "text from before that is not known"
        return removed

    def insert(self, text: str) -> None:
        """Put text at the cursor, and the cursor behind it."""
        self.splice(self.at, self.at, text)
        self.at += len(text)

    def delete(self, start: int, stop: int) -> str:
        """Take text out; the cursor keeps its character."""
        start, stop = max(min(start, stop), 0), min(max(start, stop), len(self.chars))
        removed = self.splice(start, stop, "")
        if self.at > start:
            self.at = max(start, self.at - (stop - start))
        return removed

    def become(self, text: str, at: int | None = None) -> None:
        """Replace the whole line."""
        self.splice(0, len(self.chars), text)
        self.at = len(text) if at is None else min(at, len(text))

    def lose(self, why: str) -> None:
        """From here on the line is not known, nor where in it the cursor is."""
        self.why = why
        self.rows |= "\n" in self.chars
        self.chars[:] = [HOLE, HOLE]
        self.at = 1
        self.mark = None
        self.undo = [None]
        self.edits = []

    def close(self, at: int) -> None:
        """One command is over: what it changed is one change, but readline joins characters in a row."""
        if self.dialect.zle:
            self.edits = [edit for edit in self.edits if edit[1] != edit[2]]
        if not self.edits:
            return
        joins = self.dialect.readline and len(self.edits) == 1 and not self.edits[0][1]
        start, _, text = self.edits[0]
        before = self.undo[-1] if self.undo else None
        if joins and len(text.encode("utf-8", "replace")) == 1 and before and before.joins:
            first, _, typed = before.edits[0]
            if first + len(typed) == start and len(typed.encode("utf-8", "replace")) < 20:
                self.undo.pop()
                self.edits = [(first, "", typed + text)]
                at = before.at
        if self.dialect.fish and self.this == self.last == "typed" and before and len(text) == 1:
            first, _, typed = before.edits[-1]
            if first + len(typed) == start and typed[-1:] not in _FISH_APART and len(typed) < 1000:
                self.undo.pop()
                self.edits, at = [*before.edits[:-1], (first, "", typed + text)], before.at
        self.undo.append(Change(tuple(self.edits), at, joins))
        self.edits = []

    def revert(self, change: Change) -> None:
        """Undo one change."""
        for start, removed, text in reversed(change.edits):
            self.chars[start : start + len(text)] = removed
            self.at = start + len(removed)
        if not self.dialect.readline:
            self.at = change.at


class Exhausted(Exception):
    """The budget of one line is spent."""


Command = Callable[[State], None]
