"""Which characters a font file has: its `cmap` table (OpenType 1.9, format 12), without the rest of the file.

Asking the font engine would mean to draw each character and compare it with the sign for a missing one.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from struct import unpack_from
from typing import BinaryIO

SEGMENTED = 12  # the one format that reaches beyond U+FFFF; every font that we use has it


@dataclass(frozen=True, slots=True)
class Coverage:
    """Ranges of code points, in order: the first and the last of each."""

    firsts: tuple[int, ...]
    lasts: tuple[int, ...]

    def __contains__(self, character: str) -> bool:
        at = bisect_right(self.firsts, ord(character)) - 1
        return at >= 0 and ord(character) <= self.lasts[at]


@lru_cache(maxsize=16)
def covered(path: str) -> Coverage:
    """What the (first) font of a file has; nothing where the table cannot be read."""
    with Path(path).open("rb") as file:
        table = character_map(file)
    groups = [unpack_from(">III", table, 16 + 12 * i) for i in range(len(table) // 12 - 1)] if table else []
    return Coverage(tuple(first for first, _, _ in groups), tuple(last for _, last, _ in groups))


def character_map(file: BinaryIO) -> bytes:
    """The sub-table of format 12, empty where there is none."""
    head = piece(file, 0, 16)
    start = unpack_from(">I", head, 12)[0] if head[:4] == b"ttcf" else 0
    (count,) = unpack_from(">H", piece(file, start + 4, 2))
    entries = piece(file, start + 12, 16 * count)
    tables = {entries[i : i + 4]: unpack_from(">I", entries, i + 8)[0] for i in range(0, 16 * count, 16)}
    table = tables[b"cmap"]
    (count,) = unpack_from(">H", piece(file, table + 2, 2))
    for i in range(count):
        (offset,) = unpack_from(">I", piece(file, table + 8 + 8 * i, 4))
        shape, _, size = unpack_from(">HHI", piece(file, table + offset, 8))
        if shape == SEGMENTED:
            return piece(file, table + offset, size)
    return b""


def piece(file: BinaryIO, at: int, size: int) -> bytes:
    """So many bytes at a place."""
    file.seek(at)
    return file.read(size)
