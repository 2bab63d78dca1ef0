"""What was selected, as files in a folder: tables, clips, a report. Each goes through the mask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

import sessionlens
from sessionlens.errors import UsageError
from sessionlens.session import Session
from sessionlens.session.clipping import MOST
from sessionlens.session.exporting import Opener, export
from sessionlens.session.masking import Masking
from sessionlens.tables.html import html_table
from sessionlens.visible import visible

APART = pd.Timedelta(5, "s")  # hits that lie closer than that are one clip
FORMATS = ("xlsx", "csv")


class Written(tuple[Any, ...]):
    """What was written, each with its `path`; for people, a line a file."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(visible(str(each)) for each in self) or "nothing was written"

    def _repr_html_(self) -> str:
        folders = {each.path.parent for each in self}
        said = f"{len(self)} file{'s' * (len(self) != 1)} in {', '.join(sorted(map(str, folders)))}"
        rows = [(each.path.name, str(each).removeprefix(str(each.path)).lstrip(":, ")) for each in self]
        return html_table(("file", "what it holds, what was masked"), rows, caption=said)


def usual_format() -> str:
    """The format of tables where none is named: `.xlsx` where it can be written."""
    return FORMATS[0] if find_spec("xlsxwriter") else FORMATS[1]


def write_tables(
    folder: Path, tables: Mapping[str, pd.DataFrame], form: str, mask: Masking, opener: Opener
) -> Iterator[Any]:
    """One file a table; what was written, one after the other. Raises UsageError for another format."""
    if form not in FORMATS:
        raise UsageError(f"{form!r} is no format of tables: {', '.join(FORMATS)}")
    for name, table in tables.items():
        yield export(table, folder / f"{name}.{form}", mask, opener=opener)


def write_clips(folder: Path, hits: pd.DataFrame, mask: Masking, opener: Opener) -> Iterator[Any]:
    """A video of each hit that has a time; of hits that lie close together, one. Raises UsageError for more
    than 50.
    """
    places = apart(hits)
    if len(places) > MOST:
        raise UsageError(f"{len(places)} clips: select the hits that matter, {MOST} at most")
    for n, (_, row) in enumerate(places.iterrows(), 1):
        path = folder / f"clip-{n:02d}-{row['session']}.mp4"
        yield opener(row["recording"]).render(path, clip=row, mask=mask)


def write_report(folder: Path, sessions: list[Session], asked: Mapping[str, Any], mask: Masking) -> Any:
    """The report over these sessions, of what was asked."""
    return sessionlens.report(sessions, folder / "report.html", mask=mask, **asked)


def apart(hits: pd.DataFrame) -> pd.DataFrame:
    """The hits of which each is a clip of its own."""
    timed = pd.DataFrame(hits)[hits["start"].notna() & (hits["where"] != "session")]
    order = timed.sort_values(["session", "channel", "start"], kind="stable")
    kept: list[Any] = []
    last: tuple[Any, Any, pd.Timedelta] | None = None
    for label, row in order.iterrows():
        here = (row["session"], row["channel"], row["start"])
        if last is None or here[:2] != last[:2] or here[2] - last[2] >= APART:
            kept.append(label)
            last = here
    return timed.loc[kept]
