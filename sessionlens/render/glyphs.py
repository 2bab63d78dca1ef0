"""Characters as tiles of coverage, drawn once per cell size and kept: the atlas that rows are assembled from.

A tile says, per pixel, how much of it is foreground (17 levels), and with it the mean level of its 2 × 2
block, which is all that the colour tables need. Colours are no part of a tile. What no font has gets a frame
with its code in it, never an empty box. The atlas is bounded: when it is full, it starts anew between two
rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sessionlens.render.colour import LEVELS, Bytes
from sessionlens.render.letters import Cell, letter
from sessionlens.render.lines import decorate, hatch

LIMIT = 24 << 20  # bytes of tiles
Slots = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Look:
    """The shape of a character beyond the character: everything of a style but its colours."""

    bold: bool = False
    italic: bool = False
    underline: int = 0
    strike: bool = False
    overline: bool = False
    blink: bool = False
    hatched: bool = False  # it would be invisible on a terminal: concealed, or painted in its own background

    @property
    def marks_blanks(self) -> bool:
        """Whether a blank cell of this look has ink."""
        return bool(self.underline or self.strike or self.overline)


PLAIN = Look()


class Atlas:
    """The tiles of one cell size (even width and height).

    `index[slot]` is uint16 (height, width), own level × 17 + mean level; `mean[slot]` is uint8, half as high
    and wide.
    """

    def __init__(self, width: int, height: int) -> None:
        if width < 2 or height < 2 or width % 2 or height % 2:
            raise ValueError(f"a cell has even sides: {width}×{height}")
        self.width, self.height = width, height
        self._looks: dict[Look, int] = {}
        self.limit = max(1024, LIMIT // (width * height * 9 // 4))
        self.clear()

    def clear(self) -> None:
        """Forget every tile; slot 0 is the blank."""
        self._tables: dict[Look, dict[str, int]] = {}
        self._ascii: Slots = np.full((16, 128), -1, np.int32)
        self.index = np.zeros((64, self.height, self.width), np.uint16)
        self.mean = np.zeros((64, self.height // 2, self.width // 2), np.uint8)
        self.count = 1

    def make_room(self) -> None:
        """Called between rows: start anew when full."""
        if self.count > self.limit:
            self.clear()

    def number(self, look: Look) -> int:
        """The number by which `ascii` knows a look; it never changes."""
        return self._looks.setdefault(look, len(self._looks))

    def ascii(self, codes: Bytes, looks: Slots) -> Slots:
        """The slots of printable ASCII, each in its look."""
        if len(self._looks) > len(self._ascii):
            more = np.full((len(self._looks) + 16 - len(self._ascii), 128), -1, np.int32)
            self._ascii = np.concatenate([self._ascii, more])
        slots: Slots = self._ascii[looks, codes]
        if slots.min() < 0:
            known = list(self._looks)
            for look, code in {
                (look, code) for look, code in zip(looks.tolist(), codes.tolist(), strict=True)
            }:
                self._ascii[look, code] = self.slot(chr(code), 1, known[look])
            slots = self._ascii[looks, codes]
        return slots

    def slot(self, text: str, columns: int, look: Look) -> int:
        """The first slot of a cell's text; a wide character takes `columns` slots in a row."""
        table = self._tables.setdefault(look, {})
        found = table.get(text)
        if found is None:
            found = table[text] = self._add(tile(text, columns, self.width, self.height, look), columns)
        return found

    def _add(self, mask: Bytes, columns: int) -> int:
        first, self.count = self.count, self.count + columns
        if self.count > len(self.index):
            self.index = np.concatenate([self.index, np.zeros_like(self.index)])
            self.mean = np.concatenate([self.mean, np.zeros_like(self.mean)])
        for column in range(columns):
            part = mask[:, column * self.width : (column + 1) * self.width]
            self.index[first + column], self.mean[first + column] = levels(part)
        return first


def levels(mask: Bytes) -> tuple[npt.NDArray[np.uint16], Bytes]:
    """Coverage as table indices, and the mean level of each 2 × 2 block."""
    own = np.rint(mask * ((LEVELS - 1) / 255)).astype(np.uint16)
    h, w = own.shape
    mean = (own.reshape(h // 2, 2, w // 2, 2).sum(axis=(1, 3)) + 2) // 4
    spread = mean.repeat(2, axis=0).repeat(2, axis=1)
    return (own * LEVELS + spread).astype(np.uint16), mean.astype(np.uint8)


def tile(text: str, columns: int, width: int, height: int, look: Look) -> Bytes:
    """The coverage of one cell (or two), uint8 (height, width × columns)."""
    blank = not text.strip()
    mask = np.zeros((height, width * columns), np.uint8)
    if not blank:
        mask = letter(text, Cell(width * columns, width, height, look.bold, look.italic))
    if not blank or look.marks_blanks:
        decorate(mask, look.underline, look.strike, look.overline, look.blink and not blank)
    if look.hatched and not blank:
        hatch(mask)
    return mask
