"""Tables for people and for programs: text for a terminal, exact JSON, CSV that no spreadsheet runs.

People get visible escapes instead of control characters, also through a pipe. JSON keeps every character
as it is. CSV is UTF-8 with a byte order mark, and no cell starts a formula
(OWASP, "CSV Injection": a leading `= + - @` or tab gets an apostrophe).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
from wcwidth import wcswidth

from sessionlens.times import format_elapsed, format_instant, format_utc
from sessionlens.visible import visible

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
GAP = "  "


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """One JSON object per row: elapsed times in seconds, instants in ISO 8601 (ms, Z), missing as null."""
    plain = {name: [plain_value(v) for v in table[name]] for name in table.columns}
    return [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]


def plain_value(value: Any) -> Any:
    """One cell as JSON knows it."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, pd.Timedelta):
        return value.value / 1e9
    if isinstance(value, pd.Timestamp):
        return format_utc(value.value)
    return value.item() if hasattr(value, "item") else value


def to_json(table: pd.DataFrame) -> str:
    """The table as a JSON list of objects, a row a line; lone surrogates and all controls are escaped."""
    rows = (json.dumps(row, ensure_ascii=True) for row in records(table))
    return "[" + ",\n ".join(rows) + "]"


def to_csv(table: pd.DataFrame) -> str:
    """The table as CSV text that opens with a byte order mark (write it as UTF-8)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    for row in records(table):
        writer.writerow([csv_cell(value) for value in row.values()])
    return "\ufeff" + out.getvalue()


def csv_cell(value: Any) -> Any:
    """A cell that a spreadsheet shows and does not run."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    safe = value.encode("utf-8", "backslashreplace").decode("utf-8")
    return "'" + safe if safe.startswith(FORMULA) else safe


def to_text(table: pd.DataFrame, columns: Sequence[str], width: int | None = None) -> str:
    """The named columns as an aligned text table; the last column is cut at `width` cells, with `…`."""
    heads = [name.replace("_", " ") for name in columns]
    body = [[shown(v) for v in row] for row in table[list(columns)].itertuples(index=False)]
    widths = [max([cells(r[i]) for r in body] + [cells(heads[i])]) for i in range(len(heads))]
    return "\n".join(line(row, widths, width) for row in [heads, *body])


def worth_showing(table: pd.DataFrame, column: str) -> bool:
    """Whether a column says anything at all in this table."""
    return bool((table[column].notna() & (table[column].astype("string") != "")).any())


def shown(value: Any) -> str:
    """One cell for people."""
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, pd.Timedelta):
        return format_elapsed(value.value)
    if isinstance(value, pd.Timestamp):
        return format_instant(value.value)
    return visible(str(value))


def line(row: list[str], widths: list[int], width: int | None) -> str:
    """One row, padded by terminal cells, cut to the width."""
    text = GAP.join(cell + " " * (w - cells(cell)) for cell, w in zip(row, widths, strict=True)).rstrip()
    if width is None or cells(text) <= width:
        return text
    while cells(text) > width - 1:
        text = text[: max(0, len(text) - max(1, (cells(text) - width) // 2))]
    return text + "…"


def cells(text: str) -> int:
    """How many terminal cells a visible text takes."""
    return len(text) if text.isascii() else max(wcswidth(text), 0)
