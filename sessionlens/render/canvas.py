"""The picture as planes of bytes, and the two inks it can be painted in: RGB for images, I420 for video.

An ink turns a row of tiles and its colour pairs into a strip: one array a plane. A canvas takes strips and
flat fills. All places and sizes are even, since the chroma planes of I420 are half as high and wide.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from sessionlens.render.colour import LEVELS, Bytes, rgb_table, yuv_picture, yuv_tables
from sessionlens.render.glyphs import Atlas, Slots

Pair = tuple[int, int]  # foreground, background
Planes = tuple[Bytes, ...]


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
        own = side_by_side(atlas.index[slots] // LEVELS, which, LEVELS)
        table = np.concatenate([rgb_table(*pair) for pair in pairs])
        return (table[own],)

    def picture(self, pixels: Bytes) -> Planes:
        return (pixels,)


class I420Ink:
    """Planar Y, U, V in one buffer, BT.709 limited range, the luma solved for each pair."""

    steps: tuple[int, ...] = (1, 2, 2)

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
        tables = [yuv_tables(*pair) for pair in pairs]
        own = side_by_side(atlas.index[slots], which, LEVELS * LEVELS)
        mean = side_by_side(atlas.mean[slots], which, LEVELS)
        luma = joined([t.luma for t in tables]).take(own)
        return luma, joined([t.u for t in tables]).take(mean), joined([t.v for t in tables]).take(mean)

    def picture(self, pixels: Bytes) -> Planes:
        return yuv_picture(pixels)


def joined(tables: list[Bytes]) -> Bytes:
    """Tables end to end."""
    return tables[0] if len(tables) == 1 else np.concatenate(tables)


def side_by_side(tiles: npt.NDArray[np.integer], which: Slots | None, size: int) -> npt.NDArray[np.integer]:
    """Tiles (n, h, w) as one strip (h, n × w), each moved on to the table of its pair."""
    if which is not None:
        tiles = tiles + (which * size)[:, None, None]
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
            across = slice(x // k, (x + width) // k)
            plane[y // k : (y + height) // k, across] = plane[(y + by) // k : (y + by + height) // k, across]

    def copy_from(self, other: Canvas, x: int, y: int, columns: tuple[int, int]) -> None:
        """A vertical slice of another canvas, its pixel columns from `columns[0]` up to `columns[1]`."""
        first, last = columns
        for plane, source, k in zip(self.planes, other.planes, self.ink.steps, strict=True):
            part = source[:, first // k : last // k]
            plane[y // k : y // k + part.shape[0], (x + first) // k : (x + first) // k + part.shape[1]] = part
