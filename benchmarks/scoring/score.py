"""How well a list of commands agrees with the truth: a pairing that keeps the order, and what is left over.

The rules are those of the sessions in ../shared/truth, whose own script gives the same figures (a test says
so). A found command and a true one can be a pair if their texts are alike: at least half of the longer one
stays (Levenshtein). Of all pairings that keep the order the best counts, where a pair is worth its likeness,
one more if it is exact, and less the further its time is off. Exact is the same text but for blanks at line
ends; where the truth gives several forms, any of them. A paste that bash ran line by line may be found as
lines or as a whole. Optional commands count neither way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .sessions import Told, Truth

ALIKE = 0.5
LATE_S = 30.0  # no time error counts for more
_TIME = 60.0  # seconds that are worth as much as the whole likeness


@dataclass(frozen=True, slots=True)
class Found:
    """A command as a method found it, `start` in seconds; `index` in the method's list."""

    text: str
    start: float | None
    index: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A true command and what was found for it; `edits` 0 says exact, `chars` is the true text's length."""

    told: Told
    found: Found
    edits: int
    chars: int

    @property
    def exact(self) -> bool:
        """The same text, but for blanks at line ends."""
        return self.edits == 0

    @property
    def late_s(self) -> float | None:
        """How far the found start is from the time between the first Enter and the run."""
        start = self.found.start
        return None if start is None else max(self.told.begun - start, start - self.told.started, 0.0)


@dataclass(frozen=True, slots=True)
class Score:
    """Everything about one session and one method. `optional` pairs count neither way."""

    pairs: tuple[Pair, ...]
    optional: tuple[Pair, ...]
    missing: tuple[Told, ...]
    false: tuple[Found, ...]
    leaks: tuple[str, ...]


def score(truth: Truth, commands: Sequence[tuple[str, float | None]]) -> Score:
    """The score of commands found, each with its start in seconds where it is known."""
    given = [Found(text, start, index) for index, (text, start) in enumerate(commands) if text.strip()]
    found = list(_by_line(truth, given))
    pairs, missing, false = _aligned(truth.commands, found)
    return Score(
        tuple(pair for pair in pairs if not pair.told.optional),
        tuple(pair for pair in pairs if pair.told.optional),
        tuple(each for each in missing if not each.optional),
        tuple(false),
        tuple(sorted({secret for secret in truth.secrets for each in given if secret in each.text})),
    )


def bare(text: str) -> str:
    """Without blanks at line ends, and without blank lines at the end."""
    return "\n".join(line.rstrip() for line in text.rstrip().split("\n"))


def _by_line(truth: Truth, found: Sequence[Found]) -> Iterator[Found]:
    """A find that is several lines of one paste stands for each of them."""
    joined: dict[str, list[str]] = {}
    for block in dict.fromkeys(each.block for each in truth.commands if each.block is not None):
        lines = [each.text for each in truth.commands if each.block == block]
        for first in range(len(lines)):
            for stop in range(first + 2, len(lines) + 1):
                joined[bare("\n".join(lines[first:stop]))] = lines[first:stop]
    for each in found:
        for text in joined.get(bare(each.text), [each.text]):
            yield Found(text, each.start, each.index)


def _aligned(told: Sequence[Told], found: Sequence[Found]) -> tuple[list[Pair], list[Told], list[Found]]:
    """The best pairing in order, by a table of what can still be gained from each place on."""
    possible = [[_pair(each, other) for other in found] for each in told]
    gain = [[0.0] * (len(found) + 1) for _ in range(len(told) + 1)]
    for i in reversed(range(len(told))):
        for j in reversed(range(len(found))):
            with_pair = _worth(possible[i][j]) + gain[i + 1][j + 1]
            gain[i][j] = max(gain[i + 1][j], gain[i][j + 1], with_pair)
    pairs: list[Pair] = []
    missing: list[Told] = []
    false: list[Found] = []
    i = j = 0
    while i < len(told) and j < len(found):
        pair = possible[i][j]
        if pair is not None and gain[i][j] > max(gain[i + 1][j], gain[i][j + 1]):
            pairs.append(pair)
            i, j = i + 1, j + 1
        elif gain[i][j + 1] >= gain[i + 1][j]:
            false.append(found[j])
            j += 1
        else:
            missing.append(told[i])
            i += 1
    return pairs, [*missing, *told[i:]], [*false, *found[j:]]


def _pair(told: Told, found: Found) -> Pair | None:
    """The two as a pair by the form that is most alike, or None where none is alike enough."""
    best, most = None, ALIKE
    got = bare(found.text)
    for form in told.forms:
        wanted = bare(form)
        longer = max(len(wanted), len(got), 1)
        if abs(len(wanted) - len(got)) > ALIKE * longer:
            continue
        distance = edits(wanted, got)
        if (likeness := 1 - distance / longer) > most or (best is None and likeness == most):
            best, most = Pair(told, found, distance, len(wanted)), likeness
    return best


def _worth(pair: Pair | None) -> float:
    if pair is None:
        return float("-inf")
    likeness = 1 - pair.edits / max(pair.chars, len(bare(pair.found.text)), 1)
    return likeness + pair.exact - min(pair.late_s or 0.0, LATE_S) / _TIME


def edits(one: str, other: str) -> int:
    """The Levenshtein distance, a column of the table at a time in the bits of numbers.

    Myers, "A fast bit-vector algorithm for approximate string matching" (1999), as Hyyrö (2003) writes it.
    """
    if not one:
        return len(other)
    places: dict[str, int] = {}
    for at, char in enumerate(one):
        places[char] = places.get(char, 0) | 1 << at
    whole, last = (1 << len(one)) - 1, 1 << (len(one) - 1)
    rises, falls, distance = whole, 0, len(one)
    for char in other:
        met = places.get(char, 0)
        level = (((met & rises) + rises) ^ rises) | met | falls
        right_rises, right_falls = falls | ~(level | rises), level & rises
        distance += bool(right_rises & last) - bool(right_falls & last)
        right_rises = right_rises << 1 | 1
        rises = ((right_falls << 1) | ~(level | right_rises)) & whole
        falls = level & right_rises & whole
    return distance
