"""The time zone that a person thinks in: `options.tz`. UTC, unless somebody says otherwise.

A date or time without a zone is read in it, and text for people shows it beside UTC, never instead. Tables,
JSON and CSV stay in UTC. Zones are IANA names (zoneinfo) or offsets, `+05:30`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .errors import UsageError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")


class Options:
    """What holds for everything from here on: `sl.options.tz = "Asia/Kolkata"`; or only for a while, `with
    sl.options(tz="Asia/Kolkata"):`.
    """

    def __init__(self) -> None:
        self._tz = "UTC"
        self._zone: tzinfo = UTC

    @property
    def tz(self) -> str:
        """An IANA name or an offset; UsageError where it is neither."""
        return self._tz

    @tz.setter
    def tz(self, name: str) -> None:
        self._zone, self._tz = zone_of(name), name

    @property
    def zone(self) -> tzinfo:
        """The same as datetime takes it."""
        return self._zone

    @contextmanager
    def __call__(self, *, tz: str | None) -> Iterator[None]:
        """`tz` until the end of the block; None changes nothing."""
        before = self._tz
        if tz is not None:
            self.tz = tz
        try:
            yield
        finally:
            self.tz = before

    def __repr__(self) -> str:
        return f"options(tz={self._tz!r})"


options = Options()


def zone_of(name: str) -> tzinfo:
    """The zone of this name. Raises UsageError."""
    if match := _OFFSET.fullmatch(name):
        size = timedelta(hours=int(match[2]), minutes=int(match[3]))
        if size < timedelta(days=1) and int(match[3]) < 60:
            return timezone(-size if match[1] == "-" else size)
    try:
        return UTC if name in ("UTC", "Z") else ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise UsageError(f'{name!r} is no time zone; say one as "Asia/Kolkata" or "+05:30"') from None


def placed(moment: datetime) -> datetime:
    """A time without a zone in that of the options. Raises UsageError where clocks were changed and no such
    time, or two, were shown.
    """
    plain = moment.replace(tzinfo=None)
    early, late = (plain.replace(tzinfo=options.zone, fold=fold) for fold in (0, 1))
    if early.utcoffset() != late.utcoffset():
        twice = f"{early.isoformat()} or {late.isoformat()}"
        raise UsageError(f"{plain} in {options.tz}: clocks were changed then; say {twice}")
    return early


def local(ns: int) -> str | None:
    """ns since the epoch in the zone of the options with its offset, `14:44:03+05:30`, and before that the
    date where it is another than in UTC; None where the zone is UTC.
    """
    if options.zone is UTC:
        return None
    there = _EPOCH + timedelta(seconds=ns // 1_000_000_000)
    here = there.astimezone(options.zone)
    return str(here) if here.date() != there.date() else str(here).partition(" ")[2]
