"""Times: understood as people write them, integers all the way."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.errors import UsageError
from sessionlens.times import (
    elapsed_ns,
    format_elapsed,
    format_local,
    format_utc,
    parse,
    parse_time,
    wall_ns,
)

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
    assert elapsed_ns(value) == ns


@pytest.mark.parametrize(
    ("value", "tz"),
    [
        ("2026-11-22T09:14:03.123456789Z", "UTC"),
        ("2026-11-22 14:44:03.123456789+05:30", "UTC"),
        ("2026-11-22T14:44:03.123456789", "Asia/Kolkata"),
        (pd.Timestamp(MOMENT, unit="ns", tz="UTC"), "UTC"),
        (pd.Timestamp(MOMENT, unit="ns"), "UTC"),
    ],
)
def test_wall_clock_time_is_exact(value: Any, tz: str) -> None:
    assert wall_ns(value, tz) == MOMENT


def test_dates_and_datetimes() -> None:
    midnight = wall_ns("2026-11-22")
    assert wall_ns(date(2026, 11, 22)) == midnight
    assert wall_ns(datetime(2026, 11, 22, 5, 30), "Asia/Kolkata") == midnight
    assert wall_ns(datetime(2026, 11, 22, 5, 30, tzinfo=timezone(timedelta(hours=5.5)))) == midnight
    assert wall_ns("2026-11-22T09:14") == midnight + (9 * 60 + 14) * 60 * 10**9


def test_how_it_was_read_is_said() -> None:
    assert parse("2026-11-22T09:14:03").read_as == "2026-11-22T09:14:03.000Z (no zone given, read in UTC)"
    assert "Asia/Kolkata" in parse("2026-11-22T09:14:03", "Asia/Kolkata").read_as
    assert parse("2026-11-22T09:14:03Z").read_as == "2026-11-22T09:14:03.000Z"
    assert parse("3:12").read_as == "00:03:12.000 after the start"


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
        parse(value)


def test_the_wrong_kind_of_time_is_a_clear_error() -> None:
    with pytest.raises(UsageError, match="wall-clock time where an elapsed"):
        elapsed_ns("2026-11-22")
    with pytest.raises(UsageError, match="has no date"):
        wall_ns("09:14")
    with pytest.raises(UsageError, match="unknown time zone"):
        wall_ns("2026-11-22", "Mars/Olympus")


def test_times_are_cut_and_never_rounded_up() -> None:
    assert format_elapsed(192_999_999_999) == "00:03:12.999"
    assert format_elapsed(0) == "00:00:00.000"
    assert format_elapsed(400_000 * 10**9) == "111:06:40.000"
    assert format_elapsed(-1_500_000_000) == "-00:00:01.500"
    assert format_utc(MOMENT) == "2026-11-22T09:14:03.123Z"
    assert format_local(MOMENT, "Asia/Kolkata") == "2026-11-22T14:44:03.123+05:30"
    assert format_utc(999_999) == "1970-01-01T00:00:00.000Z"


@given(st.integers(0, 10**17))
def test_what_is_written_is_read_back(ns: int) -> None:
    assert elapsed_ns(format_elapsed(ns)) == ns // 1_000_000 * 1_000_000
    assert wall_ns(format_utc(ns)) == ns // 1_000_000 * 1_000_000
    assert wall_ns(format_local(ns, "America/New_York")) == ns // 1_000_000 * 1_000_000


@given(st.text())
def test_no_text_is_anything_but_a_time_or_a_usage_error(text: str) -> None:
    try:
        parse(text)
    except UsageError:
        return
