"""A case at a glance: how many sessions, whose, from when to when, and what could not be opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sessionlens.catalog.search import count, some
from sessionlens.recording import Info
from sessionlens.tables.html import DOUBT, html_badge, html_table
from sessionlens.times import format_instant


def html_glance(root: str, infos: Sequence[Info], unreadable: Mapping[str, str]) -> str:
    """For a notebook; `unreadable` has path and reason."""
    starts = sorted(info.started_ns for info in infos if info.started_ns is not None)
    persons = sorted({info.person for info in infos if info.person is not None})
    lost = tuple(f"{path}: {why}" for path, why in unreadable.items())
    said = {
        "folder": root,
        "persons": f"{len(persons):,}: {some(tuple(persons), 10)}" if persons else "",
        "first": format_instant(starts[0]) if starts else "",
        "last": format_instant(starts[-1]) if starts else "",
        "unreadable": some(lost, 3),
    }
    badge = (
        " " + html_badge("◆", f"{count(len(lost), 'recording')} could not be opened", DOUBT) if lost else ""
    )
    rows = [(name, text) for name, text in said.items() if text]
    return f"<div><b>Corpus of {count(len(infos), 'session')}</b>{badge}</div>{html_table([], rows)}"
