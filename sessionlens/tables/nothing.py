"""An empty table that says what was looked at: "Empty DataFrame" reads as if something had gone wrong.

It is a DataFrame with all its columns and dtypes; whatever is made of it is a plain one.
"""

from __future__ import annotations

import pandas as pd

from sessionlens.tables.html import html_line


class Nothing(pd.DataFrame):
    """A table without rows; `said` is what it shows instead of them."""

    _metadata = ["said"]  # noqa: RUF012 (pandas' own interface)
    said: str

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame

    def __repr__(self) -> str:
        return self.said

    def _repr_html_(self) -> str:
        return html_line(self.said)


def or_nothing(table: pd.DataFrame, said: str) -> pd.DataFrame:
    """The table, if it has rows."""
    if len(table):
        return table
    empty = Nothing(table)
    empty.said = said
    return empty
