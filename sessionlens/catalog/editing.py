"""Lines that the screen showed while a command line was still edited, and that were gone before it was run.

What stood there between two keys (`mv a b` while letters were put in), the prompts of a search of the history
and what a completion listed. A line counts if it came after the prompt did and was gone when the line was
taken. Where nobody knows when the prompt came, only a search's own prompt does (readline's
`(reverse-i-search)`, zsh's `bck-i-search:`).
"""

from __future__ import annotations

import re
from bisect import bisect_left

import pandas as pd

_SEARCH = re.compile(r"\((failed )?(reverse-)?i-search\)[`']|(failing )?(bck|fwd)-i-search: ")
_CHANNEL = ["session", "channel"]


def whose(rows: pd.DataFrame, commands: pd.DataFrame) -> list[int | None]:
    """For each of these rows of `lines` the place in `commands` of the line that was edited then, if any."""
    placed = commands.assign(place=range(len(commands))).sort_values("taken", kind="stable")
    parts = {key: _Edits(part) for key, part in placed.groupby(_CHANNEL, sort=False, dropna=False)}
    keys = zip(*(rows[name] for name in _CHANNEL), strict=True)
    alternate = rows["alternate"].fillna(False)
    told = zip(keys, rows["start"], rows["end"], rows["text"], alternate, strict=True)
    return [
        None if away or pd.isna(end) or (edits := parts.get(key)) is None else edits.of(start, end, text)
        for key, start, end, text, away in told
    ]


class _Edits:
    """When each line of one channel was edited; its commands in the order in which they were taken."""

    def __init__(self, commands: pd.DataFrame) -> None:
        self.places: list[int] = commands["place"].tolist()
        self.taken: list[pd.Timedelta] = commands["taken"].tolist()
        self.end: list[pd.Timedelta] = commands["end"].tolist()

    def of(self, start: pd.Timedelta, end: pd.Timedelta, text: str) -> int | None:
        """The place of the line that was edited from `start` to `end`."""
        at = bisect_left(self.taken, end)
        if at == len(self.taken):
            return None
        ran = self.taken[at - 1] if at else pd.Timedelta(0)
        over = self.end[at - 1] if at else pd.NaT
        prompted = start >= over if not pd.isna(over) and over <= self.taken[at] else False
        return self.places[at] if prompted or (start >= ran and _SEARCH.search(text)) else None
