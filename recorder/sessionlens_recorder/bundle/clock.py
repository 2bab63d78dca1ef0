"""The two clocks of a bundle: monotonic for distances, UTC for the calendar, read as a pair.

Nothing here goes through a float. UTC is written as ISO 8601 with nine digits, because integers of that
size do not survive every JSON reader. NTP state is what the kernel says (adjtimex(2)), where it can be asked.
"""

from __future__ import annotations

import ctypes
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

SECOND = 1_000_000_000
STEP_NS = SECOND // 10
"""From this on, a difference between the two clocks' paths is a step of the wall clock."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME_ERROR = 5
_STA_UNSYNC = 0x0040


@dataclass(frozen=True, slots=True)
class ClockPair:
    """One instant on both clocks, and what vouches for them."""

    monotonic_ns: int
    utc_ns: int
    boot_id: str
    ntp: str

    @property
    def utc(self) -> str:
        """The instant as ISO 8601 with nanoseconds, `2026-11-22T09:14:03.123456789Z`."""
        return format_utc(self.utc_ns)

    def step_since(self, earlier: ClockPair) -> int:
        """By how many ns the wall clock moved against the monotonic one (0 within the noise)."""
        if self.boot_id != earlier.boot_id:
            return 0
        step = (self.utc_ns - earlier.utc_ns) - (self.monotonic_ns - earlier.monotonic_ns)
        return step if abs(step) >= STEP_NS else 0


def now() -> ClockPair:
    """Both clocks, read as close together as this machine allows (best of three)."""
    best = min((_read() for _ in range(3)), key=lambda reading: reading[0])
    return ClockPair(best[1], best[2], boot_id(), ntp_state())


def _read() -> tuple[int, int, int]:
    before = time.monotonic_ns()
    utc = time.time_ns()
    spread = time.monotonic_ns() - before
    return spread, before + spread // 2, utc


@cache
def boot_id() -> str:
    """Which boot of which machine the monotonic clock belongs to; "unknown" where the kernel does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip() or "unknown"
    except (OSError, ValueError):
        return "unknown"


class _Timex(ctypes.Structure):
    """The head of struct timex; the padding is larger than the rest of it on every platform."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 512),
    )


def ntp_state() -> str:
    """`synchronised` or `unsynchronised` as the kernel has it, `unknown` where it cannot be asked."""
    try:
        timex = _Timex()
        result = _libc().adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError, TypeError):
        return "unknown"
    if result < 0:
        return "unknown"
    return "unsynchronised" if result == _TIME_ERROR or timex.status & _STA_UNSYNC else "synchronised"


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def format_utc(ns: int) -> str:
    """ns since the epoch as `YYYY-MM-DDTHH:MM:SS.nnnnnnnnnZ`."""
    seconds, fraction = divmod(ns, SECOND)
    return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.{fraction:09d}Z"


def format_script_time(ns: int) -> str:
    """ns since the epoch as script(1) writes it in its headers: `2026-11-22 09:14:03+00:00`."""
    return f"{_EPOCH + timedelta(seconds=ns // SECOND):%Y-%m-%d %H:%M:%S}+00:00"


def parse_utc(text: str) -> int:
    """The reverse of format_utc; fewer or no fraction digits are fine. Raises ValueError."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    if not text.endswith("Z") or (fraction and not (fraction.isascii() and fraction.isdigit())):
        raise ValueError(f"not a UTC time such as 2026-11-22T09:14:03.123456789Z: {text!r}")
    moment = datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(seconds=1) * SECOND + int(fraction[:9].ljust(9, "0"))
