"""Bookmarks: as a table in Python, as a list of plain objects in the browser, the same thing both times.

An analyst's own words, never evidence: nothing in a recording depends on them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from sessionlens.errors import UsageError
from sessionlens.tables.schema import conform

SECOND = 1_000_000_000
WORDS = ("tag", "note", "author")


def bookmarks_table(
    rows: Iterable[Mapping[str, Any]], seconds: Callable[[Any], float], author: str
) -> pd.DataFrame:
    """The table `bookmarks` of rows that have a `time`; what else they lack is empty, but for the `author`.

    `seconds` makes seconds since the session began of any form of time. Raises UsageError where a row has no
    time, or ends before it begins.
    """
    columns: dict[str, list[Any]] = {name: [] for name in ("time", "end", *WORDS)}
    otherwise = dict.fromkeys(WORDS, "") | {"author": author}
    for row in rows:
        start, end = row.get("time"), row.get("end")
        if _missing(start):
            raise UsageError("a bookmark needs a `time`; `end`, `tag`, `note` and `author` may be missing")
        begin = seconds(start)
        stop = None if _missing(end) else seconds(end)
        if stop is not None and stop < begin:
            raise UsageError(f"a bookmark ends at {stop:g} s, before it begins at {begin:g} s")
        columns["time"].append(_timedelta(begin))
        columns["end"].append(pd.NaT if stop is None else _timedelta(stop))
        for name in WORDS:
            said = row.get(name)
            columns[name].append(otherwise[name] if _missing(said) else str(said))
    return conform(columns, "bookmarks")


def bookmarks_list(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The same for the browser: seconds, and None for what has no end."""
    return [
        {"time": _seconds(row["time"]), "end": None if pd.isna(row["end"]) else _seconds(row["end"])}
        | {name: row[name] for name in WORDS}
        for row in table.to_dict("records")
    ]


def _missing(value: Any) -> bool:
    return value is None or bool(pd.isna(value))


def _timedelta(seconds: float) -> pd.Timedelta:
    return pd.Timedelta(round(seconds * SECOND), "ns")


def _seconds(time: pd.Timedelta) -> float:
    return time.value / SECOND
