"""Whether the wall clock may be believed before recordings are deleted by it.

When retention last looked is the time of a file, `.clock` below the recordings. A clock that is more than a
month beyond that has leapt, or the bastion was off for as long: nobody but a person can tell. `touch` of
the file says that the clock is right.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

SEEN = ".clock"
MOST = timedelta(days=31)
_DAY = "[0-9][0-9][0-9][0-9]/[0-9][0-9]/[0-9][0-9]"


def see_clock(root: Path, now: datetime) -> None:
    """Note the time. ValueError if the clock says what it cannot; then nothing is noted."""
    file = root / SEEN
    before = _seen(root)
    if before is not None and now - before > MOST:
        raise ValueError(
            f"the clock says {now:%Y-%m-%d}, and {before:%Y-%m-%d} when it was last looked at: nothing is "
            f"deleted; if it is right, say so: touch {file}"
        )
    if before is not None and now < before:
        return  # it went back; once it is right again that is no leap
    file.touch(0o600)
    os.utime(file, (now.timestamp(), now.timestamp()))


def _seen(root: Path) -> datetime | None:
    """When the clock was last looked at; if never, the end of the newest recording's day."""
    try:
        return datetime.fromtimestamp((root / SEEN).lstat().st_mtime, UTC)
    except FileNotFoundError:
        pass
    days = max(root.glob(_DAY), default=None, key=lambda day: day.parts[-3:])
    if days is None:
        return None
    return datetime(*map(int, days.parts[-3:]), tzinfo=UTC) + timedelta(days=1)  # type: ignore[arg-type, misc]
