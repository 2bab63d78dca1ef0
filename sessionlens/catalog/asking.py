"""`ran` over a table: the rows whose command starts a program with these options and operands.

Works on every table with a column `command`; knows nothing of sessions or files.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sessionlens.catalog.corpus import instant, within
from sessionlens.detect import ran, ran_each
from sessionlens.errors import UsageError


def ran_rows(
    table: pd.DataFrame,
    words: tuple[str, ...],
    *,
    user: str | None = None,
    since: str | pd.Timestamp | None = None,
    until: str | pd.Timestamp | None = None,
) -> pd.DataFrame:
    """The rows that run `words`, of the person `user`, between `since` and `until` (read as in `search`).

    Aliases, functions and variables of earlier rows are known in later ones of the same channel and context,
    whatever the filters leave out. Raises UsageError where the table has no commands.
    """
    if "command" not in table:
        raise UsageError("ran() needs a table with the column `command`")
    return chosen_rows(table[matching(table, words)], user=user, since=since, until=until)


def chosen_rows(
    found: pd.DataFrame,
    at: str = "start_utc",
    /,
    *,
    user: str | None = None,
    since: str | pd.Timestamp | None = None,
    until: str | pd.Timestamp | None = None,
) -> pd.DataFrame:
    """The rows of the person `user`, by their column `at` between `since` and `until` (as in `search`)."""
    low, high = instant(since), instant(until, end_of_day=True)
    if user is not None and "person" in found:
        found = found[(found["person"] == user).fillna(False)]
    return within(found, low, high, at) if at in found else found


def matching(table: pd.DataFrame, words: tuple[str, ...]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """bool[n]: which rows run `words`; each channel is read in the order of its commands."""
    result = np.zeros(len(table), dtype=bool)
    rows = table.reset_index(drop=True)
    if "start" in rows:
        rows = rows.sort_values("start", kind="stable")
    channel = [name for name in ("session", "channel") if name in rows]
    parts = [part for _, part in rows.groupby(channel, sort=False, dropna=False)] if channel else [rows]
    for part in parts:
        result[part.index] = list(ran_each(commands(part), *words))
    if "typed" in table:  # as it was before the shell replaced something, should that not be what ran
        typed = [isinstance(text, str) and ran(text, *words) for text in table["typed"]]
        result |= np.array(typed, dtype=bool)
    return result


def commands(rows: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """(text, kind, context) of each row, as ran_each takes them."""
    plain = pd.Series("", rows.index)
    texts = [text if isinstance(text, str) else "" for text in rows["command"]]
    kinds = rows["kind"] if "kind" in rows and "context" in rows else plain.replace("", "shell")
    yield from zip(texts, kinds.astype(str), rows.get("context", plain).astype(str), strict=True)
