"""Which keystrokes belong to which accepted line, and how well they agree.

Lag, type-ahead and programs that read input put keys and lines apart in time; their order never changes. So
lines take, of the keystrokes not used yet, those that say the same; what lies before them was read by
something else.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile
from statistics import median

from .accept import Candidate
from .editor import KeyLine, Reading

EXACT, CONSISTENT = 3.0, 1.0
_MAX = 500  # characters that are compared where two texts differ
_CLOSE = 32  # key lines at either end
_LONGEST_LAG_NS = 2_000_000_000
_TOLD = 2  # characters that tell a line from what was printed by chance
_IN_FLIGHT = 8  # lines that may be accepted before one that was submitted


@dataclass(frozen=True, slots=True)
class Match:
    """A key line for an accepted line: how well they agree, and which of the screen's texts it was compared
    with.
    """

    key_line: KeyLine
    index: int
    score: float
    text: str
    reading: Reading

    @property
    def exact(self) -> bool:
        return self.score >= EXACT

    @property
    def consistent(self) -> bool:
        """Everything typed stands in the line, in order: the rest came from completion, history or a yank."""
        return self.score >= CONSISTENT


@lru_cache(maxsize=4096)
def tidy(text: str) -> str:
    """Text as two readings of one line are compared: blanks at line ends do not count."""
    return "\n".join(line.rstrip() for line in text.rstrip().split("\n"))


def best_match(texts: Sequence[str], pending: Sequence[KeyLine]) -> Match | None:
    """The best of the pending key lines for a line that reads as one of `texts`; the earliest where equal.

    Of very many pending only the first and the last are compared closely, the others for being the same.
    """
    best: Match | None = None
    for index, key_line in enumerate(pending):
        between = _CLOSE <= index < len(pending) - _CLOSE
        for reading in key_line.readings:
            for text in texts:
                bare = text.rstrip().removesuffix("^C") if key_line.ender == "interrupt" else text
                if between and not (reading.certain and tidy(reading.text) == tidy(bare)):
                    continue
                score = agreement(bare, reading)
                if best is None or score > best.score:
                    best = Match(key_line, index, score, text, reading)
        if best is not None and best.exact:
            break
    return best


def lag(candidates: Sequence[Candidate], key_lines: Sequence[KeyLine]) -> int:
    """How long a line is on its way, in ns: half as much again as usual from Enter to its accept.

    That is the first that shows what was typed, where one does: who types on while a line is on its way sees
    those before it accepted in between.
    """
    times = [candidate.t_ns for candidate in candidates]
    waits = []
    for key_line in key_lines:
        at = bisect_left(times, key_line.end_ns)
        if key_line.ender and at < len(times):
            flight = candidates[at : at + _IN_FLIGHT]
            own = next((each for each in flight if _shows(each, key_line)), flight[0])
            waits.append(own.t_ns - key_line.end_ns)
    return min(round(median(waits) * 1.5), _LONGEST_LAG_NS) if waits else 0


def _shows(candidate: Candidate, key_line: KeyLine) -> bool:
    """Does the accepted line end in what the keys tell whole?"""
    said = key_line.readings[0]
    text = tidy(said.text) if said.certain else ""
    return bool(text.strip()) and bool(candidate.lines) and tidy(candidate.lines[-1].text).endswith(text)


def ending(key_line: KeyLine, text: str) -> KeyLine | None:
    """The end of these keys as a line of its own, where it is just this text: others took what is before."""
    said, pressed = key_line.best, [*key_line.edited]
    typed = said.text if said.certain and not pressed else ""
    for key in reversed(pressed[:-1]):
        if key.name != "text":
            break
        typed = key.text + typed
    if not text or not typed.endswith(text):
        return None
    first = key_line.last - len(text.encode())
    return replace(key_line, readings=(Reading(text, text, True),), first=first, begun=first, edited=())


def joined(text: str, pending: Sequence[KeyLine]) -> tuple[str, KeyLine] | None:
    """A line of several rows that was typed with several Enters in one editor (fish, zsh): the rows as they
    were typed.

    The editor indents rows on the screen; that is no part of the command.
    """
    rows = [row.strip() for row in text.rstrip().split("\n")]
    for first in range(len(pending) - len(rows), -1, -1):
        parts = pending[first : first + len(rows)]
        readings = [part.best for part in parts]
        if all(r.certain and tidy(r.text).strip() == row for r, row in zip(readings, rows, strict=True)):
            return "\n".join(reading.text for reading in readings), parts[-1]
    return None


def agreement(text: str, reading: Reading) -> float:
    """3 for the same text from keys that tell it all, 1 to 2 where completion or history explain the rest,
    else < 1.
    """
    wanted, got = tidy(reading.text), tidy(text)
    if reading.certain:
        if wanted == got:
            return EXACT
        if not wanted or not got:
            return 0.1
        wanted, got = wanted[:_MAX], got[:_MAX]
        return 1.8 * _common(wanted, got) / (len(wanted) + len(got))
    typed = "".join(reading.typed.split())
    found = _found(typed, text)
    if found == len(typed):
        return CONSISTENT + min(len(typed) / max(len(got), 1), 1.0)
    return 0.9 * found / len(typed)


def _common(one: str, other: str) -> int:
    """The length of the longest common subsequence, a row of the table at a time in the bits of one number.

    Crochemore et al., "A fast and practical bit-vector algorithm for the longest common subsequence problem"
    (2001). difflib needs cubic time where letters repeat.
    """
    places: dict[str, int] = {}
    for at, char in enumerate(other):
        places[char] = places.get(char, 0) | 1 << at
    row = whole = (1 << len(other)) - 1
    for char in one:
        met = row & places.get(char, 0)
        row = (row + met | row - met) & whole
    return len(other) - row.bit_count()


def begins(text: str, key_line: KeyLine) -> bool:
    """Does the text begin as it was typed, up to the first key that changed it, and go on in that order?"""
    plain = takewhile(lambda key: key.name in ("text", "paste"), key_line.edited)
    first = "".join(key.text for key in plain).strip()
    return len(first) >= _TOLD and text.startswith(first) and in_order(key_line.best.typed, text)


def in_order(typed: str, text: str) -> bool:
    """Do the typed characters stand in the text in order, whatever stands between them?"""
    wanted = "".join(typed.split())
    return _found(wanted, text) == len(wanted)


def _found(typed: str, text: str) -> int:
    """How many characters of `typed` are found in `text` one after the other."""
    at = 0
    for count, char in enumerate(typed):
        at = text.find(char, at) + 1
        if not at:
            return count
    return len(typed)
