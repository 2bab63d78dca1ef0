"""Gaps in words: what is damaged or missing is one thing, what was typed and is sealed or off another.

The second is as somebody configured it, and no reason to doubt the rest; "not there" is unsure for both.
"""

from __future__ import annotations

import pandas as pd

from sessionlens.catalog.search import count, some
from sessionlens.visible import visible

OF_INPUT = ("sealed input", "off input")
UNREADABLE = "unreadable"  # a recording that could not be opened at all
SEE = "see `sessionlens info`"


def lost(gaps: pd.DataFrame) -> pd.DataFrame:
    """The rows of `gaps` about what is damaged or missing."""
    return gaps[~gaps["kind"].isin(OF_INPUT)]


def untyped(gaps: pd.DataFrame, many: bool = False) -> list[str]:
    """What is said of what was typed and cannot be read, each once; of `many` sessions, in how many."""
    rows = gaps[gaps["kind"].isin(OF_INPUT)]
    sessions = rows.groupby("text", sort=False)["session"].nunique()
    return [
        f"in {count(number, 'session')} {text}" if many else str(text) for text, number in sessions.items()
    ]


def notes(gaps: pd.DataFrame, many: bool = False) -> list[str]:
    """For the last line of a table: `2 gaps: not everything could be read, see …`, `what was typed is …`."""
    damaged = lost(gaps)
    unopened = tuple(map(visible, damaged.loc[damaged["kind"] == UNREADABLE, "recording"]))
    inside = len(damaged) - len(unopened)
    said = [f"{count(inside, 'gap')}: not everything could be read, {SEE}"] if inside else []
    said += [f"could not be opened: {some(unopened)}"] if unopened else []
    return said + untyped(gaps, many)
