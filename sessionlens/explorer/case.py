"""A case behind the explorer: which sessions meet the filters, what is found in them. Knows no widgets.

Recordings are opened at once, which is cheap, and replayed only when something inside of them is asked for;
what was worked out is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
import pandas as pd

from sessionlens.catalog.asking import chosen_rows, ran_rows
from sessionlens.catalog.corpus import Corpus, hits_within, nobody, session_row
from sessionlens.catalog.search import Coverage, Hits, count, hits, matching, pattern
from sessionlens.errors import UsageError
from sessionlens.explorer.filters import Filters
from sessionlens.session import Session, corpus
from sessionlens.tables.schema import TABLES, conform
from sessionlens.visible import visible

Told: TypeAlias = Callable[[int, int], None]
Sources: TypeAlias = "str | Path | Corpus | Session | Iterable[Session]"


def no_one(done: int, total: int) -> None:
    """Nobody is told how far it is."""


def opened(sources: Sources) -> Corpus:
    """A folder, a corpus, a session or several as one case. Raises as `corpus` does; UsageError for none."""
    if isinstance(sources, Corpus):
        return sources
    if isinstance(sources, str | Path):
        return corpus(sources)
    given = [sources] if isinstance(sources, Session) else list(sources)
    if not given or not all(isinstance(each, Session) for each in given):
        raise UsageError("nothing to explore: name a folder, a corpus, or sessions")
    by_path = {session.path: session for session in given}
    return Corpus(Path(), list(by_path), by_path.__getitem__)


class Case:
    """Sessions and filters."""

    def __init__(self, sources: Sources) -> None:
        self.corpus = opened(sources)
        self.all = [cast(Session, session) for session in self.corpus]
        self.filters = Filters()
        self.by_path = {str(session.path): session for session in self.all}
        self._rows: dict[Path, dict[str, Any]] = {}
        self._found: tuple[Filters, Hits] | None = None

    @property
    def chosen(self) -> list[Session]:
        """The sessions of that person and host, in that span."""
        return [session for session in self.all if self.filters.meets(session.source.info)]

    @property
    def listed(self) -> list[Session]:
        """Of these the ones in which something was found, if something was asked for and looked for."""
        found = self.found
        if found is None or not self.filters.asks:
            return self.chosen
        there = set(found["session"])
        return [session for session in self.chosen if session.source.session in there]

    @property
    def found(self) -> Hits | None:
        """What was found with these filters; None where nobody has looked yet."""
        return self._found[1] if self._found is not None and self._found[0] == self.filters else None

    @property
    def asks_nothing_new(self) -> bool:
        """Whether the question can be answered at once, because all that it is about was replayed before."""
        return self.filters.asks and all(session.path in self._rows for session in self.chosen)

    def look(self, told: Told = no_one) -> Hits:
        """What meets the filters inside of the chosen sessions, as the table `hits` with its coverage.

        Without a question these are the commands that have a mark.
        """
        if self.found is None:
            self._found = (self.filters, self.look_in(self.chosen, told))
        return cast(Hits, self.found)

    def count(self, sessions: Iterable[Session], told: Told = no_one) -> None:
        """Work out the row of the table `sessions` for each of these: they are replayed for it."""
        missing = [session for session in sessions if session.path not in self._rows]
        for done, session in enumerate(missing, 1):
            self._rows[session.path] = cast(dict[str, Any], session_row(session).iloc[0].to_dict())
            told(done, len(missing))

    def table(self, sessions: Iterable[Session]) -> pd.DataFrame:
        """The table `sessions` as far as it is known; without numbers of what is in those not counted."""
        rows = [self._rows.get(session.path) or outline(session) for session in sessions]
        return conform({c.name: [row.get(c.name) for row in rows] for c in TABLES["sessions"]}, "sessions")

    def opener(self, path: str | Path) -> Session:
        """The session at this path, as it was opened here."""
        return self.by_path[str(path)]

    def look_in(self, sessions: list[Session], told: Told = no_one) -> Hits:
        """The same of these sessions alone."""
        self.count(sessions, told)
        part = Corpus(self.corpus.root, [session.path for session in sessions], self.opener)
        wanted = self.filters
        if wanted.text and not wanted.of_commands:
            for done, session in enumerate(sessions, 1):
                _ = session.lines
                told(done, len(sessions))
            found = part.search(wanted.text)
            inside = hits_within(pd.DataFrame(found), wanted.low, wanted.high)
            return hits([inside], found.coverage + self._left_out())
        rows = commands_of(part, wanted)
        return hits([as_hits(rows)], part.coverage_of_commands() + self._left_out())

    def notes(self) -> tuple[str, ...]:
        """What the filters leave out, in words; and that no session is of that person, if so."""
        said = self.filters.words()
        others = count(len(self.all) - len(self.chosen), "session")
        persons = (session.source.info.person for session in self.all)
        told = (f"only {', '.join(said)}: {others} not looked at",) if said else ()
        return told + nobody(self.filters.person or None, persons)

    def _left_out(self) -> Coverage:
        nameless = tuple(s.source.session for s in self.all if self.filters.nameless(s.source.info))
        lost = tuple(map(visible, self.corpus.unreadable))
        return Coverage(unreadable=lost, notes=self.notes(), nameless=nameless)


def commands_of(part: Corpus, wanted: Filters) -> pd.DataFrame:
    """The rows of `commands` that meet all that is asked of commands."""
    rows = part.commands
    if wanted.ran:
        rows = ran_rows(rows, (wanted.ran,))
    if wanted.text:
        rows = rows[matching(pattern(wanted.text), rows["command"])]
    if wanted.mark or wanted.severity or not wanted.asks:
        findings = part.findings
        good = findings["severity"].isin(wanted.severities())
        if wanted.mark:
            good &= findings["mark"] == wanted.mark
        marked = findings[good.fillna(False)]
        keys = set(zip(marked["session"], marked["n"], strict=True))
        there = [key in keys for key in zip(rows["session"], rows["n"], strict=True)]
        rows = rows[np.array(there, dtype=bool)]
    return chosen_rows(rows, since=wanted.low, until=wanted.high)


def as_hits(rows: pd.DataFrame) -> pd.DataFrame:
    """Commands as the table `hits`; `match` has the names of their marks."""
    names = ("session", "recording", "channel", "start", "start_utc", "person", "ref")
    data = {name: rows[name].tolist() for name in names}
    told = {"text": rows["command"].tolist(), "match": rows["marks"].tolist()}
    return conform(data | told | {"where": ["command"] * len(rows)}, "hits")


def outline(session: Session) -> dict[str, Any]:
    """A row of `sessions` of what a recording says of itself, without a replay."""
    info = session.source.info
    start, lasted = info.started_ns, info.duration_ns
    end = None if start is None or lasted is None else start + lasted
    names = ("session", "person", "account", "target", "client", "method", "reason")
    told = {name: getattr(info, name) for name in names} | {"recording": str(session.path)}
    times = {"start_utc": start, "end_utc": end, "duration": lasted}
    return told | times | {"format": info.source_format, "channels": len(session.source.channels)}
