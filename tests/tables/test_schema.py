"""A table has its columns and dtypes whether it is empty or full."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import sessionlens as sl
from sessionlens.tables.schema import TABLES, conform, join

RECORDED = sorted(set(TABLES) - {"bookmarks"})  # those are an analyst's, of what one player plays


@pytest.mark.parametrize("table", RECORDED)
def test_empty_and_full_tables_agree(table: str) -> None:
    empty = conform({}, table)
    full = conform({"session": ["0123abcd", "0123abcd"], "recording": "x"}, table)
    assert list(empty.columns) == [c.name for c in TABLES[table]]
    assert (empty.dtypes == full.dtypes).all()
    assert (full["recording"] == "x").all()
    assert len(join([empty, full, full], table)) == 4
    assert (join([], table).dtypes == empty.dtypes).all()


@pytest.mark.parametrize("table", RECORDED)
def test_every_column_says_what_it_means(table: str) -> None:
    names = [c.name for c in TABLES[table]]
    assert len(set(names)) == len(names)
    assert {"session", "recording"} <= set(names)
    assert all(len(c.meaning) > 5 for c in TABLES[table])


def test_a_table_of_commands_shows_the_command_first_and_in_a_terminal(root: Path) -> None:
    table = sl.open(root / "fixtures" / "sessions" / "insider").commands
    assert list(table.columns[:4]) == ["n", "command", "start", "output"]
    with pd.option_context("display.width", 80, "display.max_columns", 0):
        assert "rm -rf src/payments" in repr(table)


def test_unknown_columns_are_refused() -> None:
    with pytest.raises(KeyError, match="no column"):
        conform({"colour": ["red"]}, "gaps")


def test_times_keep_their_nanoseconds() -> None:
    frame = conform({"t": [1_000_000_001], "session": ["a"]}, "events")
    assert frame["t"].iloc[0] == pd.Timedelta(1_000_000_001, "ns")


def test_large_numbers_and_missing_values_survive() -> None:
    large = 2**60 + 1
    frame = conform({"offset": [large, None], "t": [large, None], "t_utc": [large, None]}, "events")
    assert frame["offset"].iloc[0] == large
    assert frame["t"].iloc[0].value == large
    assert frame["t_utc"].iloc[0].value == large
    assert frame.isna()[["offset", "t", "t_utc"]].iloc[1].all()
