"""What the commands table must reach, and whether it does on a folder of sessions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .figures import figures
from .measure import BLIND, OURS, Measured

F1, EXACT, BLIND_F1, HIGH = 0.98, 0.97, 0.93, 0.99


@dataclass(frozen=True, slots=True)
class Check:
    """One threshold on one folder."""

    what: str
    folder: str
    wanted: str
    got: str
    holds: bool

    def __str__(self) -> str:
        verdict = "pass" if self.holds else "FAIL"
        return f"{verdict}  {self.folder}: {self.what} {self.got} ({self.wanted})"


def checks(folder: str, measured: Sequence[Measured]) -> Iterator[Check]:
    """All thresholds on what was measured in one folder."""
    ours = [each for each in measured if each.method == OURS]
    blind = [each for each in measured if each.method == BLIND]
    with_input, without = (figures(each.score for each in chosen) for chosen in (ours, blind))
    high = [right for each in ours for row, right in each.verdicts() if row.confidence == "high"]
    shown = sum(len(each.leaks) for each in [*ours, *blind])
    inside = sum(len(each.inside) for each in ours)
    shares = (
        ("F1", F1, with_input.f1),
        ("exact text", EXACT, with_input.exact_share),
        ("output only: F1", BLIND_F1, without.f1),
        ("exact where confidence is high", HIGH, sum(high) / max(len(high), 1)),
    )
    for what, least, got in shares:
        yield Check(what, folder, f"≥ {least}", f"{got:.3f}", got >= least)
    for what, count in (("secrets shown", shown), ("false in full-screen programs", inside)):
        yield Check(what, folder, "0", str(count), count == 0)
