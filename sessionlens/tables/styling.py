"""A table of ours as a pandas Styler: what people look at, and no more rows than a page takes.

Jinja2, which pandas needs for it, comes with JupyterLab.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import pandas as pd

from sessionlens.errors import UsageError
from sessionlens.tables.cells import formatter, player, time_column
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
HEADS = "text-align:left;vertical-align:bottom;white-space:nowrap"


def styled(table: pd.DataFrame, most: int = 200) -> Styler:
    """The first `most` rows. Columns for programs and those that say nothing in this table are hidden, text
    is escaped, a text of many lines is cut and says so. Raises UsageError where Jinja2 is missing.
    """
    rows = pd.DataFrame(table).head(most)
    if not rows.index.is_unique:
        rows = rows.reset_index(drop=True)
    style = styler(rows)
    style = style.format({name: formatter(str(name)) for name in rows.columns})
    time = time_column(rows.columns)
    if time is not None and "session" in rows:
        for session in rows["session"].dropna().unique():
            own = (rows["session"] == session).fillna(False).astype(bool)
            style = style.format({time: player(session)}, subset=(own, [time]))
    style = style.format_index(_label).format_index(_label, axis=1)
    style = style.hide([name for name in rows.columns if not _looked_at(rows, name)], axis=1)
    if len(table) > len(rows):
        style = style.set_caption(f"the first {len(rows):,} of {len(table):,} rows")
    return style


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
    for part, props in (("th", HEADS), ("td", CELLS), ("caption", "text-align:left;caption-side:top")):
        style = style.set_table_styles([{"selector": part, "props": props}], overwrite=False)
    return style


def _looked_at(rows: pd.DataFrame, name: Any) -> bool:
    """Whether people look at this column; session and channel only where there are several."""
    if name in ("session", "channel") and len(rows):
        return bool(rows[name].nunique() > 1) or time_column(rows.columns) == name
    return name not in FOR_PROGRAMS and (not len(rows) or worth_showing(rows, name))


def _label(value: Any) -> str:
    return html_safe(shown(value))
