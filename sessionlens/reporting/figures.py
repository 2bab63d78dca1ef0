"""How often a command's text is right, as measured: the figures that a report quotes, and nothing else.

From benchmarks/accuracy.md (column "all": all sessions whose truth is known) and the sessions of
docs/commands.md that nobody had seen before they were scored; tests compare them. `exact`: to the character.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """Of `n` commands of one kind the share that was exact, and its 95 % interval (Wilson)."""

    n: int
    exact: float
    low: float
    high: float

    @property
    def wrong(self) -> int:
        """How many were not exact."""
        return round(self.n * (1 - self.exact))

    def __str__(self) -> str:
        """`0 of 1,593 wrong (95 % interval: 0 % to 0.2 %)`."""
        first, last = (f"{100 * (1 - end):.1f}".removesuffix(".0") for end in (self.high, self.low))
        return f"{self.wrong:,} of {self.n:,} wrong (95 % interval: {first} % to {last} %)"


@dataclass(frozen=True, slots=True)
class Overall:
    """Of all commands that were run: how many, the share that is listed (recall), the share of what is listed
    that was run (precision), and the share that is exact."""

    n: int
    precision: float
    recall: float
    exact: float


WITH_INPUT, OUTPUT_ONLY = "with keystrokes", "output only"

OVERALL = {
    WITH_INPUT: Overall(1811, 0.994, 0.994, 0.994),
    OUTPUT_ONLY: Overall(1811, 0.975, 0.985, 0.975),
}
RATES = {
    (WITH_INPUT, "high", "screen"): Rate(1593, 1.000, 0.998, 1.000),
    (WITH_INPUT, "high", "marks"): Rate(2, 1.000, 0.342, 1.000),
    (WITH_INPUT, "medium", "screen"): Rate(153, 1.000, 0.976, 1.000),
    (WITH_INPUT, "medium", "keys"): Rate(16, 0.938, 0.717, 0.989),
    (WITH_INPUT, "low", "screen"): Rate(30, 0.800, 0.627, 0.905),
    (WITH_INPUT, "low", "keys"): Rate(13, 0.692, 0.424, 0.873),
    (OUTPUT_ONLY, "medium", "screen"): Rate(1637, 0.980, 0.972, 0.986),
    (OUTPUT_ONLY, "medium", "marks"): Rate(19, 1.000, 0.832, 1.000),
    (OUTPUT_ONLY, "low", "screen"): Rate(168, 0.810, 0.743, 0.862),
    (OUTPUT_ONLY, "low", "marks"): Rate(2, 1.000, 0.342, 1.000),
}
UNSEEN = {  # of high confidence: exact, n; each set scored before anybody looked at what was wrong in it
    "first": (757, 759),
    "second": (926, 931),
    "third": (1170, 1195),
    "fourth": (722, 724),
}


def rate_of(confidence: str, source: str, *, typed: bool) -> str:
    """The measured error rate of such commands in words; `typed`: their keystrokes could be read."""
    if source == "exec":
        return "not measured: it is what the client asked for, byte by byte, and not read from a screen"
    found = RATES.get((WITH_INPUT if typed else OUTPUT_ONLY, confidence, source))
    return f"of such commands {found}" if found else "not measured: the test sessions have no such command"
