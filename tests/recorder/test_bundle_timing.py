"""The timing file: exact digits, no drift, nothing injected, and a reader that loses nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sessionlens_recorder.bundle import format_seconds, read_timing
from sessionlens_recorder.bundle.timing import TimingClock, escape, header_line


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "0.000000"),
        (123_000, "0.000123"),
        (999, "0.000000"),
        (999_999_999, "0.999999"),
        (1_000_000_000, "1.000000"),
        (3_600_000_001_000, "3600.000001"),
        (2**62, "4611686018.427387"),
    ],
)
def test_seconds_have_six_digits_zeros_included(ns: int, text: str) -> None:
    assert format_seconds(ns) == text


def test_negative_time_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        format_seconds(-1)


@given(st.lists(st.integers(0, 10**12), max_size=60))
def test_the_sum_of_the_deltas_never_drifts(steps: list[int]) -> None:
    clock, elapsed, summed = TimingClock(), 0, 0
    for step in steps:
        elapsed += step
        seconds, fraction = clock.delta(elapsed).split(".")
        clock.accept(elapsed)
        assert len(fraction) == 6
        summed += int(seconds) * 1_000_000 + int(fraction)
        assert summed == elapsed // 1_000


@given(st.one_of(st.text(), st.binary()))
def test_no_value_can_end_its_line_or_its_quotes(value: str | bytes) -> None:
    line = header_line("COMMAND", value)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    shown = escape(value)
    assert '"' not in shown
    assert shown.isprintable()
    assert len(shown.encode()) < 8_000  # scriptreplay reads a header into 8 KiB


def test_control_bytes_and_quotes_are_escaped_by_their_bytes() -> None:
    assert escape('x"\n\x1b\x7f') == r"x\x22\x0a\x1b\x7f"
    assert escape(b"caf\xc3\xa9 \xff") == r"café \xff"
    assert escape("\u202e\ud800") == r"\xe2\x80\xae\xed\xa0\x80"


def test_entries_are_read_as_integers_with_their_sums() -> None:
    timing = read_timing(
        b"H 0.000000 TERM xterm\nO 1.000001 5\nI 0.000002 1\nS 0.000003 SIGWINCH ROWS=30 COLS=100\n"
        b"S 0.000001 SIGTERM\nO 0.5 2\nH 0.000000 EXIT_CODE 3\n"
    )
    assert bytes(timing.kind) == b"OISsO"
    assert list(timing.t_us) == [1_000_001, 1_000_003, 1_000_006, 1_000_007, 1_500_007]
    assert list(timing.size) == [5, 1, 100, 0, 2]
    assert list(timing.rows) == [0, 0, 30, 0, 0]
    assert timing.signals == ["SIGTERM"]
    assert timing.headers == {"TERM": "xterm", "EXIT_CODE": "3"}
    assert timing.accounted("O") == 7
    assert not timing.problems


@pytest.mark.parametrize("most", [999_999_999, 1_000_000_000, 2**32 - 1])
def test_a_window_of_any_size_that_ssh_can_say_is_read(most: int) -> None:
    timing = read_timing(f"S 0.000001 SIGWINCH ROWS={most} COLS={most}\n".encode())
    assert (list(timing.size), list(timing.rows), timing.problems) == ([most], [most], [])


def test_a_broken_line_is_reported_with_its_bytes_and_the_rest_is_read() -> None:
    timing = read_timing(b"O 0.1 5\nO 0.x 7\nO 0.2 6\nI 0.")
    assert list(timing.size) == [5, 6]
    assert [(p.offset, p.length, p.entry) for p in timing.problems] == [(8, 7, 1), (24, 4, 2)]
    assert timing.complete == 24


def test_classic_timing_has_two_columns() -> None:
    timing = read_timing(b"0.106905 94\n0.000263 63\r\n", classic=True)
    assert list(timing.t_us) == [106_905, 107_168]
    assert list(timing.size) == [94, 63]
    assert not timing.problems
    assert read_timing(b"0.106905 94\n").problems


@given(st.binary(max_size=300))
def test_reading_never_fails_and_accounts_for_every_line(raw: bytes) -> None:
    timing = read_timing(raw)
    lines = [line for line in raw.split(b"\n") if line]
    headers = [line for line in lines if re.match(rb"H \d{1,9}\.\d{1,9} [!-~]", line)]
    assert len(timing) + len(timing.problems) + len(headers) >= len(lines)


def test_times_beyond_64_bits_are_cut_and_do_not_fail() -> None:
    timing = read_timing(b"O 999999999.999999 1\n" * 10_000)
    assert timing.t_us[-1] <= 2**48


ENTRY = st.sampled_from(
    [
        b"O 0.000100 12\n",
        b"I 3.000001 1\n",
        b"O 0.5 3\n",
        b"junk\n",
        b"S 0.1 SIGWINCH ROWS=3 COLS=4\n",
        b"\n",
        b"H 0.0 X y\n",
    ]
)


@given(st.lists(ENTRY, max_size=40))
def test_runs_of_entries_are_read_as_single_lines_are(lines: list[bytes]) -> None:
    whole, kinds, times, sizes = read_timing(b"".join(lines)), b"", [0], []
    for line in lines:
        one = read_timing(line)
        kinds += bytes(one.kind)
        times += [times[-1] + t for t in one.t_us]
        sizes += list(one.size)
    assert (bytes(whole.kind), list(whole.t_us), list(whole.size)) == (kinds, times[1:], sizes)
    assert len(whole.rows) == len(whole)
    assert len(whole.problems) == sum(line in (b"junk\n", b"\n") for line in lines)


def test_a_million_entries_are_columns() -> None:
    timing = read_timing(b"O 0.000100 12\nI 0.000050 1\n" * 500_000)
    assert len(timing) == 1_000_000
    assert timing.t_us[-1] == 75_000_000
