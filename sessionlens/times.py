"""Times as people write and read them, and as integers in between: nanoseconds, never through a float.

Elapsed time is `"00:03:12"`, `"192.5"`, `"3m12s"`, a number of seconds or a timedelta. Wall clock needs a
date: ISO 8601 or a datetime, in the zone of `options.tz` (UTC, unless somebody said otherwise) where it names
none.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from numbers import Integral, Real
from typing import Any

from .errors import UsageError
from .settings import local, placed

SECOND = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CLOCK = re.compile(r"(-)?(?:(?:(\d{1,7}):)?(\d{1,7}):)?(\d{1,10})(?:\.(\d{1,9})\d*)?")
_UNITS = re.compile(r"(-)?(?=\d)(?:(\d{1,7})h)?\s*(?:(\d{1,7})m)?\s*(?:(\d{1,10})(?:\.(\d{1,9})\d*)?s)?")
_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9})\d*)?)?\s*(Z|[+-]\d{2}:?\d{2})?"
)
_HELP = 'say "00:03:12", seconds or a timedelta for elapsed time, "2026-11-22T09:14:03Z" for wall clock'


def parse_time(value: Any, started_ns: int | None = None) -> int:
    """Any form of time as ns since the start; started_ns is the start's instant. Raises UsageError."""
    ns, wall = _parse(value)
    if not wall:
        return ns
    if started_ns is None:
        raise UsageError(
            f"{value!r} is wall-clock time, but the recording does not say when it began; {_HELP}"
        )
    return ns - started_ns


def format_elapsed(ns: int) -> str:
    """Elapsed ns as `HH:MM:SS.mmm`, cut and not rounded; hours grow as needed."""
    seconds, fraction = divmod(abs(ns), SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{'-' if ns < 0 else ''}{hours:02d}:{minutes:02d}:{seconds:02d}.{fraction // 1_000_000:03d}"


def format_utc(ns: int) -> str:
    """ns since the epoch as ISO 8601 with milliseconds, `2026-11-22T09:14:03.123Z`, cut and not rounded."""
    seconds, fraction = divmod(ns, SECOND)
    return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.{fraction // 1_000_000:03d}Z"


def format_instant(ns: int) -> str:
    """ns since the epoch for people: UTC, and beside it the zone of the options where that is another."""
    beside = local(ns)
    return format_utc(ns) + (f" ({beside})" if beside else "")


def _parse(value: Any) -> tuple[int, bool]:
    """The time in ns, and whether it is wall clock (since 1970-01-01T00:00:00Z)."""
    if isinstance(value, str):
        return _parse_text(value.strip())
    if isinstance(value, datetime):
        return _instant(value, int(getattr(value, "nanosecond", 0))), True
    if isinstance(value, date):
        return _instant(datetime(value.year, value.month, value.day), 0), True
    return _elapsed(value), False


def _elapsed(value: Any) -> int:
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


def _parse_text(text: str) -> tuple[int, bool]:
    if match := _CLOCK.fullmatch(text) or (text and _UNITS.fullmatch(text)):
        sign, hours, minutes, seconds, fraction = match.groups()
        total = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
        ns = total * SECOND + int((fraction or "0").ljust(9, "0"))
        return -ns if sign else ns, False
    if match := _ISO.fullmatch(text):
        day, clock, fraction, offset = match.groups()
        shown = f"{day}T{clock or '00:00'}{offset or ''}"
        try:
            moment = datetime.fromisoformat(shown)
        except ValueError as error:
            raise UsageError(f"{text!r} is not a time: {error}; {_HELP}") from error
        return _instant(moment, int((fraction or "0").ljust(9, "0"))), True
    raise UsageError(f"{text!r} is not a time; {_HELP}")


def _instant(moment: datetime, more_ns: int) -> int:
    aware = moment if moment.tzinfo else placed(moment)
    return (aware - _EPOCH) // _MICROSECOND * 1_000 + more_ns
