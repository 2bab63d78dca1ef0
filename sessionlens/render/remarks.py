"""What an analyst or a rule, not the recording, says of a time: findings and notes, in lines of their own
below the command.

Each is marked as the analyst's or as a rule's, and its severity is a word, a shape and a colour, so that it
reads in grey and to the colour-blind. Words, no pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from sessionlens.render.facts import SECOND, Facts, wall_clock
from sessionlens.render.spans import Line, Span, cut, width
from sessionlens.render.theme import Theme

LASTS = 10 * SECOND  # without an end
LONGEST = 1000  # characters that are looked at
LINES = 3  # at most, at one time
ANALYST, RULE = " ANALYST ", " RULE "  # who says it: a person, or our own marks, which nobody has looked at
SHAPES = {"high": "▲", "medium": "◆", "low": "●", "note": "■"}
ORDER = tuple(SHAPES)


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding or note: session times, what it says, and its severity (`note`: it has none).

    `end_ns` None: it stands for `LASTS`.
    """

    start_ns: int
    text: str
    severity: str = "note"
    end_ns: int | None = None
    by_rule: bool = False

    def __post_init__(self) -> None:
        """One line is all that a picture has for it."""
        object.__setattr__(self, "text", self.text[:LONGEST])
        object.__setattr__(self, "severity", self.severity[:LONGEST])

    @property
    def until_ns(self) -> int:
        """When it goes."""
        return self.start_ns + LASTS if self.end_ns is None else self.end_ns


class Remarks:
    """The remarks on one video."""

    def __init__(self, remarks: Sequence[Remark]) -> None:
        self._by_weight = sorted(remarks, key=lambda r: (weight(r.severity), r.start_ns))
        self.times = sorted({t for r in remarks for t in (r.start_ns, r.until_ns)})

    def at(self, session_ns: int) -> list[Remark]:
        """Those of a time, the gravest first."""
        return [r for r in self._by_weight if r.start_ns <= session_ns < r.until_ns]

    @property
    def lines(self) -> int:
        """How many lines they need at their thickest; one where there are none, since they were asked for."""
        lasting = [r for r in self._by_weight if r.start_ns < r.until_ns]
        steps = sorted([(r.start_ns, 1) for r in lasting] + [(r.until_ns, -1) for r in lasting])
        return min(max(accumulate(step for _, step in steps), default=1), LINES)


def weight(severity: str) -> int:
    """The place of a severity, 0 the gravest; a word of the analyst's own counts as medium."""
    return ORDER.index(severity) if severity in SHAPES else ORDER.index("medium")


def said(remarks: Sequence[Remark], facts: Facts, theme: Theme, columns: int, lines: int) -> list[Line]:
    """Remarks as lines; if there are more of them than lines, the last line counts the rest."""
    shown = [line(remark, facts, theme, columns) for remark in remarks[:lines]]
    if rest := len(remarks) - len(shown):
        more = f"   +{rest} more"
        shown[-1] = (*line(remarks[lines - 1], facts, theme, columns - len(more)), Span(more, theme.caution))
    return shown


def line(remark: Remark, facts: Facts, theme: Theme, columns: int) -> Line:
    """` ANALYST ▲ HIGH  deletes a tree   at 09:14:03 UTC`."""
    grounds = (theme.bad, theme.stamp, theme.running, theme.unknown)
    shape = SHAPES.get(remark.severity, SHAPES["medium"])
    pill = Span(
        f" {shape} {cut(remark.severity.upper(), 12)} ", theme.on_pill, True, grounds[weight(remark.severity)]
    )
    who = RULE if remark.by_rule else ANALYST
    mark, gap = Span(who, theme.on_pill, True, theme.stamp), Span(" ", theme.band_quiet)
    when = Span(f"   at {wall_clock(facts, remark.start_ns)}", theme.band_quiet)
    room = columns - width((mark, gap, pill, when)) - 1
    return (mark, gap, pill, Span(" " + cut(remark.text, room), theme.band_text), when)
