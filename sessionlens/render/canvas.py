"""The picture as planes of bytes, and the two inks it can be painted in: RGB for images, I420 for video.

An ink turns a row of tiles and its colour pairs into a strip: one array a plane. A canvas takes strips and
flat fills. All places and sizes are even, since the chroma planes of I420 are half as high and wide.
"""

from __future__ import annotations

from typing import Any, Protocol
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from sessionlens.render.colour import LEVELS, Bytes, rgb_table, yuv_picture, yuv_tables
from sessionlens.render.glyphs import Atlas, Slots

Pair = tuple[int, int]  # foreground, background
Planes = tuple[Bytes, ...]
COLOURED = 24 << 20  # bytes of luma in tiles


class Ink(Protocol):
    """How colours become bytes; `steps` is the subsampling of each plane."""

    steps: tuple[int, ...]

    def planes(self, width: int, height: int) -> tuple[Bytes, Planes]:
        """The whole buffer, and its planes as views."""

    def flat(self, colour: int) -> Planes:
        """A colour for filling, one element a plane."""

    def strip(self, atlas: Atlas, slots: Slots, which: Slots | None, pairs: list[Pair]) -> Planes:
        """A row of tiles; `which[i]` is the pair of tile i (None: the first pair throughout)."""

    def picture(self, pixels: Bytes) -> Planes:
        """RGB pixels (height, width, 3) of even size."""


class RgbInk:
    """Interleaved RGB, one plane of shape (height, width, 3)."""

    steps: tuple[int, ...] = (1,)

    def planes(self, width: int, height: int) -> tuple[Bytes, Planes]:
        buffer = np.zeros((height, width, 3), np.uint8)
        return buffer, (buffer,)

    def flat(self, colour: int) -> Planes:
        return (rgb_table(colour, colour)[0],)

    def strip(self, atlas: Atlas, slots: Slots, which: Slots | None, pairs: list[Pair]) -> Planes:
        own: npt.NDArray[np.integer] = atlas.index[slots] // LEVELS
        if which is not None:
            own = own + (which * LEVELS)[:, None, None]
        table = np.concatenate([rgb_table(*pair) for pair in pairs])
        return (table[side_by_side(own)],)

    def picture(self, pixels: Bytes) -> Planes:
        return (pixels,)


