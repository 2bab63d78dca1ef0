"""A long list to choose from, a page at a time: rows of text below a head, chosen by mouse or keys.

A native list box: it takes arrows, Shift and type-ahead as people know them, and shows its rows as text, so
that nothing in them can be HTML or a formula. Control and bidi characters are visible escapes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import ipywidgets as widgets
import pandas as pd

from sessionlens.tables.html import html_text
from sessionlens.tables.output import to_text, worth_showing

WIDTH = 160  # characters of a row; the last column is cut
LEAST, SHOWN = 3, 10  # rows of the box


def named(table: pd.DataFrame) -> pd.DataFrame:
    """The rows with the file's name in `recording` where nothing else says what it is: whose and where."""
    if "recording" not in table:
        return table
    told = [name for name in ("person", "target") if name in table]
    nameless = table[told].isna().all(axis=1)
    names = table["recording"].map(lambda path: Path(path).name, na_action="ignore")
    return table.assign(recording=names.where(nameless))


class PagedList:
    """The rows of a table, of which some can be chosen; `changed` is called when others are."""

    def __init__(self, title: str, columns: Sequence[str], page: int, changed: Callable[[], None]) -> None:
        self.title, self.columns, self.page = title, columns, page
        self._table, self._first, self._empty, self._changed = pd.DataFrame(), 0, "", changed
        self.head = widgets.HTML()
        self.box = widgets.SelectMultiple(description=title, rows=SHOWN)
        self.place = widgets.HTML()
        self.back = widgets.Button(description="◀ back", tooltip=f"{title}: the page before")
        self.on = widgets.Button(description="next ▶", tooltip=f"{title}: the next page")
        self.back.on_click(lambda _: self.turn(-1))
        self.on.on_click(lambda _: self.turn(1))
        self.box.observe(lambda _: self._changed(), "index")
        self.pager = widgets.HBox([self.back, self.on, self.place])
        self.widget = widgets.VBox([self.head, self.box, self.pager])
        self.show(self._table)

    @property
    def positions(self) -> list[int]:
        """Which rows of the table are chosen."""
        return [self._first + at for at in self.box.index]

    @property
    def visible(self) -> range:
        """Which rows of the table this page shows."""
        return range(self._first, min(self._first + self.page, len(self._table)))

    def choose(self, positions: Sequence[int]) -> None:
        """Choose rows of the table, and turn to the page of the first of them."""
        if positions:
            self._first = positions[0] // self.page * self.page
            self._fill()
        self.box.index = tuple(at - self._first for at in positions if at in self.visible)

    def show(self, table: pd.DataFrame, empty: str = "") -> None:
        """Other rows, from the first page on; `empty` is said where there are none."""
        self._table, self._first, self._empty = table, 0, empty
        self._fill()

    def turn(self, pages: int) -> None:
        """So many pages on or back."""
        last = max(len(self._table) - 1, 0) // self.page * self.page
        self._first = min(max(self._first + pages * self.page, 0), last)
        self._fill()

    def _fill(self) -> None:
        rows = named(self._table.iloc[self.visible.start : self.visible.stop])
        columns = [name for name in self.columns if name in rows and worth_showing(rows, name)]
        head, *lines = to_text(rows, columns, WIDTH).split("\n") if len(rows) else [self._empty]
        self.head.value = f"<b>{self.title}</b>{html_text(head or ' ')}"
        self.box.options = [(line, at) for at, line in enumerate(lines)]
        self.box.layout.display = "" if lines else "none"
        self.box.rows = min(max(len(lines), LEAST), SHOWN)
        first, last, total = self.visible.start + 1, self.visible.stop, len(self._table)
        self.place.value = f"{first:,} to {last:,} of {total:,}" if total else ""
        self.pager.layout.display = "" if total > self.page else "none"
        self.back.disabled, self.on.disabled = self._first == 0, last >= total
