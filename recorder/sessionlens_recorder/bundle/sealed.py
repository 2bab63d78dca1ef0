"""`in` where input is sealed: encrypted records of padded size (docs/recording-format.md, decision 0080).

What a record holds, how long it is on disk and in which order records come is here; the cryptography is
whoever's makes or opens a recording, handed in as a Sealer or an opener. A record is

    length of what follows, 4 bytes | ciphertext | tag, 16 bytes

and the plain text: kind, t_ns, how far `out` was, how many bytes of input, these, zeros up to the size.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, Protocol

MAGIC = b"sessionlens-sealed-input 1 "
UNIT, QUANTUM = 128, 1024
"""A record on disk is a multiple of the one; what is under a block of the journal, of the other."""
PIECE = 1 << 16
"""The most input in one record."""
INPUT, PADDING, END = b"I", b"P", b"E"
_LENGTH, _HEAD, _TAG = struct.Struct(">I"), struct.Struct(">cQQI"), 16
_OVERHEAD = _LENGTH.size + _HEAD.size + _TAG
LONGEST = -(-(_OVERHEAD + PIECE) // UNIT) * UNIT


class Sealer(Protocol):
    """Encrypts the records of one channel, with a key that nobody else has."""

    @property
    def facts(self) -> dict[str, Any]:
        """For channel.json: the recipients, and the key wrapped for them."""

    def seal(self, number: int, plain: bytes) -> bytes:
        """Ciphertext and tag of record `number`; each number is asked for once."""


Input = Literal["plain", "off"] | Callable[[bytes], Sealer]
"""How what users type is stored; sealed: what makes the Sealer for a context, the first line of `in`."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a record says."""

    kind: bytes
    t_ns: int
    """Since the channel was opened."""
    out: int
    """How many bytes `out` had, its first line included."""
    data: bytes


def context(name: str, channel: str) -> bytes:
    """Whose records these are: the bundle's name and the channel's, which no key may be used without."""
    return MAGIC + f"{name} {channel}".encode()


def unpack(plain: bytes) -> Record:
    """A decrypted record. ValueError for what no recorder writes."""
    if len(plain) < _HEAD.size:
        raise ValueError("a record is too short")
    kind, t_ns, out, size = _HEAD.unpack_from(plain)
    if _HEAD.size + size > len(plain):
        raise ValueError("a record says that it has more than it has")
    return Record(kind, t_ns, out, plain[_HEAD.size : _HEAD.size + size])


def frames(raw: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """Offset and body (ciphertext and tag) of each whole record from `start` on; ends where there is none."""
    while (size := _size(raw[start : start + _LENGTH.size])) and start + size <= len(raw):
        yield start, raw[start + _LENGTH.size : start + size]
        start += size


def whole(file: BinaryIO, size: int) -> int | None:
    """Up to where a file of `size` bytes has whole records; None if it is not one of sealed input."""
    first = file.readline(1 << 10)
    if not (first.startswith(MAGIC) and first.endswith(b"\n")):
        return None
    end = len(first)
    while True:
        file.seek(end)
        length = _size(file.read(_LENGTH.size))
        if not length or end + length > size:
            return end
        end += length


def _size(prefix: bytes) -> int:
    """Of a whole record that begins so; 0 if none does."""
    size = _LENGTH.size + _LENGTH.unpack(prefix)[0] if len(prefix) == _LENGTH.size else 0
    return size if size % UNIT == 0 and size <= LONGEST else 0


class SealedInput:
    """Makes the records of one channel in their order. Not thread-safe: its channel holds the lock."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        self._number = 0
        self._size = 0

    def input(self, t_ns: int, out: int, data: bytes) -> bytes:
        """The records for what a user sent at once."""
        pieces = (data[at : at + PIECE] for at in range(0, len(data), PIECE))
        return b"".join([self._record(INPUT, t_ns, out, piece) for piece in pieces])

    def padding(self, t_ns: int, out: int) -> bytes:
        """Fills the file up to the next step with records of a key's size, so that it does not tell how many
        of them were keys.
        """
        units = -self._size % QUANTUM // UNIT
        return b"".join([self._record(PADDING, t_ns, out, b"") for _ in range(units)])

    def end(self, t_ns: int, out: int) -> bytes:
        """The last record, at the end of a step."""
        units = -self._size % QUANTUM // UNIT or QUANTUM // UNIT
        fill = [self._record(PADDING, t_ns, out, b"") for _ in range(units - 1)]
        return b"".join([*fill, self._record(END, t_ns, out, b"")])

    def _record(self, kind: bytes, t_ns: int, out: int, data: bytes) -> bytes:
        size = -(-(_OVERHEAD + len(data)) // UNIT) * UNIT
        plain = b"".join([_HEAD.pack(kind, t_ns, out, len(data)), data, bytes(size - _OVERHEAD - len(data))])
        number, self._number = self._number, self._number + 1
        self._size += size
        return _LENGTH.pack(size - _LENGTH.size) + self._sealer.seal(number, plain)
