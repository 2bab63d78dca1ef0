"""Which rows of commands and hits are the exhibits of a report, each place once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import pandas as pd

from sessionlens.catalog.search import Hits, matching, pattern
from sessionlens.reporting import Exhibit
from sessionlens.session.exhibits import Dossier, rows_of

Files: TypeAlias = Mapping[str, Dossier]  # by the path of the recording
STARTS = "The command starts what was asked for."
ON_SCREEN = frozenset({"screen", "scrolled", "cleared", "overwritten", "erased", "switched"})
HAS = "The text that was asked for stands here."


def marked_ones(commands: pd.DataFrame, files: Files) -> list[Exhibit]:
    """The commands that carry marks."""
    rows = rows_of(commands[commands["marks"] != ""])
    return [files[r["recording"]].command(r, f"It carries the marks: {r['marks']}.", (), False) for r in rows]


def started(commands: pd.DataFrame, text: str | None, files: Files) -> list[Exhibit]:
    """The commands that start what was asked for; of them those that have this text."""
    if text is not None:
        commands = commands[matching(pattern(text), commands["command"])]
    return [files[row["recording"]].command(row, STARTS, (), True) for row in rows_of(commands)]


def found_in(commands: pd.DataFrame, started: pd.DataFrame, hits: Hits, files: Files) -> list[Exhibit]:
    """The commands that start what was asked for, then where else the text stands, each in order of time."""
    ran = list(rows_of(started))
    others = with_text(commands, hits, {_key(r) for r in ran})
    lines = list(rows_of(pd.DataFrame(hits[hits["where"] != "command"])))
    own, rest = apart([*ran, *others], lines, begins(commands))
    return [
        *(files[r["recording"]].command(r, STARTS, own.get(_key(r), ()), True) for r in ran),
        *(files[r["recording"]].command(r, HAS, own.get(_key(r), ()), False) for r in others),
        *(files[r["recording"]].line(r, HAS) for r in rest),
    ]


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["recording"], row["ref"]


def with_text(commands: pd.DataFrame, hits: Hits, known: set[tuple[str, str]]) -> list[dict[str, Any]]:
    """The rows of `commands` that have the text and are not among the known ones."""
    named = hits.loc[hits["where"] == "command", ["recording", "ref"]]
    wanted = set(named.itertuples(index=False, name=None)) - known
    return [row for row in rows_of(commands) if _key(row) in wanted]


def begins(commands: pd.DataFrame) -> dict[tuple[str, str], pd.Timedelta]:
    """Since when a line can be that of each command: since the command before it ended, or had its line."""
    found = {}
    for _, own in commands.groupby(["recording", "channel"], sort=False):
        since = end = pd.Timedelta(-1, "ns")
        for row in rows_of(own.sort_values("taken", kind="stable")):
            found[_key(row)] = end if end <= row["start"] else since
            since, end = row["taken"], row["end"]
    return found


def apart(
    commands: Sequence[dict[str, Any]],
    lines: Sequence[dict[str, Any]],
    since: Mapping[tuple[str, str], pd.Timedelta],
) -> tuple[dict[tuple[str, str], list[dict[str, Any]]], list[dict[str, Any]]]:
    """Lines (in order of time) that show one of these commands as typed, by the command; and all others.

    A line that ends so and stood there before (`since`) or came later was printed, and is another place; but
    for one that is the same to the letter as that of the command: it was shown again.
    """
    by_channel: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in commands:
        by_channel.setdefault((row["recording"], row["channel"]), []).append(row)
    own: dict[tuple[str, str], list[dict[str, Any]]] = {}
    rest, typed = [], dict[tuple[str, int, str], tuple[str, str]]()
    for line in lines:
        place = line["recording"], line["channel"]
        near = by_channel.get(place, []) if line["where"] in ON_SCREEN else []
        shown = line["text"].rstrip()
        ends = [row for row in near if row["command"] and shown.endswith(row["command"])]
        taking = [row for row in ends if since[_key(row)] < line["start"] <= row["taken"]]
        if taking:
            typed[*place, shown] = _key(taking[-1])
        if ends and (key := typed.get((*place, shown))):
            own.setdefault(key, []).append(line)
        else:
            rest.append(line)
    return own, rest
