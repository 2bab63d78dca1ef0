"""Times as people write and read them, and as integers in between: nanoseconds, never through a float.

Elapsed time is `"00:03:12"`, `"192.5"`, `"3m12s"`, a number of seconds or a timedelta. Wall clock needs a
date: ISO 8601 or a datetime; one without offset is read in a given zone, and the answer says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from numbers import Integral, Real
from typing import Any
from zoneinfo import ZoneInfo

from .errors import UsageError

SECOND = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CLOCK = re.compile(r"(-)?(?:(?:(\d{1,7}):)?(\d{1,7}):)?(\d{1,10})(?:\.(\d{1,9})\d*)?")
_UNITS = re.compile(r"(-)?(?=\d)(?:(\d{1,7})h)?\s*(?:(\d{1,7})m)?\s*(?:(\d{1,10})(?:\.(\d{1,9})\d*)?s)?")
_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9})\d*)?)?\s*(Z|[+-]\d{2}:?\d{2})?"
)
_HELP = 'say "00:03:12", seconds or a timedelta for elapsed time, "2026-11-22T09:14:03Z" for wall clock'


@dataclass(frozen=True, slots=True)
class When:
    """A time as it was understood: elapsed since the start, or an instant of the calendar."""

    ns: int
    """Nanoseconds, since the start of the recording or since 1970-01-01T00:00:00Z."""
    wall: bool
    read_as: str
    """How it was understood, in words."""


def parse(value: Any, tz: str | tzinfo = UTC) -> When:
    """Understand a time; tz is for wall-clock times that name none. Raises UsageError."""
    if isinstance(value, str):
        return _parse_text(value.strip(), tz)
    if isinstance(value, datetime):
        return _from_datetime(value, int(getattr(value, "nanosecond", 0)), tz)
    if isinstance(value, date):
        return _from_datetime(datetime(value.year, value.month, value.day), 0, tz)
    return _elapsed(_elapsed_number(value))


def parse_time(value: Any, started_ns: int | None = None, tz: str | tzinfo = UTC) -> int:
    """Any form of time as ns since the start; started_ns is the start's instant. Raises UsageError."""
    when = parse(value, tz)
    if not when.wall:
        return when.ns
    if started_ns is None:
        raise UsageError(
            f"{value!r} is wall-clock time, but the recording does not say when it began; {_HELP}"
        )
    return when.ns - started_ns


def elapsed_ns(value: Any) -> int:
    """Elapsed time only, in ns. Raises UsageError for anything else."""
    when = parse(value)
    if when.wall:
        raise UsageError(f"{value!r} is a wall-clock time where an elapsed one is needed; {_HELP}")
    return when.ns


def wall_ns(value: Any, tz: str | tzinfo = UTC) -> int:
    """Wall-clock time only, in ns since the epoch. Raises UsageError for anything else."""
    when = parse(value, tz)
    if not when.wall:
        raise UsageError(f"{value!r} has no date, and wall-clock time needs one; {_HELP}")
    return when.ns


def zone(tz: str | tzinfo) -> tzinfo:
    """A time zone by name. Raises UsageError for an unknown one."""
    if isinstance(tz, tzinfo):
        return tz
    if tz.upper() in ("UTC", "Z"):
        return UTC
    try:
        return ZoneInfo(tz)
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"unknown time zone {tz!r}; use a name such as Asia/Kolkata or UTC") from error


def format_elapsed(ns: int) -> str:
    """Elapsed ns as `HH:MM:SS.mmm`, cut and not rounded; hours grow as needed."""
    seconds, fraction = divmod(abs(ns), SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{'-' if ns < 0 else ''}{hours:02d}:{minutes:02d}:{seconds:02d}.{fraction // 1_000_000:03d}"


def format_utc(ns: int) -> str:
    """ns since the epoch as ISO 8601 with milliseconds, `2026-11-22T09:14:03.123Z`, cut and not rounded."""
    moment, fraction = _moment(ns)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction // 1_000_000:03d}Z"


def format_local(ns: int, tz: str | tzinfo) -> str:
    """ns since the epoch in a zone, with its offset: `2026-11-22T14:44:03.123+05:30`."""
    moment, fraction = _moment(ns)
    local = moment.astimezone(zone(tz))
    return f"{local:%Y-%m-%dT%H:%M:%S}.{fraction // 1_000_000:03d}{local.isoformat()[19:]}"


def _moment(ns: int) -> tuple[datetime, int]:
    seconds, fraction = divmod(ns, SECOND)
    return _EPOCH + timedelta(seconds=seconds), fraction


def _elapsed(ns: int) -> When:
    return When(ns, False, f"{format_elapsed(ns)} after the start")


def _elapsed_number(value: Any) -> int:
    if isinstance(value, timedelta):
        return (value // _MICROSECOND) * 1_000 + int(getattr(value, "nanoseconds", 0))
    if isinstance(value, bool) or not isinstance(value, Real):
        raise UsageError(f"{value!r} is not a time; {_HELP}")
    if isinstance(value, Integral):
        return int(value) * SECOND
    try:
        return int(Decimal(repr(float(value))) * SECOND)
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise UsageError(f"{value!r} is not a time; {_HELP}") from error


def _parse_text(text: str, tz: str | tzinfo) -> When:
    if match := _CLOCK.fullmatch(text) or (text and _UNITS.fullmatch(text)):
        sign, hours, minutes, seconds, fraction = match.groups()
        total = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
        ns = total * SECOND + int((fraction or "0").ljust(9, "0"))
        return _elapsed(-ns if sign else ns)
    if match := _ISO.fullmatch(text):
        day, clock, fraction, offset = match.groups()
        shown = f"{day}T{clock or '00:00'}{offset or ''}"
        try:
            moment = datetime.fromisoformat(shown)
        except ValueError as error:
            raise UsageError(f"{text!r} is not a time: {error}; {_HELP}") from error
        return _from_datetime(moment, int((fraction or "0").ljust(9, "0")), tz)
    raise UsageError(f"{text!r} is not a time; {_HELP}")


def _from_datetime(moment: datetime, more_ns: int, tz: str | tzinfo) -> When:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone(tz))
    ns = (aware - _EPOCH) // _MICROSECOND * 1_000 + more_ns
    note = "" if moment.tzinfo else f" (no zone given, read in {tz})"
    return When(ns, True, f"{format_utc(ns)}{note}")
