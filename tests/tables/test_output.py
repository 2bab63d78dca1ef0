"""What people, programs and spreadsheets get."""

from __future__ import annotations

import csv
import io
import json
import unicodedata

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.tables.output import to_csv, to_json, to_text
from sessionlens.tables.schema import conform

HOSTILE = "rm\x1b[2J\u202e -rf\n=1+1 \U0001f600\udc80"


def table(text: str = HOSTILE) -> pd.DataFrame:
    data = {"session": ["0123abcd"], "command": [text], "start": [1_500_000_000], "n": [1]}
    return conform(data, "commands")


def test_people_get_visible_escapes() -> None:
    text = to_text(table(), ["n", "start", "command"])
    assert "\\x1b[2J\\u202e -rf\\n=1+1" in text
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in text.replace("\n", ""))


def test_json_is_exact() -> None:
    (row,) = json.loads(to_json(table()))
    assert row["command"] == HOSTILE
    assert row["start"] == 1.5
    assert row["exit_code"] is None
    assert row["n"] == 1


@given(st.text())
def test_json_holds_any_text(text: str) -> None:
    assert json.loads(to_json(table(text)))[0]["command"] == text


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_no_csv_cell_starts_a_formula(text: str) -> None:
    out = to_csv(table(text))
    assert out.startswith("\ufeff")
    (row,) = csv.DictReader(io.StringIO(out.removeprefix("\ufeff"), newline=""))
    assert row["command"] == "'" + text


def test_csv_can_be_encoded_whatever_was_recorded() -> None:
    assert b"-rf" in to_csv(table()).encode("utf-8")


@given(st.text(max_size=80), st.integers(min_value=10, max_value=60))
def test_a_width_is_kept(text: str, width: int) -> None:
    from wcwidth import wcswidth

    assert all(wcswidth(line) <= width for line in to_text(table(text), ["n", "command"], width).split("\n"))


def test_empty_tables_print_their_heads() -> None:
    assert to_text(conform({}, "commands"), ["n", "command"]) == "n  command"
    assert to_json(conform({}, "commands")) == "[]"
