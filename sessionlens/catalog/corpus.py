"""A folder of recordings as one case: the same tables over all of them, and a search that says what it saw.

Without an index: each recording is opened and replayed at its first use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from sessionlens.catalog.glance import html_glance
from sessionlens.catalog.search import Coverage, Hits, count, hits, some
from sessionlens.catalog.unread import UNREADABLE, lost, notes, untyped
from sessionlens.errors import SessionLensError, UsageError
from sessionlens.masking import Tally
from sessionlens.recording import Info
from sessionlens.settings import local, placed
from sessionlens.tables.nothing import or_nothing
from sessionlens.tables.schema import conform, join
from sessionlens.visible import visible

_DATE = re.compile(r"\d{4}-?\d\d-?\d\d(?!\d)")


class SessionLike(Protocol):
    """What a corpus needs of a session."""

    path: Path

    @property
    def info(self) -> Info: ...
    @property
    def commands(self) -> pd.DataFrame: ...
    @property
    def findings(self) -> pd.DataFrame: ...
    @property
    def events(self) -> pd.DataFrame: ...
    @property
    def transfers(self) -> pd.DataFrame: ...
    @property
    def flags(self) -> pd.DataFrame: ...
    @property
    def gaps(self) -> pd.DataFrame: ...
    @property
    def channels(self) -> pd.DataFrame: ...
    @property
    def coverage_of_commands(self) -> Coverage: ...
    def search(self, query: str, *, regex: bool = False, case: bool = False) -> Hits: ...
    def masked(self, table: pd.DataFrame, mask: Any = True) -> pd.DataFrame: ...


Opener = Callable[[Path], SessionLike]


class Corpus:
    """Many sessions, in order of their paths; what cannot be opened is in `unreadable`.

    `unseen`: path and reason of what was not opened, since it only looks like a recording.
    """

    def __init__(
        self, root: Path, paths: Sequence[Path], opener: Opener, unseen: Mapping[Path, str] | None = None
    ) -> None:
        self.root = root
        self.paths = list(paths)
        self._opener = opener
        self._unseen = {str(path): why for path, why in (unseen or {}).items()}

    @cached_property
    def _opened(self) -> tuple[list[SessionLike], dict[str, str]]:
        sessions, unreadable = [], dict(self._unseen)
        for path in self.paths:
            try:
                sessions.append(self._opener(path))
            except SessionLensError as error:
                unreadable[str(path)] = str(error)
        return sessions, unreadable

    @property
    def unreadable(self) -> dict[str, str]:
        """Path and reason of each recording, or what looks like one, that could not be opened at all."""
        return self._opened[1]

    def __iter__(self) -> Iterator[SessionLike]:
        return iter(self._opened[0])

    def __len__(self) -> int:
        return len(self._opened[0])

    @cached_property
    def sessions(self) -> pd.DataFrame:
        """The table `sessions`, in order of their start."""
        table = join((session_row(s) for s in self), "sessions")
        return table.sort_values("start_utc", kind="stable", ignore_index=True)

    @cached_property
    def commands(self) -> pd.DataFrame:
        """The table `commands` over all sessions, in order of their submission."""
        table = join((s.commands for s in self), "commands")
        return table.sort_values(["start_utc", "start"], kind="stable", ignore_index=True)

    @cached_property
    def findings(self) -> pd.DataFrame:
        """The table `findings` over all sessions."""
        table = join((s.findings for s in self), "findings")
        table = table.sort_values(["start_utc", "start"], kind="stable", ignore_index=True)
        return or_nothing(table, f"no findings: no mark on any command{self._looked_at()}")

    @cached_property
    def transfers(self) -> pd.DataFrame:
        """The table `transfers` over all sessions."""
        table = join((s.transfers for s in self), "transfers")
        table = table.sort_values(["start_utc", "start"], kind="stable", ignore_index=True)
        return or_nothing(table, f"no transfers: no file passed by sftp or scp{self._looked_at()}")

    @cached_property
    def flags(self) -> pd.DataFrame:
        """The table `flags` over all sessions."""
        table = join((s.flags for s in self), "flags")
        table = table.sort_values(["t_utc", "t"], kind="stable", ignore_index=True)
        return or_nothing(table, f"no flags: nothing that a viewer could have missed{self._looked_at()}")

    @cached_property
    def events(self) -> pd.DataFrame:
        """The table `events` over all sessions."""
        table = join((s.events for s in self), "events")
        return table.sort_values(["t_utc", "t"], kind="stable", ignore_index=True)

    @cached_property
    def channels(self) -> pd.DataFrame:
        """The table `channels` over all sessions, in the order in which they were opened."""
        table = join((s.channels for s in self), "channels")
        return table.sort_values("opened_utc", kind="stable", ignore_index=True)

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """The table `gaps` over all sessions, unreadable recordings included."""
        lost = {
            "recording": list(self.unreadable),
            "kind": [UNREADABLE for _ in self.unreadable],
            "text": list(self.unreadable.values()),
        }
        table = join([*(s.gaps for s in self), conform(lost, "gaps")], "gaps")
        where = count(len(self), "session")
        return or_nothing(table, f"no gaps: what was recorded in {where} could be read whole")

    def _looked_at(self) -> str:
        """For an answer that says no: where, and what limits it."""
        return "; ".join([f" in {count(len(self), 'session')}", *notes(self.gaps, True)])

    def search(
        self,
        query: str,
        *,
        user: str | None = None,
        since: str | pd.Timestamp | None = None,
        until: str | pd.Timestamp | None = None,
        regex: bool = False,
        case: bool = False,
    ) -> Hits:
        """The table `hits` over the sessions of `user` (the person) between `since` and `until`.

        A time without a zone is read in `sl.options.tz` (UTC), and the coverage says so. A date as `until`
        means its end.
        """
        low, high = instant(since), instant(until, end_of_day=True)
        chosen = [s for s in self if selected(s.info, user, low, high)]
        found = [s.search(query, regex=regex, case=case) for s in chosen]
        coverage = sum((f.coverage for f in found), start=self._left_out(len(chosen), user, low, high))
        frames = [hits_within(pd.DataFrame(f), low, high) for f in found]
        return hits([join(frames, "hits").sort_values(["start_utc", "start"], kind="stable")], coverage)

    def coverage_of_commands(
        self,
        *,
        user: str | None = None,
        since: str | pd.Timestamp | None = None,
        until: str | pd.Timestamp | None = None,
    ) -> Coverage:
        """What a question about the commands looks at, with the same filters; and what it cannot see."""
        low, high = instant(since), instant(until, end_of_day=True)
        chosen = [s for s in self if selected(s.info, user, low, high)]
        start = self._left_out(len(chosen), user, low, high)
        return sum((s.coverage_of_commands for s in chosen), start=start)

    def _left_out(
        self, chosen: int, user: str | None, low: pd.Timestamp | None, high: pd.Timestamp | None
    ) -> Coverage:
        notes = self.filtered(chosen, user, low, high)
        nameless = tuple(s.info.session for s in self if user is not None and s.info.person is None)
        return Coverage(unreadable=tuple(map(visible, self.unreadable)), notes=notes, nameless=nameless)

    def filtered(
        self, chosen: int, user: str | None, low: pd.Timestamp | None, high: pd.Timestamp | None
    ) -> tuple[str, ...]:
        """What the search was told to leave out, in words."""
        said = worded(user, low, high)
        if not said:
            return ()
        others = len(self) - chosen
        told = (f"only {', '.join(said)}: {count(others, 'session')} not looked at",)
        return told + nobody(user, (s.info.person for s in self))

    def masked(self, table: pd.DataFrame, mask: Any = True) -> pd.DataFrame:
        """A table of this case as it may be written to a file; `.attrs["masked"]` says what was masked.

        Each row goes through the mask of its own session; `mask` as in a session's `masked`.
        """
        frame, tally, parts = pd.DataFrame(table), Tally(), []
        for session in self:
            own = frame[(frame["session"] == session.info.session).fillna(False)]
            if len(own):
                parts.append(session.masked(own, mask))
                tally.update(parts[-1].attrs.pop("masked"))
        others = frame.drop(index=[label for part in parts for label in part.index])
        out = pd.concat([*parts, others]).loc[frame.index] if parts else frame
        out.attrs["masked"] = dict(tally)
        return out

    def __repr__(self) -> str:
        lost = some(tuple(visible(f"{path}: {why}") for path, why in self.unreadable.items()), 3)
        said = f"; {len(self.unreadable):,} could not be opened: {lost}" if lost else ""
        return f"Corpus of {count(len(self), 'session')} below {self.root}{said}"

    def _repr_html_(self) -> str:
        return html_glance(str(self.root), [s.info for s in self], self.unreadable)


def worded(user: str | None, low: pd.Timestamp | None, high: pd.Timestamp | None) -> list[str]:
    """`user john`, `since 2026-11-03 00:00:00 UTC`: how the filters were read."""
    ends = [(word, t) for word, t in (("since", low), ("until", high)) if t is not None]
    said = [f"{word} {t:%Y-%m-%d %H:%M:%S} UTC" for word, t in ends]
    beside = [local(t.value) for _, t in ends]
    whose = [f"user {visible(user)}"] if user else []
    return [*whose, *(f"{text} ({here})" if here else text for text, here in zip(said, beside, strict=True))]


def nobody(user: str | None, persons: Iterable[str | None]) -> tuple[str, ...]:
    """Says so where no session is of this person: it may be a slip of the pen."""
    there = sorted({person for person in persons if person is not None})
    if user is None or user in there:
        return ()
    names = f"there are {visible(some(tuple(there), 10))}" if there else "none says whose it is"
    return (f"no session is of {visible(user)}: {names}",)


def session_row(session: SessionLike) -> pd.DataFrame:
    """One session as a row of the table `sessions`."""
    info = session.info
    end = None if info.started_ns is None else info.started_ns + (info.duration_ns or 0)
    opened = info.input == "sealed" and not untyped(session.gaps)
    data: dict[str, Any] = {
        "session": [info.session],
        "recording": str(session.path),
        "start_utc": [info.started_ns],
        "end_utc": [end],
        "duration": [info.duration_ns],
        "key": info.key_fingerprint,
        "format": info.source_format,
        "channels": [len(session.channels)],
        "commands": [len(session.commands)],
        "findings": [len(session.findings)],
        "flags": [len(session.flags)],
        "transfers": [int(session.transfers["direction"].notna().sum())],
        "gaps": [len(lost(session.gaps))],
        "input": "opened" if opened else info.input,
        "sealed_for": ", ".join(info.sealed_for) or None,
    }
    data |= {
        name: getattr(info, name) for name in ("person", "account", "target", "client", "method", "actor")
    }
    data |= {name: getattr(info, name) for name in ("reason", "acknowledged", "allowed_by", "ended")}
    data |= {name: "; ".join(getattr(info, name)) or None for name in ("watched_by", "held_for")}
    return conform(data, "sessions")


def instant(value: str | date | None, *, end_of_day: bool = False) -> pd.Timestamp | None:
    """A time of the wall clock in UTC; without a zone it is read in that of the options. A date as the end of
    a span is its last moment. Raises UsageError, also for what could be read in two ways (03/11/2026).
    """
    if value is None:
        return None
    try:
        if isinstance(value, str) and not _DATE.match(value.strip()):
            raise ValueError("it does not begin with year, month and day")
        time = pd.Timestamp(value)
        if pd.isna(time):
            raise ValueError("it is empty")
        day = isinstance(value, date) and not isinstance(value, datetime)
        last = end_of_day and (day or _DATE.fullmatch(str(value).strip()) is not None)
        time = time + pd.Timedelta(days=1) if last else time
        if time.tzinfo is None:
            time = time.tz_localize(placed(time.to_pydatetime(warn=False)).tzinfo)
        time = time.tz_convert("UTC").as_unit("ns")
        return time - pd.Timedelta(1, "ns") if last else time
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{value!r} is no date or time: {error}; write 2026-11-03 or 2026-11-03 14:00"
        ) from None


def selected(info: Info, user: str | None, low: pd.Timestamp | None, high: pd.Timestamp | None) -> bool:
    """Whether a session is of this person and touches this span; one without a clock is never left out."""
    if user is not None and info.person != user:
        return False
    if info.started_ns is None:
        return True
    start, end = info.started_ns, info.started_ns + (info.duration_ns or 0)
    return (low is None or end >= low.value) and (high is None or start <= high.value)


def hits_within(frame: pd.DataFrame, low: pd.Timestamp | None, high: pd.Timestamp | None) -> pd.DataFrame:
    """The hits inside the span, and those that are about a whole session, whenever that began."""
    whole = frame["where"] == "session"
    return join([frame[whole], within(frame[~whole], low, high)], "hits")


def within(
    frame: pd.DataFrame, low: pd.Timestamp | None, high: pd.Timestamp | None, at: str = "start_utc"
) -> pd.DataFrame:
    """The rows whose `at` is inside the span; those without a clock stay."""
    keep = frame[at].isna()
    inside = pd.Series(True, index=frame.index)
    if low is not None:
        inside &= frame[at] >= low
    if high is not None:
        inside &= frame[at] <= high
    return frame[keep | inside]
