"""A cell of our tables as HTML: severity and confidence as words with a colour and a shape, times that play.

A time is a link `#sessionlens=<session>@<seconds>`; the player of that session, where one is open in the
page, catches the click and goes there. Without a player the link does nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from sessionlens.tables.html import BAD, DOUBT, GOOD, PLAIN, html_badge, html_safe
from sessionlens.tables.output import shown

BADGES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "severity": {"high": ("▲", BAD), "medium": ("◆", DOUBT), "low": ("●", PLAIN)},
    "confidence": {"high": ("●●●", GOOD), "medium": ("●●○", DOUBT), "low": ("●○○", BAD)},
}
LINES, CHARACTERS = 8, 800  # of a text; what is left out is counted
TIMES = ("start", "t", "time")
NARROW = 24  # characters
KEPT = "white-space:pre-wrap;font-family:monospace"
BLOCK = "display:inline-block;min-width:32em;text-align:left;"  # lines are not squeezed
START = pd.Timedelta(0)
_SESSION = re.compile(r"[0-9a-f]{8}")
_HINT = "play from here; run s.play() of this session first"


def formatter(name: str) -> Callable[[Any], str]:
    """What makes HTML of the values of this column."""
    badges = BADGES.get(name, {})

    def cell(value: Any) -> str:
        if isinstance(value, str) and value in badges:
            shape, colour = badges[value]
            return html_badge(shape, value, colour)
        return laid_out(short(value)) if isinstance(value, str) else html_safe(shown(value))

    return cell


def laid_out(text: str) -> str:
    """Text whose blanks and lines stay where they are, also where a notebook is not trusted."""
    html = html_safe(text)
    if "\n" in text:
        return f"<span style='{BLOCK}{KEPT}'>{html}</span>"
    return f"<span style='{KEPT}'>{html}</span>" if "  " in text else html


def time_column(names: Collection[str]) -> str | None:
    """The column whose cells play: a time, or of a table of sessions the session."""
    return next((name for name in (*TIMES, "session") if name in names), None)


def player(session: Any) -> Callable[[Any], str]:
    """What makes links into this session of times, and of its id."""
    known = isinstance(session, str) and _SESSION.fullmatch(session)

    def cell(value: Any) -> str:
        text = html_safe(shown(value))
        time = value if isinstance(value, pd.Timedelta) else START if isinstance(value, str) else None
        if not known or time is None or not time >= START:
            return text
        return f'<a href="#sessionlens={session}@{seconds(time.value)}" title="{_HINT}">▶&nbsp;{text}</a>'

    return cell


def seconds(ns: int) -> str:
    """Nanoseconds as seconds, exactly, without zeros at the end."""
    whole, fraction = divmod(ns, 1_000_000_000)
    return f"{whole}.{fraction:09d}".rstrip("0").rstrip(".")


def short(text: str) -> str:
    """The first lines of a text, and how much is not shown."""
    cut = "\n".join(text.split("\n")[:LINES])[:CHARACTERS]
    rest = len(text) - len(cut)
    return f"{cut}\n… {rest:,} more characters" if rest > 0 else text


def narrow(table: pd.DataFrame, columns: Sequence[str]) -> list[int]:
    """Which of these columns have short cells alone: they stay on one line, and the others get the room."""
    return [at for at, name in enumerate(columns) if all(map(_is_short, table[name]))]


def _is_short(value: Any) -> bool:
    text = value if isinstance(value, str) else shown(value)
    return len(text) <= NARROW and "\n" not in text


def rows_as_html(table: pd.DataFrame, columns: Collection[str]) -> list[list[str]]:
    """The cells of these columns, row by row."""
    plain = {name: [*map(formatter(name), table[name])] for name in columns}
    time = time_column(columns)
    if time is not None and "session" in table:
        pairs = zip(table["session"], table[time], strict=True)
        plain[time] = [player(session)(value) for session, value in pairs]
    return [list(row) for row in zip(*plain.values(), strict=True)]
