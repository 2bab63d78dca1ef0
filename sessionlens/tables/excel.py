"""A table as cells that Excel reads: instants in UTC, durations, numbers, and text that is never a formula.

Excel knows no time zones, so the names of the columns say UTC (`start_utc`), and it counts in milliseconds:
what is finer is cut. What Excel cannot hold as it is (a negative duration, a number of more than 15 digits,
an instant before 1900) is text; a text of more than 32,767 characters is cut, says so, and is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from sessionlens.errors import UsageError
from sessionlens.tables.output import csv_cell
from sessionlens.times import format_elapsed, format_utc
from sessionlens.visible import visible

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

MILLISECOND = 1_000_000
DAY = 86_400_000  # ms
EPOCH_1900 = pd.Timestamp("1900-03-01", tz="UTC").value  # before it, Excel's calendar is wrong by a day
MOST_ROWS = 1_048_576
MOST_CHARACTERS = 32_767
EXACT = 10**15
INSTANTS, DURATIONS = "yyyy-mm-dd hh:mm:ss.000", "[h]:mm:ss.000"
WIDTHS = {"command": 48, "output": 60, "text": 60, "why": 48, "recording": 30}


def heads(table: pd.DataFrame) -> list[str]:
    """The names of the columns; that of an instant ends in `_utc`."""
    instant = [isinstance(dtype, pd.DatetimeTZDtype) for dtype in table.dtypes]
    names = [str(name) for name in table.columns]
    return [
        name if not utc or name.endswith("_utc") else f"{name}_utc"
        for name, utc in zip(names, instant, strict=True)
    ]


def csv_value(value: Any) -> Any:
    """A cell of a CSV file that Excel reads as the time that it is."""
    if isinstance(value, pd.Timedelta):
        return format_elapsed(value.value)
    if isinstance(value, pd.Timestamp):
        return format_utc(value.value).replace("T", " ").removesuffix("Z")
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    return csv_cell(value.item() if hasattr(value, "item") else value)


class Sheet:
    """One sheet of a workbook: a row that says where the table is from, heads, rows."""

    def __init__(self, book: Workbook, name: str) -> None:
        self.page: Worksheet = book.add_worksheet(name)
        self.cut = 0
        """How many texts were cut."""
        self._head = book.add_format({"bold": True, "bottom": 1})
        self._text = book.add_format({"text_wrap": True, "valign": "top"})
        self._top = book.add_format({"valign": "top"})
        self._instant = book.add_format({"num_format": INSTANTS, "valign": "top"})
        self._duration = book.add_format({"num_format": DURATIONS, "valign": "top"})

    def table(self, table: pd.DataFrame, first: int = 0) -> None:
        """Heads and rows from row `first` on. Raises UsageError for more than Excel has."""
        if len(table) + first + 1 > MOST_ROWS:
            raise UsageError(f"{len(table):,} rows: Excel has {MOST_ROWS:,}; write .csv, or fewer rows")
        for column, name in enumerate(heads(table)):
            self.page.write_string(first, column, visible(name), self._head)
            self.page.set_column(column, column, self._width(name, table))
            for row, value in enumerate(table.iloc[:, column], first + 1):
                self._write(row, column, value)
        self.page.freeze_panes(first + 1, 0)
        if len(table):
            self.page.autofilter(first, 0, first + len(table), len(table.columns) - 1)

    def line(self, row: int, texts: Sequence[str]) -> None:
        """Texts beside each other."""
        for column, text in enumerate(texts):
            self._string(row, column, text, self._top)

    def _width(self, name: str, table: pd.DataFrame) -> int:
        timed = "datetime" in str(table.dtypes.iloc[list(heads(table)).index(name)])
        return WIDTHS.get(name, 24 if timed else max(12, len(name) + 4))

    def _write(self, row: int, column: int, value: Any) -> None:
        if value is None or value is pd.NA or value is pd.NaT or value != value:
            return
        if isinstance(value, pd.Timestamp):
            self._time(row, column, value.value)
        elif isinstance(value, pd.Timedelta):
            ms = value.value // MILLISECOND
            if ms < 0:
                self._string(row, column, format_elapsed(value.value), self._top)
            else:
                self.page.write_number(row, column, ms / DAY, self._duration)
        elif isinstance(value, str):
            self._string(row, column, value, self._text)
        else:
            self._plain(row, column, value.item() if hasattr(value, "item") else value)

    def _time(self, row: int, column: int, ns: int) -> None:
        if ns < EPOCH_1900:
            self._string(row, column, format_utc(ns), self._top)
            return
        moment = pd.Timestamp(ns // MILLISECOND * MILLISECOND).to_pydatetime()
        self.page.write_datetime(row, column, moment, self._instant)

    def _plain(self, row: int, column: int, value: Any) -> None:
        if isinstance(value, bool):
            self.page.write_boolean(row, column, value, self._top)
        elif isinstance(value, int | float) and abs(value) < EXACT:
            self.page.write_number(row, column, value, self._top)
        else:
            self._string(row, column, str(value), self._top)

    def _string(self, row: int, column: int, text: str, form: Any) -> None:
        shown = visible(text, keep="\n\t")
        if len(shown) > MOST_CHARACTERS:
            self.cut += 1
            note = f"… [cut: {len(shown):,} characters, of which Excel holds {MOST_CHARACTERS:,}]"
            shown = shown[: MOST_CHARACTERS - len(note)] + note
        self.page.write_string(row, column, shown, form)
