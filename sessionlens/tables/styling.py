"""A table of ours as a pandas Styler: what people look at, and no more rows than a page takes.

Jinja2, which pandas needs for it, comes with JupyterLab.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from sessionlens.errors import UsageError
from sessionlens.tables.cells import TIMES, formatter, narrow, player, time_column
from sessionlens.tables.html import NO_MATH, html_safe
from sessionlens.tables.output import shown, worth_showing
from sessionlens.visible import visible

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

FOR_PROGRAMS = frozenset(
    {"recording", "ref", "channel", "offset", "size", "length", "taken", "end", "end_utc", "output_bytes"}
    | {
        "source",
        "language",
        "typed",
        "fullscreen",
        "opened",
        "hidden",
        "key",
        "sealed_for",
        "method",
        "actor",
    }
    | {"hashed", "unhashed", "copy", "client", "acknowledged", "format", "input"}
)
CELLS = "text-align:left;vertical-align:top;white-space:pre-wrap;font-family:monospace"
HEADS = "text-align:left;vertical-align:top;white-space:nowrap"
CAPTION = "text-align:left;caption-side:top;white-space:pre-wrap;font-family:monospace"
ALWAYS = frozenset(  # columns that are looked at also where all rows have the same
    {"n", "command", "output", "text", "start", "t", "time", "severity", "confidence", "mark", "marks", "why"}
    | {"exit_code", "match", "path", "result", "session", "tag", "note"}
)
FIRST = (
    "session",
    "n",
    *TIMES,
    "severity",
    "mark",
    "marks",
    "kind",
    "where",
    "command",
    "match",
    "text",
    "why",
)
LAST = ("start_utc", "t_utc", "output")  # said already, or wide: a screen may end before


def styled(table: pd.DataFrame, most: int = 200, columns: Sequence[str] | None = None) -> Styler:
    """The first `most` rows. Columns for programs and those that say nothing in this table are hidden, one
    that says the same in all rows stands above them, and what is looked at first stands first; `columns` are
    shown as they are named. Text is escaped, a text of many lines is cut and says so. A time is a link where
    the table has `session`. Raises UsageError for columns that are not there and where Jinja2 is missing.
    """
    check_columns(table, columns)
    rows = pd.DataFrame(table).head(most)
    if not rows.index.is_unique:
        rows = rows.reset_index(drop=True)
    rows = rows.set_axis(_renamed(rows.index), axis="index").set_axis(_renamed(rows.columns), axis="columns")
    seen, same = (list(columns), []) if columns is not None else _chosen(rows)
    rows = rows[[*seen, *(name for name in rows.columns if name not in seen)]]
    style = styler(rows)
    style = style.format({name: formatter(str(name)) for name in rows.columns})
    time = time_column(rows.columns)
    if time is not None and "session" in rows:
        for session in rows["session"].dropna().unique():
            own = (rows["session"] == session).fillna(False).astype(bool)
            style = style.format({time: player(session)}, subset=(own, [time]))
    style = style.format_index(_label).format_index(_label, axis=1)
    style = style.hide([name for name in rows.columns if name not in seen], axis=1)
    short: dict[Any, Any] = {
        seen[at]: [{"selector": "td", "props": "white-space:pre"}] for at in narrow(rows, seen)
    }
    style = style.set_table_styles(short, overwrite=False)
    said = [f"{_label(name)}: {_label(rows[name].iloc[0])}" for name in same]
    cut = [f"the first {len(rows):,} of {len(table):,} rows"] if len(table) > len(rows) else []
    return style.set_caption(" · ".join([*said, *cut])) if said or cut else style


def check_columns(table: pd.DataFrame, columns: Sequence[str] | None) -> None:
    """Raises UsageError for a column that the table has not, or that is named twice."""
    if isinstance(columns, str):
        raise UsageError(f"columns={columns!r}: say a list, columns=[{columns!r}]")
    wanted = list(columns or ())
    if lacking := [visible(str(name)) for name in wanted if name not in table.columns]:
        there = ", ".join(visible(str(name)) for name in table.columns)
        raise UsageError(f"the table has no column {', '.join(lacking)}: it has {there}")
    if len(set(wanted)) < len(wanted):
        raise UsageError("columns: each of them once")


def in_order(names: Iterable[Any]) -> list[Any]:
    """What is looked at first stands first, what is wide last."""
    given = list(names)
    first, last = ([name for name in some if name in given] for some in (FIRST, LAST))
    return [*first, *(name for name in given if name not in FIRST + LAST), *last]


def _renamed(labels: pd.Index[Any]) -> pd.Index[Any]:
    """Labels whose own names are safe: a Styler formats all but these."""
    return labels.set_names([None if name is None else _label(name) for name in labels.names])


def styler(rows: pd.DataFrame) -> Styler:
    """An empty Styler; the same rows have the same ids, so that a notebook that ran again is the same."""
    try:
        from pandas.io.formats.style import Styler
    except ImportError:
        raise UsageError(
            "a Styler needs Jinja2, which is not installed: pip install jinja2 (JupyterLab brings it)"
        ) from None
    mark = zlib.crc32(rows.to_csv().encode("utf-8", "backslashreplace"))
    style = Styler(rows, uuid=f"sl{mark:08x}", cell_ids=False, table_attributes=f'class="{NO_MATH}"')
    for part, props in (("th", HEADS), ("td", CELLS), ("caption", CAPTION)):
        style = style.set_table_styles([{"selector": part, "props": props}], overwrite=False)
    return style


def _chosen(rows: pd.DataFrame) -> tuple[list[Any], list[Any]]:
    """The columns that are shown, in their order, and those that say the same in all rows."""
    seen = [name for name in in_order(rows.columns) if _looked_at(rows, name)]
    same = [name for name in seen if name not in ALWAYS and _is_constant(rows[name])]
    return [name for name in seen if name not in same], same


def _looked_at(rows: pd.DataFrame, name: Any) -> bool:
    """Whether people look at this column; session and channel only where there are several."""
    if name in ("session", "channel") and len(rows):
        return bool(rows[name].nunique() > 1) or time_column(rows.columns) == name
    return name not in FOR_PROGRAMS and (not len(rows) or worth_showing(rows, name))


def _is_constant(column: pd.Series[Any]) -> bool:
    """Whether it says the same in all of several rows."""
    return len(column) > 1 and bool(column.notna().all()) and column.nunique() == 1


def _label(value: Any) -> str:
    return html_safe(shown(value))
