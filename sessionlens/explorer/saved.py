"""What a notebook that is opened again shows of an explorer: its filters and lists as plain tables.

HTML without script, in the way of the player's poster (docs/decisions/0133): an output of its own, which
hides while the widgets are there. It is part of a file, so what was found goes through the mask of its
recording. The list of sessions, which nobody may have replayed yet, has no texts but names.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

import pandas as pd

from sessionlens.catalog.search import count
from sessionlens.explorer.case import Case
from sessionlens.explorer.lists import named
from sessionlens.masking import Mask, Wanted
from sessionlens.player.poster import hiding
from sessionlens.session.exporting import masked_rows
from sessionlens.tables.cells import narrow, rows_as_html
from sessionlens.tables.html import html_cells, html_line, html_list
from sessionlens.tables.masked import masked_table
from sessionlens.tables.output import worth_showing

MOST = 25  # rows of each list
HOW = "run this cell to explore"
LISTS = {
    "sessions": (
        "start_utc", "person", "account", "target", "recording", "duration", "commands", "findings", "flags",
        "gaps", "session",
    ),
    "hits": ("session", "person", "recording", "start_utc", "start", "where", "match", "text"),
    "tags": ("session", "time", "tag", "note", "author"),
}  # fmt: skip


def saved_html(case: Case, tables: dict[str, pd.DataFrame], live: str) -> str:
    """The output. `tables`: sessions, hits and tags, as they are listed; `live`: a class that the widgets
    have while they are there.
    """
    still = f"sessionlens-still-{live}"
    return f"{hiding(still, live, f'.{live}')}<div class='{still}'>{''.join(parts(case, tables))}</div>"


def parts(case: Case, tables: dict[str, pd.DataFrame]) -> Iterator[str]:
    """What was asked, what was looked at, what there is."""
    listed = f"{count(len(case.chosen), 'session')} of {len(case.all):,} listed"
    yield html_line(f"Explorer · {listed} · {HOW}")
    paths = dict.fromkeys(tables["hits"]["recording"].head(MOST))
    masks = [Mask(Wanted()), *(case.opener(path).mask() for path in paths)]
    yield html_list(reduce(lambda text, mask: mask.text(text), masks, said) for said in case.filters.said())
    if case.found is not None:
        yield html_line(case.found.coverage.sentence(len(case.found)))
    for name, table in tables.items():
        if len(table):
            yield listing(name, table, case)


def listing(name: str, table: pd.DataFrame, case: Case) -> str:
    """The first rows of one list, masked."""
    rows = named(covered(name, pd.DataFrame(table).head(MOST).reset_index(drop=True), case))
    columns = [column for column in LISTS[name] if column in rows and worth_showing(rows, column)]
    more = f", the first {MOST} shown" if len(table) > MOST else ""
    said = f"{count(len(table), name.removesuffix('s'))}{more}"
    heads = [column.replace("_", " ") for column in columns]
    return html_cells(heads, rows_as_html(rows, columns), caption=said, narrow=narrow(rows, columns))


def covered(name: str, rows: pd.DataFrame, case: Case) -> pd.DataFrame:
    """The rows as they may be written: hits and tags by their recordings' masks, where these are here."""
    here = rows["recording"].isin(case.by_path) & (name != "sessions")
    masked, _ = masked_rows(rows[here], True, case.opener)
    plain, _ = masked_table(rows[~here], Mask(Wanted()))
    return pd.concat([masked.set_axis(rows.index[here]), plain]).sort_index()
