"""What of a mask may be written down beside a video, so that anybody can make the same mask again.

Texts that were chosen are what is to be hidden, and so may be a pattern that masks itself (`hunter2`): those
are counted and not told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sessionlens.errors import UsageError

from .apart import Apart
from .mask import Mask
from .wanted import Region, Wanted

MOST = 1000  # characters of a pattern
MANY = 50  # patterns, and places: of more than can be tried in time no sidecar tells
FLAGS = (
    re.ASCII | re.IGNORECASE | re.MULTILINE | re.DOTALL | re.VERBOSE | re.UNICODE
)  # and not DEBUG, which prints


@dataclass(frozen=True, slots=True)
class Told:
    """`patterns` are regular expressions and their flags, `regions` first and last row, column and ns;
    `untold` counts what is not written down."""

    defaults: bool = True
    patterns: tuple[tuple[str, int], ...] = ()
    regions: tuple[tuple[int, ...], ...] = ()
    untold: int = 0

    def wanted(self) -> Wanted:
        """What to ask for, to have the same mask again; UsageError where that is not told."""
        if self.untold:
            raise UsageError(
                f"it is masked by {self.untold} choice{'s' * (self.untold != 1)} of the analyst's own, which "
                "its sidecar does not repeat"
            )
        regions = tuple(Region((a, b), (c, d), e, f) for a, b, c, d, e, f in self.regions)
        patterns = tuple(re.compile(*each) for each in self.patterns)
        return Wanted(self.defaults, patterns, (), regions, Apart())

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Told:
        """What JSON made of it; UsageError where it is none."""
        try:
            patterns = tuple((str(text), int(flags)) for text, flags in said["patterns"])
            regions = tuple(tuple(int(n) for n in each) for each in said["regions"])
            known = said.keys() == set(cls.__slots__) and isinstance(said["defaults"], bool)
            small = max(len(patterns), len(regions)) <= MANY and all(
                len(text) <= MOST for text, _ in patterns
            )
            plain = all(not flags & ~FLAGS for _, flags in patterns)
            if known and small and plain and all(len(each) == 6 for each in regions):
                for each in patterns:
                    re.compile(*each)
                return cls(said["defaults"], patterns, regions, int(said["untold"]))
        except (re.error, RecursionError, KeyError, TypeError, ValueError, OverflowError, AttributeError):
            pass
        raise UsageError("its mask is none that this version of sessionlens knows")


def told(mask: Mask) -> Told | None:
    """What may be told of a mask; None where nothing was to be masked."""
    wanted = mask.wanted
    if wanted.nothing:
        return None
    open_ones = [each for each in wanted.patterns if len(each.pattern) <= MOST and harmless(mask, each)][
        :MANY
    ]
    regions = tuple((*each.rows, *each.columns, each.t0_ns, each.t1_ns) for each in wanted.regions[:MANY])
    return Told(
        wanted.defaults,
        tuple((each.pattern, each.flags) for each in open_ones),
        regions,
        len(wanted.texts) + len(wanted.patterns) - len(open_ones) + len(wanted.regions) - len(regions),
    )


def harmless(mask: Mask, pattern: re.Pattern[str]) -> bool:
    """Whether a pattern says nothing of what it hides: neither it nor its text without the signs of regular
    expressions is masked itself."""
    bare = re.sub(r"\\[bBAZdDsSwW]|[\\^$.|?*+(){}\[\]]", "", pattern.pattern)
    return all(mask.text(text) == text for text in (pattern.pattern, bare) if text)
