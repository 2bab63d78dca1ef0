"""Times: understood as people write them, integers all the way."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.errors import UsageError
from sessionlens.times import format_elapsed, format_utc, parse_time

MOMENT = 1_795_338_843_123_456_789  # 2026-11-22T09:14:03.123456789Z


@pytest.mark.parametrize(
    ("value", "ns"),
    [
        ("00:03:12", 192 * 10**9),
        ("3:12", 192 * 10**9),
        ("192", 192 * 10**9),
        ("192.5", 192_500_000_000),
        ("0.1", 100_000_000),
        ("0.000000001", 1),
        ("3m12s", 192 * 10**9),
        ("1h", 3600 * 10**9),
        ("1h 2m 3.25s", 3_723_250_000_000),
        ("100:00:00", 360_000 * 10**9),
        ("-1.5", -1_500_000_000),
        (" 5 ", 5 * 10**9),
        (7, 7 * 10**9),
        (0.1, 100_000_000),
        (1e-9, 1),
        (timedelta(minutes=3, microseconds=1), 180_000_001_000),
        (pd.Timedelta(1, "ns"), 1),
        (pd.Timedelta(-1, "ns"), -1),
        (pd.Series([4]).iloc[0], 4 * 10**9),
    ],
)
def test_elapsed_time_is_exact(value: Any, ns: int) -> None:
    assert parse_time(value) == ns


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-22T09:14:03.123456789Z",
        "2026-11-22 14:44:03.123456789+05:30",
        "2026-11-22T09:14:03.123456789",
        pd.Timestamp(MOMENT, unit="ns", tz="UTC"),
        pd.Timestamp(MOMENT, unit="ns"),
    ],
)
def test_wall_clock_time_is_exact_and_in_utc_without_a_zone(value: Any) -> None:
    assert parse_time(value, 0) == MOMENT


def test_dates_and_datetimes() -> None:
    midnight = parse_time("2026-11-22", 0)
    assert parse_time(date(2026, 11, 22), 0) == midnight
    assert parse_time(datetime(2026, 11, 22), 0) == midnight
    assert parse_time(datetime(2026, 11, 22, 5, 30, tzinfo=timezone(timedelta(hours=5.5))), 0) == midnight
    assert parse_time("2026-11-22T09:14", 0) == midnight + (9 * 60 + 14) * 60 * 10**9


def test_any_form_counts_from_the_start_of_a_recording() -> None:
    assert parse_time("3:12", None) == 192 * 10**9
    assert parse_time("2026-11-22T09:14:04.123456789Z", MOMENT) == 10**9
    with pytest.raises(UsageError, match="does not say when it began"):
        parse_time("2026-11-22T09:14:04Z", None)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "12:61:xx",
        "2026-13-01",
        "2026-11-22T25:00:00Z",
        None,
        True,
        float("nan"),
        float("inf"),
        [],
        b"1",
    ],
)
def test_what_is_no_time_is_a_clear_error(value: Any) -> None:
    with pytest.raises(UsageError, match="is not a time"):
        parse_time(value)


def test_times_are_cut_and_never_rounded_up() -> None:
    assert format_elapsed(192_999_999_999) == "00:03:12.999"
    assert format_elapsed(0) == "00:00:00.000"
    assert format_elapsed(400_000 * 10**9) == "111:06:40.000"
    assert format_elapsed(-1_500_000_000) == "-00:00:01.500"
    assert format_utc(MOMENT) == "2026-11-22T09:14:03.123Z"
    assert format_utc(999_999) == "1970-01-01T00:00:00.000Z"


@given(st.integers(0, 10**17))
def test_what_is_written_is_read_back(ns: int) -> None:
    assert parse_time(format_elapsed(ns)) == ns // 1_000_000 * 1_000_000
    assert parse_time(format_utc(ns), 0) == ns // 1_000_000 * 1_000_000


@given(st.text())
def test_no_text_is_anything_but_a_time_or_a_usage_error(text: str) -> None:
    try:
        parse_time(text, 0)
    except UsageError:
        return
