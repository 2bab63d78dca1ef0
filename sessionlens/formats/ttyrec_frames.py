"""The frames of a ttyrec: a header of 12 bytes and that many bytes of data, with nothing between them.

The header is three little-endian uint32 (seconds, microseconds, length; ttyrec(1), ttyplay(1)); ttyrec2 and
ttyrec3 of the NetHack Learning Environment add a byte that names the channel. No magic, no checksum: a header
is known by what it says and by the header that follows. Where one is damaged the next is searched for.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

PLAIN, CHANNELS = 12, 13  # the sizes of a header
OUTPUT, INPUT, SCORE = range(3)
_NEAR_S = 400 * 86_400
"""Seconds between two frames that are taken for neighbours without more proof."""
_READ = struct.Struct("<III").unpack_from
_LOOKED_AT = 16


@dataclass(frozen=True, slots=True)
class Header:
    """One header, as it stands there."""

    at: int
    seconds: int
    microseconds: int
    length: int
    channel: int
    data: int
    """Where its data begin."""

    @property
    def stop(self) -> int:
        """Where its data should end."""
        return self.data + self.length

    @property
    def timed(self) -> bool:
        """Whether its time is one."""
        return self.microseconds < 1_000_000

    @property
    def sound(self) -> bool:
        """Whether this can be a header; zeros, which a crash leaves, are none."""
        return self.timed and self.channel <= SCORE and (self.length > 0 or self.seconds > 0)

    @property
    def stamp(self) -> int:
        """ns since the epoch, or since whenever its recorder began to count."""
        return self.seconds * 1_000_000_000 + self.microseconds * 1_000

    def near(self, seconds: int | None) -> bool:
        """Whether the time may be that of a neighbour."""
        return seconds is None or abs(self.seconds - seconds) <= _NEAR_S


def header(raw: bytes, at: int, size: int) -> Header | None:
    """What stands at a place, read as a header; None where the file ends within it."""
    if at + size > len(raw):
        return None
    seconds, microseconds, length = _READ(raw, at)
    return Header(at, seconds, microseconds, length, raw[at + PLAIN] if size == CHANNELS else 0, at + size)


def likely(raw: bytes, at: int, size: int, near: int | None) -> bool:
    """Whether a header stands there, or the file ends within the first bytes of what may be one."""
    found = header(raw, at, size)
    return found is None or (found.sound and found.near(near))


def chain(raw: bytes, at: int, size: int, near: int | None = None) -> bool:
    """Whether a header stands there, for sure: the next one, or the end, is where it says."""
    first = header(raw, at, size)
    if first is None or not likely(raw, at, size, near) or first.stop > len(raw):
        return False
    return first.stop == len(raw) or (
        first.stop + size <= len(raw) and likely(raw, first.stop, size, first.seconds)
    )


def begins(start: bytes, total: int, size: int) -> bool:
    """Whether a file of `total` bytes with this beginning is of such frames: its time is of our epoch, and
    the headers agree as far as can be seen."""
    at, headers, data, near = 0, 0, 0, None
    while headers < _LOOKED_AT and (found := header(start, at, size)) is not None:
        if not likely(start, at, size, near) or found.seconds < _EPOCH_S:
            return False
        at, headers, data, near = found.stop, headers + 1, data + found.length, found.seconds
    return data > 0 and (headers > 1 or at == total)


_EPOCH_S = 631_152_000  # 1990: small numbers are what most other files begin with


def first_chain(raw: bytes, at: int, size: int, near: int | None) -> int | None:
    """The next place at or after `at` where a header stands for sure."""
    pattern = _pattern(size, None if near is None else near >> 24)
    while found := pattern.search(raw, at):
        if chain(raw, found.start(), size, near):
            return found.start()
        at = found.start() + 1
    return None


@lru_cache(maxsize=16)
def _pattern(size: int, high: int | None) -> re.Pattern[bytes]:
    """What a header looks like: a time near that of the last, few µs, fewer than 2**24 bytes, a channel.

    Zeros are not even looked at: a crash may leave millions.
    """
    near = range(256) if high is None else range(max(high - 3, 0), min(high + 4, 256))
    time = b"".join(re.escape(bytes([byte])) for byte in near)
    return re.compile(rb"(?s)(?!\0{12})...[%b]..[\0-\x0f]\0...\0%b" % (time, b"[\0-\2]" * (size - PLAIN)))


Tell = Callable[[str, int, int, str], None]


def frames(raw: bytes, size: int, tell: Tell) -> Iterator[tuple[int, int, int, int]]:
    """(stamp, channel, first, stop) of each frame's data; `tell` has kind, offset, length, text of damage."""
    sure = first_chain(raw, 0, size, None)
    begin = header(raw, sure or 0, size)
    at, stamp, near = 0, begin.stamp if begin else 0, begin.seconds if begin else None
    ahead = _Ahead(raw, size)
    while (found := header(raw, at, size)) is not None:
        if _leads_on(raw, found, size, near):
            stop = found.stop
            if not found.timed:
                tell(
                    "broken", at, size, "the time of a frame makes no sense: shown at that of the one before"
                )
        elif found.sound and found.near(near):
            stop = _recovered(tell, found, ahead.after(at, near), len(raw), size)
        else:
            following = ahead.after(at, near)
            stop = len(raw) if following is None else following
            tell("broken", at, stop - at, "no frame of a ttyrec; not shown")
            at = stop
            continue
        if found.timed:
            stamp, near = found.stamp, found.seconds
        yield stamp, found.channel, found.data, stop
        at = stop
    if at < len(raw):
        tell("truncated", at, len(raw) - at, "the file ends within the header of a frame: it was cut")


def _leads_on(raw: bytes, found: Header, size: int, near: int | None) -> bool:
    """Whether the next header, or the end, is where a frame ends; that makes up for a time that is odd."""
    if found.stop > len(raw) or found.channel > SCORE or not (found.length or found.near(near)):
        return False
    return found.stop == len(raw) or any(likely(raw, found.stop, size, t) for t in (near, found.seconds))


def _recovered(tell: Tell, found: Header, following: int | None, end: int, size: int) -> int:
    """Where the data of a frame end that leads to no other frame."""
    if following is not None and found.data <= following < found.stop:
        said = f"a frame claims {found.length} bytes, and the next begins after {following - found.data}"
        tell("broken", found.at, size, said)
        return following
    if found.stop > end:
        tell(
            "truncated",
            end,
            found.stop - end,
            f"the file ends within a frame of {found.length} bytes: it was cut",
        )
    return min(found.stop, end)


class _Ahead:
    """The next sure header, searched for once."""

    def __init__(self, raw: bytes, size: int) -> None:
        self._raw, self._size = raw, size
        self._from, self._known = -1, -1

    def after(self, at: int, near: int | None) -> int | None:
        """Behind a place."""
        if not self._from <= at < self._known:
            found = first_chain(self._raw, at + 1, self._size, near)
            self._from, self._known = at, len(self._raw) + 1 if found is None else found
        return None if self._known > len(self._raw) else self._known
