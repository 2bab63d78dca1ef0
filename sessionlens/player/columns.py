"""Columns of whole numbers as planes of bytes, one after the other."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]


class Columns:
    """What is written so far: `data`, and of each column (bytes an item, items)."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.shapes: dict[str, tuple[int, int]] = {}

    def add(self, name: str, numbers: Sequence[int] | array[int] | Numbers, size: int) -> None:
        """A column of numbers from 0 on, `size` bytes each. Raises ValueError for one that is too large."""
        values = np.asarray(numbers, np.int64)
        if values.size and not 0 <= int(values.min()) <= int(values.max()) < 1 << 8 * size:
            raise ValueError(f"column {name}: a number is not within {size} bytes")
        planes = values.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :size]
        self.data += planes.T.tobytes()
        self.shapes[name] = (size, len(values))

    def add_bytes(self, name: str, data: bytes | bytearray) -> None:
        """A column of bytes as they are."""
        self.data += data
        self.shapes[name] = (1, len(data))

    def add_wide(self, name: str, numbers: Numbers) -> None:
        """A column of up to 64 bits, as two: `name` and `name_high`."""
        self.add(name, numbers & 0xFFFFFFFF, 4)
        self.add(f"{name}_high", numbers >> 32, 4)
