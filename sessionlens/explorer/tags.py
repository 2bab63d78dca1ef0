"""Tags: what an analyst says of a session, a hit or a moment. A table, and nothing else."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import Any

import pandas as pd

from sessionlens.errors import UsageError
from sessionlens.session import Session
from sessionlens.tables.cells import TIMES
from sessionlens.tables.schema import ELAPSED, TABLES, TEXT, Column, conform, join


def tag_of(place: Mapping[Any, Any], tag: str, note: str, author: str) -> pd.DataFrame:
    """A tag on a row of any of our tables. Raises UsageError for no word, and for a row of no session."""
    if not tag.strip():
        raise UsageError("a tag needs a word")
    if pd.isna(place.get("session")):
        raise UsageError("only a row of a session can be tagged")
    copied = {name: place.get(name) for name in ("session", "recording", "channel", "ref", "end")}
    time = next((place[name] for name in TIMES if name in place), None)
    said = {"time": time, "tag": tag.strip(), "note": note.strip(), "author": author}
    return conform({name: [_known(value)] for name, value in (copied | said).items()}, "tags")


def whole(session: Session) -> dict[str, Any]:
    """The place of a whole session."""
    return {"session": session.source.session, "recording": str(session.path)}


def tags_table(rows: pd.DataFrame, recordings: Mapping[str, str]) -> pd.DataFrame:
    """Rows as the table `tags`, from a file too; `recordings` has that of each session, which rows may lack.
    Raises UsageError where columns are missing, and for times and sessions that cannot be read.
    """
    if missing := {"session", "tag"} - set(rows.columns):
        raise UsageError(f"tags need the columns session and tag: there is no {', '.join(sorted(missing))}")
    given = {c.name: _parsed(rows[c.name], c) for c in TABLES["tags"] if c.name in rows}
    tags = conform(given, "tags")
    own = tags["session"].map(recordings).astype("string")
    return tags.assign(recording=tags["recording"].fillna(own))


def _parsed(values: pd.Series[Any], column: Column) -> list[Any]:
    """What a column of a file says; pandas reads `12345678` as a number, and `1234e567` as infinity."""
    if column.name == "session" and pd.api.types.is_float_dtype(values.dtype) and values.notna().any():
        raise UsageError("the sessions were read as numbers: pd.read_csv(…, dtype={'session': str})")
    try:
        if column.dtype == ELAPSED:
            return list(pd.to_timedelta(values))
        if column.dtype == TEXT:
            width = 8 if column.name == "session" else 0
            return [None if pd.isna(value) else str(value).zfill(width) for value in values]
        return [_known(value) for value in values]
    except ValueError as error:
        raise UsageError(f"tags: the column {column.name} cannot be read: {error}") from error


def bookmarks_as_tags(session: Session, bookmarks: pd.DataFrame) -> pd.DataFrame:
    """The bookmarks of a player as tags of its session."""
    parts = []
    for row in bookmarks.to_dict("records"):
        place = whole(session) | {"channel": session.info.channel} | row
        parts.append(tag_of(place, row["tag"] or "bookmark", row["note"] or "", row["author"] or ""))
    return join(parts, "tags")


def me() -> str:
    """The account, as who says it; empty where nobody knows."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _known(value: Any) -> Any:
    return None if value is None or pd.isna(value) else value
