"""Scores of many sessions as figures: precision, recall, shares with their intervals. Only arithmetic."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields

from .score import Score, bare

_Z = 1.959964  # 95 % of a normal distribution


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over sessions: true commands, found ones, pairs, exact pairs, what was found and is none."""

    told: int = 0
    found: int = 0
    pairs: int = 0
    exact: int = 0
    false: int = 0
    edits: int = 0
    chars: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @property
    def precision(self) -> float:
        """The share of found commands that are one."""
        return self.pairs / max(self.found, 1)

    @property
    def recall(self) -> float:
        """The share of true commands that were found."""
        return self.pairs / max(self.told, 1)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.pairs / max(self.told + self.found, 1)

    @property
    def exact_share(self) -> float:
        """The share of true commands that were found with their exact text."""
        return self.exact / max(self.told, 1)

    @property
    def error(self) -> float:
        """Edits a true character; a command that is missing is all wrong."""
        return self.edits / max(self.chars, 1)


def figures(scores: Iterable[Score]) -> Figures:
    """The sums over these scores."""
    return sum(map(_of, scores), Figures())


def _of(score: Score) -> Figures:
    lost = sum(len(bare(told.text)) for told in score.missing)
    return Figures(
        told=len(score.pairs) + len(score.missing),
        found=len(score.pairs) + len(score.false),
        pairs=len(score.pairs),
        exact=sum(pair.exact for pair in score.pairs),
        false=len(score.false),
        edits=lost + sum(pair.edits for pair in score.pairs),
        chars=lost + sum(pair.chars for pair in score.pairs),
    )


def wilson(good: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927); everything where there is nothing."""
    if not n:
        return 0.0, 1.0
    share, squared = good / n, _Z * _Z
    middle = (share + squared / (2 * n)) / (1 + squared / n)
    half = _Z * math.sqrt(share * (1 - share) / n + squared / (4 * n * n)) / (1 + squared / n)
    return max(middle - half, 0.0), min(middle + half, 1.0)