class I420Ink:
    """Planar Y, U, V in one buffer, BT.709 limited range, the luma solved for each pair."""

    steps: tuple[int, ...] = (1, 2, 2)

    def __init__(self) -> None:
        self._tiles: WeakKeyDictionary[Atlas, Coloured] = WeakKeyDictionary()

    def planes(self, width: int, height: int) -> tuple[Bytes, Planes]:
        size, quarter = width * height, width * height // 4
        buffer = np.zeros(size + 2 * quarter, np.uint8)
        y = buffer[:size].reshape(height, width)
        u = buffer[size : size + quarter].reshape(height // 2, width // 2)
        v = buffer[size + quarter :].reshape(height // 2, width // 2)
        return buffer, (y, u, v)

    def flat(self, colour: int) -> Planes:
        tables = yuv_tables(colour, colour)
        return tables.luma[:1], tables.u[:1], tables.v[:1]

    def strip(self, atlas: Atlas, slots: Slots, which: Slots | None, pairs: list[Pair]) -> Planes:
        found = self._tiles.get(atlas)
        if found is None or found.atlas_index is not atlas.index or found.full:
            found = self._tiles[atlas] = Coloured(atlas)
        luma, u, v = found.tiles(slots, which, pairs)
        return side_by_side(luma), side_by_side(u), side_by_side(v)

    def picture(self, pixels: Bytes) -> Planes:
        return yuv_picture(pixels)


class Coloured:
    """The tiles of one atlas in the colours in which they were asked for: luma and both chromas, each worked
    out once. An atlas that grew or began anew has another array, and needs a new one of these."""

    def __init__(self, atlas: Atlas) -> None:
        self.atlas_index, self._mean = atlas.index, atlas.mean
        self._pairs: dict[Pair, int] = {}
        self._known = np.full((8, len(atlas.index)), -1, np.int32)  # by pair and slot
        self._count = 0
        whole, half = (64, *atlas.index.shape[1:]), (64, *atlas.mean.shape[1:])
        self._planes = [np.zeros(shape, np.uint8) for shape in (whole, half, half)]

    @property
    def full(self) -> bool:
        """Whether it is time to begin anew."""
        return self._planes[0].nbytes > COLOURED

    def tiles(self, slots: Slots, which: Slots | None, pairs: list[Pair]) -> list[Bytes]:
        """Luma (n, h, w) and both chromas (n, h / 2, w / 2) of tiles in their pairs."""
        rows = np.array([self._pairs.setdefault(pair, len(self._pairs)) for pair in pairs], np.int32)
        while len(self._pairs) > len(self._known):
            self._known = np.concatenate([self._known, np.full_like(self._known, -1)])
        row = rows[0] if which is None else rows[which]
        numbers = self._known[row, slots]
        if numbers.min() < 0:
            for i in np.flatnonzero(numbers < 0).tolist():
                pair = pairs[0 if which is None else which[i]]
                self._add(pair, int(self._pairs[pair]), int(slots[i]))
            numbers = self._known[row, slots]
        return [plane[numbers] for plane in self._planes]

    def _add(self, pair: Pair, row: int, slot: int) -> None:
        if self._known[row, slot] >= 0:
            return
        if self._count == len(self._planes[0]):
            self._planes = [np.concatenate([plane, np.zeros_like(plane)]) for plane in self._planes]
        tables, own, mean = yuv_tables(*pair), self.atlas_index[slot], self._mean[slot]
        for plane, tile in zip(self._planes, (tables.luma[own], tables.u[mean], tables.v[mean]), strict=True):
            plane[self._count] = tile
        self._known[row, slot] = self._count
        self._count += 1


def side_by_side(tiles: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Tiles (n, h, w) as one strip (h, n × w)."""
    n, h, w = tiles.shape
    return tiles.transpose(1, 0, 2).reshape(h, n * w)


class Canvas:
    """A picture of even size, black until painted."""

    def __init__(self, width: int, height: int, ink: Ink) -> None:
        self.width, self.height, self.ink = width, height, ink
        self.buffer, self.planes = ink.planes(width, height)

    def fill(self, x: int, y: int, width: int, height: int, colour: int) -> None:
        """A flat rectangle."""
        for plane, value, k in zip(self.planes, self.ink.flat(colour), self.ink.steps, strict=True):
            plane[y // k : (y + height) // k, x // k : (x + width) // k] = value

    def put(self, x: int, y: int, strip: Planes, width: int | None = None) -> None:
        """A strip at a place, cut to `width` pixels."""
        for plane, part, k in zip(self.planes, strip, self.ink.steps, strict=True):
            wide = part.shape[1] if width is None else min(part.shape[1], width // k)
            plane[y // k : y // k + part.shape[0], x // k : x // k + wide] = part[:, :wide]

    def move_up(self, x: int, y: int, width: int, height: int, by: int) -> None:
        """What lies `by` pixels below a rectangle, into the rectangle."""
        for plane, k in zip(self.planes, self.ink.steps, strict=True):
            if width == self.width:  # whole lines lie one after the other: numpy moves them without a copy
                flat, size, step = plane.reshape(-1), plane.size // len(plane), by // k
                first, last = y // k, (y + height) // k
                flat[first * size : last * size] = flat[(first + step) * size : (last + step) * size]
                continue
            across = slice(x // k, (x + width) // k)
            plane[y // k : (y + height) // k, across] = plane[(y + by) // k : (y + by + height) // k, across]

    def copy_from(self, other: Canvas, x: int, y: int, columns: tuple[int, int]) -> None:
        """A vertical slice of another canvas, its pixel columns from `columns[0]` up to `columns[1]`."""
        first, last = columns
        for plane, source, k in zip(self.planes, other.planes, self.ink.steps, strict=True):
            part = source[:, first // k : last // k]
            plane[y // k : y // k + part.shape[0], (x + first) // k : (x + first) // k + part.shape[1]] = part
