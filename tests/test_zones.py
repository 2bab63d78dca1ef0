"""The zone that a person thinks in: times are read in it and shown in it beside UTC; data stays in UTC."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

import sessionlens as sl
from sessionlens.catalog.corpus import instant
from sessionlens.cli import EX_USAGE, main
from sessionlens.times import format_instant, parse_time

Maker = Callable[..., Path]
LINES = [("ls", "notes.txt\n"), ("rm -rf /srv/app", "")]
MOMENT = 1_795_338_843_123_456_789  # 2026-11-22T09:14:03.123456789Z


@pytest.fixture(autouse=True)
def utc_again() -> Iterator[None]:
    yield
    sl.options.tz = "UTC"


@pytest.mark.parametrize(("tz", "shown"), [
    ("UTC", ""),
    ("Z", ""),
    ("Asia/Kolkata", " (14:44:03+05:30)"),
    ("+05:30", " (14:44:03+05:30)"),
    ("-0800", " (01:14:03-08:00)"),
    ("Pacific/Auckland", " (22:14:03+13:00)"),
    ("-10:00", " (2026-11-21 23:14:03-10:00)"),
])  # fmt: skip
def test_local_time_is_beside_utc_and_never_instead(tz: str, shown: str) -> None:
    sl.options.tz = tz
    assert format_instant(MOMENT) == "2026-11-22T09:14:03.123Z" + shown


def test_a_time_without_a_zone_is_read_in_it() -> None:
    with sl.options(tz="Asia/Kolkata"):
        assert parse_time("2026-11-22 14:44:03.123456789", 0) == MOMENT
        assert parse_time(datetime(2026, 11, 22, 14, 44, 3), 0) == MOMENT - 123_456_789
        assert parse_time("2026-11-22T09:14:03.123456789Z", 0) == MOMENT, "it says its own"
        assert parse_time(date(2026, 11, 22), 0) == parse_time("2026-11-21T18:30Z", 0)
        assert instant("2026-11-22") == instant("2026-11-21T18:30Z")
    assert parse_time("2026-11-22T09:14:03.123456789", 0) == MOMENT
    assert sl.options.tz == "UTC"


def test_a_day_lasts_as_long_as_it_did_there() -> None:
    """Clocks were put back in Berlin on that day, which has 25 hours."""
    with sl.options(tz="Europe/Berlin"):
        first, last = instant("2026-10-25"), instant("2026-10-25", end_of_day=True)
    assert first is not None and last is not None
    assert last.value - first.value == 25 * 3600 * 10**9 - 1


def test_a_day_is_whole_in_any_form() -> None:
    last = instant("2026-11-03T23:59:59.999999999Z")
    for day in ("2026-11-03", " 20261103 ", date(2026, 11, 3)):
        assert instant(day, end_of_day=True) == last


@pytest.mark.parametrize(
    "time", ["03/11/2026", "2026-11", "14:00", "today", "0001-01-01", "2262-04-12", "nan"]
)
def test_a_day_that_could_be_another_is_not_guessed(time: str) -> None:
    for end in (False, True):
        with pytest.raises(sl.UsageError, match="is no date or time"):
            instant(time, end_of_day=end)


@pytest.mark.parametrize("time", ["2026-10-25 02:30", "2026-03-29 02:30"])
def test_a_time_that_was_twice_or_never_is_not_guessed(time: str) -> None:
    sl.options.tz = "Europe/Berlin"
    for read in (instant, lambda text: parse_time(text, 0)):
        with pytest.raises(sl.UsageError, match=r"clocks were changed then; say .*02:30:00\+0[12]:00"):
            read(time)


@pytest.mark.parametrize("name", ["Mars", "", "../etc/passwd", "+25:00", "+01:99", "Asia/"])
def test_what_is_no_zone(name: str) -> None:
    with pytest.raises(sl.UsageError, match="is no time zone"):
        sl.options.tz = name
    assert sl.options.tz == "UTC"


def test_on_the_command_line(shell_session: Maker, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(shell_session(LINES))
    began = sl.open(path).info.started_ns
    assert began is not None
    with sl.options(tz="+05:30"):
        local = format_instant(began).partition(" (")[2].rstrip(")")
    for verb, *more in (["info"], ["commands"], ["search", "rm"], ["screen", "--at", "0"]):
        assert main([verb, path, *more, "--tz", "+05:30"]) == 0
        said = capsys.readouterr().out
        assert "Z (" in said and local[:5] in said and "+05:30)" in said
    assert main(["commands", path, "--tz", "Mars"]) == EX_USAGE
    assert "no time zone" in capsys.readouterr().err
    assert sl.options.tz == "UTC"


def test_the_answer_says_how_a_time_was_read(
    shell_session: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(shell_session(LINES))
    span = ["--since", "2026-01-01", "--until", "2099-01-01"]
    said = (
        "since 2025-12-31 18:30:00 UTC (2026-01-01 00:00:00+05:30), "
        "until 2099-01-01 18:29:59 UTC (23:59:59+05:30)"
    )
    for verb in (["commands", path], ["search", path, "rm"], ["commands", path, "--ran", "rm"]):
        assert main([*verb, *span, "--tz", "+05:30"]) == 0
        assert said in capsys.readouterr().out
    assert main(["commands", path, "--since", "2026-01-01"]) == 0
    assert "only since 2026-01-01 00:00:00 UTC\n" in capsys.readouterr().out


def test_data_stays_in_utc(shell_session: Maker, capsys: pytest.CaptureFixture[str]) -> None:
    path = shell_session(LINES)
    for form in ("--json", "--csv"):
        assert main(["commands", str(path), form]) == 0
        plain = capsys.readouterr().out
        assert main(["commands", str(path), form, "--tz", "Asia/Kolkata"]) == 0
        assert capsys.readouterr().out == plain
    assert main(["screen", str(path), "--at", "0", "--json", "--tz", "Asia/Kolkata"]) == 0
    assert json.loads(capsys.readouterr().out)["t_utc"].endswith("Z")
    sl.options.tz = "Asia/Kolkata"
    assert str(sl.open(path).commands["start_utc"].dtype) == "datetime64[ns, UTC]"
