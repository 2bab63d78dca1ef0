"""The clock pair: one instant, no floats, steps told from noise."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sessionlens_recorder.bundle import ClockPair, parse_utc
from sessionlens_recorder.bundle.clock import format_script_time, format_utc, now


@given(st.integers(0, 4_000_000_000_000_000_000))
def test_utc_survives_its_text(ns: int) -> None:
    assert parse_utc(format_utc(ns)) == ns


def test_both_clocks_are_read_together() -> None:
    pair = now()
    assert abs(time.time_ns() - pair.utc_ns - (time.monotonic_ns() - pair.monotonic_ns)) < 1_000_000_000
    assert pair.ntp in ("synchronised", "unsynchronised", "unknown")
    assert pair.boot_id


def test_a_step_is_told_from_noise() -> None:
    start = ClockPair(0, 0, "boot", "unknown")
    assert ClockPair(10**9, 10**9 + 50_000_000, "boot", "unknown").step_since(start) == 0
    assert ClockPair(10**9, 3601 * 10**9, "boot", "unknown").step_since(start) == 3600 * 10**9
    assert ClockPair(10**9, -(10**9), "boot", "unknown").step_since(start) == -2 * 10**9
    assert ClockPair(10**9, 10**12, "another boot", "unknown").step_since(start) == 0


def test_script_time_is_what_script_writes() -> None:
    assert format_script_time(1_795_333_617_999_999_999) == "2026-11-22 07:46:57+00:00"


@pytest.mark.parametrize("text", ["", "2026-11-22", "2026-11-22T00:00:00", "2026-11-22T00:00:00.x1Z", "…Z"])
def test_what_is_no_utc_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_utc(text)
