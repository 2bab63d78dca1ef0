"""The keys of one line as a line editor reads them: characters, pastes, and an Esc that was pressed alone.

Where a sequence ends is for the keymap to say: the longest that is bound, as all three editors do it.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence

from sessionlens.commands.keys import Key

HOLE = "\ud800"
"""Stands for text that cannot be known; no decoded input holds a surrogate."""

ESCAPE = "\x1b\x00"
PASTE = "\x1b[200~"
_PASTED = re.compile(rb"\x1b\[200~(.*?)(?:\x1b\[201~)?\Z", re.S)
_BAD = re.compile("[\ud800-\udfff]")


class Ended(Exception):
    """There are no more keys."""


class Stream:
    """What is read one after the other, and can be put back. `lone`: an Esc alone is a key of its own."""

    def __init__(self, keys: Sequence[Key], lone: bool) -> None:
        self._units = [unit for key in keys for unit in _units(key)]
        self._lone = lone
        self._units.reverse()
        self.taken: list[str] | None = None
        """What has been read since somebody asked to remember it."""

    def __len__(self) -> int:
        return len(self._units)

    def next(self) -> str:
        """The next unit; raises Ended."""
        if not self._units:
            raise Ended
        unit = self._units.pop()
        if self.taken is not None:
            self.taken.append(unit)
        return unit

    def back(self, units: Iterable[str]) -> None:
        """To be read again, the first of them first."""
        units = list(units)
        self._units.extend(reversed(units))
        if self.taken is not None:
            del self.taken[len(self.taken) - len(units) :]

    def push(self, units: Sequence[str]) -> None:
        """To be read as if it were typed."""
        self._units.extend(reversed(units))

    def sequence(self, bound: Container[str], prefixes: Container[str]) -> str:
        """The longest bound sequence that comes next, else what no key is bound to."""
        sequence = self.next()
        if sequence == ESCAPE and not self._lone:
            sequence = "\x1b"  # Meta, however long the other key was waited for
        if len(sequence) > 1 or sequence not in prefixes:
            return sequence
        read, best = [sequence], 1 if sequence in bound else 0
        while sequence in prefixes and self._units and len(self._units[-1]) == 1:
            read.append(self.next())
            sequence += read[-1]
            if sequence in bound:
                best = len(read)
        if best:
            self.back(read[best:])
        return "".join(read[:best] or read)


def _units(key: Key) -> list[str]:
    if key.name == "reply":
        return []
    if key.name == "paste":
        pasted = _PASTED.match(key.raw)
        raw = pasted[1] if pasted else key.text.encode("utf-8", "replace")
        return [PASTE + _decoded(raw).replace("\r\n", "\n").replace("\r", "\n")]
    if key.raw == b"\x1b":
        return [ESCAPE]
    return list(_decoded(key.raw or key.text.encode("utf-8", "replace")))


def _decoded(raw: bytes) -> str:
    return _BAD.sub(HOLE, raw.decode("utf-8", "surrogateescape"))
