"""Time zones by name: IANA names (zoneinfo), or offsets, `+05:30`."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .errors import UsageError

_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")


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
