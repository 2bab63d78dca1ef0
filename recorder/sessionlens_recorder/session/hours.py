"""Hours at which something is allowed: `Mon-Fri 08:00-18:00 Europe/Berlin`.

Days (`Mon`, `Mon-Fri`, `Mon,Wed,Sat-Sun`; none: every day), a time span that may pass midnight and then
belongs to the day it begins on (none: all day), and a time zone's name (none: UTC).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """`text` as it was written, and "UTC" where no zone was; minutes are counted from midnight, `end` may lie
    on the next day.
    """

    text: str
    days: frozenset[int]
    start: int
    end: int
    zone: tzinfo

    def open_at(self, moment: datetime) -> bool:
        """`moment` knows its zone."""
        local = moment.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        today = local.weekday() in self.days and self.start <= minute < self.end
        yesterday = (local - timedelta(days=1)).weekday() in self.days
        return today or (yesterday and minute + _MINUTES < self.end)


def parse_hours(text: str) -> Hours:
    """ValueError says what is wrong."""
    words = text.split()
    days, span, zone = frozenset(range(7)), (0, _MINUTES), None
    if words and _looks_like_days(words[0]):
        days = _parse_days(words.pop(0))
    if words and _SPAN.fullmatch(words[0]):
        span = _parse_span(words.pop(0))
    if words:
        zone = words.pop(0)
    if words or not text.strip():
        raise ValueError(f'{text!r} is not like "Mon-Fri 08:00-18:00 Europe/Berlin"')
    try:
        return Hours(text if zone else f"{text} UTC", days, *span, ZoneInfo(zone or "UTC"))
    except (OSError, ValueError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError
        hint = 'a time zone is called "Europe/Berlin", days "Mon-Fri", hours "08:00-18:00"'
        raise ValueError(f"{zone!r} is no time zone that this machine knows; {hint}") from error


def _looks_like_days(word: str) -> bool:
    return all(part.lower() in _DAYS for part in re.split("[,-]", word))


def _parse_days(word: str) -> frozenset[int]:
    days: set[int] = set()
    for part in word.lower().split(","):
        first, _, last = part.partition("-")
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        days.update(day % 7 for day in range(start, end + (7 if end < start else 0) + 1))
    return frozenset(days)


def _parse_span(word: str) -> tuple[int, int]:
    match = _SPAN.fullmatch(word)
    numbers = [int(part) for part in match.groups()] if match else []
    start, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    if start >= _MINUTES or end > _MINUTES or numbers[1] > 59 or numbers[3] > 59 or start == end:
        raise ValueError(f"{word!r} is no span of time, like 08:00-18:00")
    return start, end if end > start else end + _MINUTES
