"""A table of ours as a pandas Styler: what people look at, and no more rows than a page takes.

Jinja2, which pandas needs for it, comes with JupyterLab.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import pandas as pd

from sessionlens.errors import UsageError
from sessionlens.tables.cells import formatter, narrow, player, time_column
from sessionlens.tables.html import NO_MATH, html_safe
from sessionlens.tables.output import shown, worth_showing

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


def styled(table: pd.DataFrame, most: int = 200) -> Styler:
    """The first `most` rows. Columns for programs and those that say nothing in this table are hidden, one
    that says the same in all rows stands above them; text is escaped, a text of many lines is cut and says
    so. Raises UsageError where Jinja2 is missing.
    """
    rows = pd.DataFrame(table).head(most)
    if not rows.index.is_unique:
        rows = rows.reset_index(drop=True)
    rows = rows.set_axis(_renamed(rows.index), axis="index").set_axis(_renamed(rows.columns), axis="columns")
    style = styler(rows)
    style = style.format({name: formatter(str(name)) for name in rows.columns})
    time = time_column(rows.columns)
    if time is not None and "session" in rows:
        for session in rows["session"].dropna().unique():
            own = (rows["session"] == session).fillna(False).astype(bool)
            style = style.format({time: player(session)}, subset=(own, [time]))
    style = style.format_index(_label).format_index(_label, axis=1)
    seen = [name for name in rows.columns if _looked_at(rows, name)]
    same = [name for name in seen if name not in ALWAYS and _is_constant(rows[name])]
    seen = [name for name in seen if name not in same]
    style = style.hide([name for name in rows.columns if name not in seen], axis=1)
    short: dict[Any, Any] = {
        seen[at]: [{"selector": "td", "props": "white-space:pre"}] for at in narrow(rows, seen)
    }
    style = style.set_table_styles(short, overwrite=False)
    said = [f"{_label(name)}: {_label(rows[name].iloc[0])}" for name in same]
    cut = [f"the first {len(rows):,} of {len(table):,} rows"] if len(table) > len(rows) else []
    return style.set_caption(" · ".join([*said, *cut])) if said or cut else style


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
