"""The sign for a character that no font has: a frame with its code in hexadecimal.

The digits are a 3 × 5 pixel alphabet of their own, since a cell leaves no room for a font's.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sessionlens.render.colour import Bytes

# each digit as five rows of three pixels, the first row in the highest bits
DIGITS = {
    "0": 0b111_101_101_101_111, "1": 0b010_110_010_010_111, "2": 0b111_001_111_100_111,
    "3": 0b111_001_011_001_111, "4": 0b101_101_111_001_001, "5": 0b111_100_111_001_111,
    "6": 0b111_100_111_101_111, "7": 0b111_001_010_010_010, "8": 0b111_101_111_101_111,
    "9": 0b111_101_111_001_111, "A": 0b010_101_111_101_101, "B": 0b110_101_110_101_110,
    "C": 0b111_100_100_100_111, "D": 0b110_101_101_101_110, "E": 0b111_100_110_100_111,
    "F": 0b111_100_110_100_100,
}  # fmt: skip


def framed_code(code: int, width: int, height: int) -> Bytes:
    """The mask of a code point: two digits a line in a narrow cell, three in a wide one."""
    mask = np.zeros((height, width), np.uint8)
    digits = f"{code:04X}"
    per_line = 2 if width < height * 0.8 else 3
    if len(digits) == 4:
        per_line = 2
    lines = [digits[i : i + per_line] for i in range(0, len(digits), per_line)]
    frame(mask)
    scale = max(1, min((width - 3) // (4 * per_line - 1), (height - 3) // (6 * len(lines) - 1)))
    top = (height - (6 * len(lines) - 1) * scale) // 2
    for row, text in enumerate(lines):
        left = (width - (4 * len(text) - 1) * scale) // 2
        for column, digit in enumerate(text):
            stamp(mask, digit, left + column * 4 * scale, top + row * 6 * scale, scale)
    return mask


def frame(mask: Bytes) -> None:
    """A thin frame, fainter than the digits."""
    mask[0, :] = mask[-1, :] = mask[:, 0] = mask[:, -1] = 120


def stamp(mask: Bytes, digit: str, x: int, y: int, scale: int) -> None:
    """One digit; what falls outside a tiny cell is cut."""
    shape = enlarged(digit, scale)
    top, left = max(y, 0), max(x, 0)
    room = mask[top : max(y + len(shape), 0), left : max(x + shape.shape[1], 0)]
    cut = shape[top - y :, left - x :]
    np.maximum(room, cut[: room.shape[0], : room.shape[1]], out=room)


@lru_cache(maxsize=256)
def enlarged(digit: str, scale: int) -> Bytes:
    """A digit as a mask, each of its pixels `scale` wide and high."""
    pixels = [[DIGITS[digit] >> (14 - 3 * row - column) & 1 for column in range(3)] for row in range(5)]
    return np.kron(np.array(pixels, np.uint8) * 255, np.ones((scale, scale), np.uint8))
