"""Search with its coverage, so that "nothing found" is never mistaken for "could not see".

Works on tables (docs in tables/schema.py) and knows nothing of sessions or files.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from sessionlens.catalog.editing import whose
from sessionlens.catalog.folding import find
from sessionlens.errors import UsageError
from sessionlens.tables.cells import narrow, rows_as_html
from sessionlens.tables.html import DOUBT, GOOD, html_badge, html_cells, html_line
from sessionlens.tables.output import to_text, worth_showing
from sessionlens.tables.schema import conform, join

SHOWN = ("session", "person", "start_utc", "start", "visible", "where", "missed", "text")
PAGE = 200  # matches that a notebook shows


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a search looked at, and what it could not see.

    `transfers` counts what was done by sftp and scp, of which the names were looked at and not the content,
    `untold` names the places where lines were handed over that no command tells whole, `damaged` the sessions
    with gaps, `silent` the channels that hold no text, `unreadable` the recordings, and what looks like one,
    that could not be opened, `nameless` those left out because nobody knows whose they are; `notes` say what
    was left out on request; `hidden` counts what was typed without echo, of which no text is looked at,
    `untyped` names the sessions of which what was typed is sealed or was not recorded. `edits` counts the
    matches that are not listed:
    what a line looked like while it was edited, where the line that was run then is a match itself.
    """

    sessions: int = 0
    commands: int = 0
    lines: int = 0
    gaps: int = 0
    untold: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    transfers: int = 0
    nameless: tuple[str, ...] = ()
    hidden: int = 0
    untyped: tuple[str, ...] = ()
    edits: int = 0

    def __add__(self, other: Coverage) -> Coverage:
        return Coverage(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def complete(self) -> bool:
        """Whether all there is could be seen: only then does "nothing found" mean that nothing is there."""
        unseen = (self.gaps, self.untold, self.silent, self.unreadable, self.nameless, self.hidden)
        return not any((*unseen, self.untyped))

    def as_dict(self, matches: int, said: str) -> dict[str, Any]:
        """For JSON: `complete`, the sentence (`said`), how many `matches` there were, and these fields."""
        return {"complete": self.complete, "said": said, "matches": matches} | asdict(self)

    def sentence(self, matches: int) -> str:
        """`14 sessions, 412 commands, 9,310 lines, 0 matches; 2 gaps in 1 session (1f2e3d4c): …`."""
        return self._with_limits(", ".join([*self._looked_at(), count(matches, "match", "matches")]))

    def _looked_at(self) -> list[str]:
        told = ((self.sessions, "session"), (self.commands, "command"), (self.lines, "line"))
        files = [count(self.transfers, "file operation")] if self.transfers else []
        return [*(count(number, one) for number, one in told), *files]

    def _repr_html_(self) -> str:
        return f"{self.badge} {html_line('looked at ' + self._with_limits(', '.join(self._looked_at())))}"

    @property
    def badge(self) -> str:
        """Whether a "no" means no, as HTML."""
        if self.complete:
            return html_badge("✔", "everything could be seen", GOOD)
        return html_badge("◆", "not everything could be seen", DOUBT)

    def of_commands(self, confidences: Collection[str]) -> str:
        """`looked at 412 commands of 14 sessions, 2 matches; …`: where no lines were looked at.

        `confidences` has that of each match; where none is high, the sentence says so.
        """
        looked = f"looked at {count(self.commands, 'command')} of {count(self.sessions, 'session')}"
        unsure = [name for name in ("medium", "low") if name in confidences]
        doubt = f", confidence {' or '.join(unsure)}" if unsure and "high" not in confidences else ""
        return self._with_limits(f"{looked}, {count(len(confidences), 'match', 'matches')}{doubt}")

    def _with_limits(self, head: str) -> str:
        said = [head]
        if self.edits:
            states = count(self.edits, "more match", "more matches")
            said.append(f"{states} in what these lines were while they were edited, not listed")
        return "; ".join([*said, *self.limits, *self.notes])

    @property
    def limits(self) -> list[str]:
        """What could not be seen, each in words; nothing where it is `complete`."""
        said = []
        if self.gaps:
            where = f"{count(len(self.damaged), 'session')} ({some(self.damaged)})"
            said.append(f"{count(self.gaps, 'gap')} in {where}: not everything could be read")
        if self.untold:
            places = f"{count(len(self.untold), 'place')} ({some(self.untold)})"
            said.append(
                f"{places} where lines were typed that no command tells whole: search the screen as well"
            )
        if self.untyped:
            where = f"{count(len(self.untyped), 'session')} ({some(self.untyped)})"
            said.append(
                f"what was typed is sealed or was not recorded in {where}: only its echo was looked at"
            )
        if self.hidden:
            said.append(f"{count(self.hidden, 'hidden input')} (typed without echo) not looked at")
        if self.silent:
            said.append(f"no text in {count(len(self.silent), 'channel')}: {some(self.silent)}")
        if self.unreadable:
            said.append(f"could not be opened: {some(self.unreadable)}")
        if self.nameless:
            said.append(f"nobody knows whose they are, not looked at: {some(self.nameless)}")
        return said


def some(names: tuple[str, ...], most: int = 5) -> str:
    """The first of many names."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 session`, `1,204 sessions`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


class Hits(pd.DataFrame):
    """The table `hits`, which prints its coverage as its last line; `.coverage` has it as data."""

    _metadata = ["coverage"]  # noqa: RUF012 (pandas' own interface)
    coverage: Coverage

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame

    def _worth_showing(self) -> list[str]:
        return [name for name in SHOWN if worth_showing(self, name)]

    def __repr__(self) -> str:
        table = to_text(self, self._worth_showing()) + "\n" if len(self) else ""
        return table + self.coverage.sentence(len(self))

    def _repr_html_(self) -> str:
        rows = pd.DataFrame(self).head(PAGE)
        columns = self._worth_showing()
        heads = [name.replace("_", " ") for name in columns]
        cells = rows_as_html(rows, columns)
        table = html_cells(heads, cells, narrow=narrow(rows, columns)) if cells else ""
        more = f"the first {PAGE} of {len(self):,} matches; " if len(self) > PAGE else ""
        return table + self.coverage.badge + html_line(more + self.coverage.sentence(len(self)))


def hits(frames: Iterable[pd.DataFrame], coverage: Coverage) -> Hits:
    """The hits of several searches, in order of time."""
    found = Hits(join(frames, "hits"))
    found.coverage = coverage
    return found


def pattern(query: str, *, regex: bool = False, case: bool = False) -> re.Pattern[str]:
    """What to look for; plain text unless `regex`, upper and lower case alike unless `case`.

    Raises UsageError for an empty query or a broken regular expression.
    """
    if not query:
        raise UsageError("nothing to search for: the query is empty")
    try:
        return re.compile(query if regex else re.escape(query), 0 if case else re.IGNORECASE)
    except re.error as error:
        raise UsageError(f"not a regular expression: {query!r}: {error}") from None


def search_tables(
    wanted: re.Pattern[str],
    commands: pd.DataFrame,
    lines: pd.DataFrame,
    transfers: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, int]:
    """The table `hits` over commands, lines and names of files of one or more channels, in order of time; and
    how many of the lines are left out, because they show how a command was edited that is a hit itself.
    """
    commanded = matching(wanted, commands["command"])
    in_commands = commands[commanded]
    in_lines = lines[matching(wanted, lines["text"])]
    edited = whose(in_lines, commands)
    pairs = zip(edited, in_lines["missed"], strict=True)
    told = [place is not None and not missed and bool(commanded[place]) for place, missed in pairs]
    in_lines = in_lines.assign(edited=[place is not None for place in edited])[~np.array(told, dtype=bool)]
    in_files = [] if transfers is None else [file_hits(wanted, transfers)]
    found = join([command_hits(wanted, in_commands), line_hits(wanted, in_lines), *in_files], "hits")
    return found.sort_values("start", kind="stable", ignore_index=True), sum(told)


def matching(wanted: re.Pattern[str], texts: Iterable[Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """bool[n]: which texts match."""
    return np.array([isinstance(text, str) and find(wanted, text) is not None for text in texts], dtype=bool)


def command_hits(wanted: re.Pattern[str], rows: pd.DataFrame) -> pd.DataFrame:
    """Hits in the text of commands."""
    missed = [", ".join(m for m in str(marks).split(", ") if m in HIDDEN) for marks in rows["marks"]]
    return hit_rows(wanted, rows, "command", ["command"] * len(rows), list(rows["ref"]), missed)


def line_hits(wanted: re.Pattern[str], rows: pd.DataFrame) -> pd.DataFrame:
    """Hits on the screen; `where` says how the line left it, or that a command was edited there."""
    left = rows["left"].replace("visible", "screen")
    where = ["editing" if edited else how for edited, how in zip(rows["edited"], left, strict=True)]
    refs = [
        f"{session}/{channel}/o:{offset}-{offset}"
        for session, channel, offset in zip(rows["session"], rows["channel"], rows["offset"], strict=True)
    ]
    return hit_rows(wanted, rows, "text", where, refs, list(rows["missed"]))


def file_hits(wanted: re.Pattern[str], rows: pd.DataFrame) -> pd.DataFrame:
    """Hits in the names of files that passed, or to which something was done; these have no ref."""
    named = rows[["operation", "path", "to", "attributes", "details"]].fillna("").astype(str)
    names = named["path"] + " " + named["to"] + " " + named["attributes"] + " " + named["details"]
    texts = (named["operation"] + " " + names).str.strip()
    found = rows.assign(text=texts)[matching(wanted, names)]
    empty = [""] * len(found)
    return hit_rows(wanted, found, "text", ["file"] * len(found), empty, empty)


def session_hits(wanted: re.Pattern[str], facts: Mapping[str, Any], texts: Iterable[str]) -> pd.DataFrame:
    """Hits in what is told of the session as a whole; `facts` are columns that the hits copy."""
    found = [text for text in texts if find(wanted, text) is not None]
    rows = pd.DataFrame({name: [value] * len(found) for name, value in facts.items()} | {"text": found})
    empty = [""] * len(found)
    return hit_rows(wanted, rows, "text", ["session"] * len(found), empty, empty)


HIDDEN = ("line-hidden", "output-hidden")  # marks of detect/ that say how a command could be missed


def hit_rows(
    wanted: re.Pattern[str],
    rows: pd.DataFrame,
    text: str,
    where: list[str],
    refs: list[str],
    missed: list[str],
) -> pd.DataFrame:
    """Rows of `commands` or `lines` as rows of `hits`."""
    found = [find(wanted, value) for value in rows[text]]
    data: dict[str, Any] = {
        name: rows[name].tolist() for name in ("session", "recording", "channel", "start")
    }
    data |= {name: rows[name].tolist() for name in ("start_utc", "visible", "person") if name in rows}
    data |= {"where": where, "text": rows[text].tolist(), "ref": refs, "missed": missed}
    return conform(data | {"match": [m or "" for m in found]}, "hits")
