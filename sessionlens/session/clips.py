"""From a row of any table, a ref or the number of a command to a stretch of the session worth showing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from sessionlens.errors import NotFoundError, UsageError
from sessionlens.session.refs import Ref

if TYPE_CHECKING:
    from sessionlens.session.session import Session

LEAD = 2_000_000_000  # ns before it, and after
LEAST = 5_000_000_000  # of what has no end
Place: TypeAlias = "pd.Series[Any] | str | int"


@dataclass(frozen=True, slots=True)
class Clip:
    """A stretch of a channel (None: the main one), in ns since the session began."""

    channel: int | None
    start_ns: int
    end_ns: int


def clip(session: Session, place: Place) -> Clip:
    """From two seconds before it begins to two after it ends; five are shown of what has no known end.

    `place` is a row of any table that has a time, a ref, or the number of a command. Raises UsageError for
    what has no time or is of another session, NotFoundError for a ref or a number that is not there.
    """
    if isinstance(place, pd.Series):
        return of_row(session, place)
    if isinstance(place, str) and not place.isdecimal():
        return of_ref(session, place)
    table = session.commands
    found = table[table["n"] == int(place)]
    if not len(found):
        raise NotFoundError(f"{session.path}: no command {place}; there are {len(table)}")
    return of_row(session, found.iloc[0])


def of_row(session: Session, row: pd.Series[Any]) -> Clip:
    """A row: its `start`, `t` or `time`, and its `end`."""
    start = pd.Timedelta(begin(row)).value
    if "session" in row and row["session"] != session.info.session:
        raise UsageError(
            f"this row is of session {row['session']}, not of {session.info.session}; open that one"
        )
    known = "end" in row and pd.notna(row["end"])
    end = pd.Timedelta(row["end"]).value if known else start + LEAST - LEAD
    channel = row["channel"] if "channel" in row and pd.notna(row["channel"]) else None
    return Clip(None if channel is None else int(channel), max(start - LEAD, 0), end + LEAD)


def begin(row: pd.Series[Any]) -> Any:
    """The time of a row. Raises UsageError where it has none."""
    for name in ("start", "t", "time"):
        if name in row and pd.notna(row[name]):
            return row[name]
    raise UsageError("this row has no time of its own (start, t or time)")


def of_ref(session: Session, text: str) -> Clip:
    """A ref: from its first byte to its last."""
    ref = Ref.parse(text)
    if ref is None or ref.stream is None:
        raise UsageError(
            f"{text!r} is neither a ref (session/channel/stream:first-last) nor a command's number"
        )
    recording = session.on(ref.channel).recording
    start, end = ref.t_ns(recording), replace(ref, first=ref.last).t_ns(recording)
    return Clip(ref.channel, max(start - LEAD, 0), end + LEAD)
