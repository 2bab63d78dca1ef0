"""Sealed input of a bundle, opened: what was typed, when, and how far the output was.

The records are docs/recording-format.md's; a record that was changed, moved or left out does not open, and
what was typed from there on is not relied on.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sessionlens_recorder.bundle import sealed

from sessionlens.formats.identity import derived
from sessionlens.formats.typescript import Assembly
from sessionlens.recording import INPUT, OUTPUT, Gap, Places

_LONGEST_NS, _FARTHEST = 1 << 58, 1 << 62
_KINDS = (sealed.INPUT, sealed.PADDING, sealed.END)


@dataclass(slots=True)
class Typed:
    """What the records of one channel say."""

    data: bytearray = field(default_factory=bytearray)
    t_ns: array[int] = field(default_factory=lambda: array("q"))
    size: array[int] = field(default_factory=lambda: array("q"))
    out: array[int] = field(default_factory=lambda: array("q"))
    """How many bytes `out` had."""
    place: array[int] = field(default_factory=lambda: array("q"))
    """Where in `in` the record is."""
    last_ns: int = 0
    ended: bool = False
    """Whether the last record is there."""
    rest: int = 0
    """Bytes at the end that are no whole record."""
    damage: tuple[int, int] | None = None
    """From the first byte that does not open to the last."""
    hole_ns: int | None = None
    """When the last record before that was written."""

    def add(self, record: sealed.Record, offset: int) -> None:
        """One record, in the order of the file."""
        self.last_ns = min(max(record.t_ns // 1_000 * 1_000, self.last_ns), _LONGEST_NS)
        self.ended = self.ended or record.kind == sealed.END
        if record.kind == sealed.INPUT and record.data:
            self.t_ns.append(self.last_ns)
            self.size.append(len(record.data))
            self.out.append(min(record.out, _FARTHEST))
            self.place.append(offset)
            self.data += record.data

    def spoil(self, offset: int, end: int) -> None:
        """These bytes do not open."""
        if self.hole_ns is None:
            self.hole_ns = self.last_ns
        self.damage = (self.damage[0] if self.damage else offset, end)


def unseal(raw: bytes, context: bytes, key: bytes) -> Typed:
    """Every record that opens; `context` is what the first line has to be."""
    typed = Typed()
    start = len(context) + 1
    if raw[:start] != context + b"\n":
        typed.spoil(0, len(raw))
        return typed
    aead, end = AESGCM(derived(key, b"", context)), start
    for number, (offset, body) in enumerate(sealed.frames(raw, start)):
        end = offset + 4 + len(body)
        record = None if typed.ended else _opened(aead, number, body)
        if record is None:
            typed.spoil(offset, end)
        else:
            typed.add(record, offset)
    typed.rest = len(raw) - end
    return typed


def _opened(aead: AESGCM, number: int, body: bytes) -> sealed.Record | None:
    try:
        record = sealed.unpack(aead.decrypt(number.to_bytes(12, "big"), body, None))
    except (InvalidTag, ValueError):
        return None
    return record if record.kind in _KINDS else None


def gap_of(typed: Typed, file: str, size: int, *, closed: bool) -> Gap | None:
    """What is wrong, if anything is. A channel that was not `closed` may end within a record."""
    if typed.rest and (closed or typed.rest > sealed.LONGEST):
        typed.spoil(size - typed.rest, size)
    if typed.damage:
        offset, end = typed.damage
        text = (
            f"{file}: what lies in the bytes from {offset} to {end} was changed, moved or cut, and does not "
            "open: what was typed from there on is not relied on; compare another copy"
        )
        return Gap("tampered", file, offset, end - offset, typed.hole_ns, text)
    if closed and not typed.ended:
        typed.hole_ns = typed.last_ns
        text = f"{file} lacks its last record: what was typed last may be missing; look for another copy"
        return Gap("truncated", file, None, None, typed.last_ns, text)
    return None


def merge(assembly: Assembly, typed: Typed) -> None:
    """The input among the other events: by time, and where that is the same by how far the output was."""
    rows = assembly.rows
    is_out = rows[:, 1] == OUTPUT
    ends = np.where(is_out, rows[:, 2] + rows[:, 3], 0)
    reach = np.where(is_out, rows[:, 2], np.maximum.accumulate(ends) if len(ends) else ends)
    sizes = np.array(typed.size, dtype=np.int64)
    t_ns, out = np.array(typed.t_ns, dtype=np.int64), np.array(typed.out, dtype=np.int64)
    ours = np.stack([t_ns, np.full_like(t_ns, INPUT), np.cumsum(sizes) - sizes, sizes], axis=1)
    both = np.concatenate([ours, rows])
    side = np.r_[np.zeros(len(ours)), np.ones(len(rows))]
    assembly.rows = both[np.lexsort((side, np.r_[out, reach], both[:, 0]))]
    assembly.end_ns = max(assembly.end_ns, int(t_ns[-1]) if len(t_ns) else 0)
    assembly.input_ends_ns = typed.hole_ns


def places(assembly: Assembly, typed: Typed) -> Places:
    """Where in `in` the record of each event of the input is."""
    offsets = np.where(assembly.rows[:, 1] == INPUT, assembly.rows[:, 2], 0)
    sizes, where = (np.array(column, dtype=np.int64) for column in (typed.size, typed.place))
    found = where[np.searchsorted(np.cumsum(sizes) - sizes, offsets)] if len(where) else offsets
    return Places(found, False, sealed=True)
