"""From a colour pair and a coverage to the bytes of a pixel: RGB, or BT.709 limited-range YUV with halved
chroma.

Text in 4:2:0 video loses contrast because four pixels share one chroma. So the luma of each pixel is solved:
the code is chosen whose *decoded* luminance, under the chroma that its block really gets, comes nearest to
the luminance that was meant (red on black keeps a contrast of 2.96 of 3.02 instead of 2.05). ITU-R BT.709,
IEC 61966-2-1.

Coverage is quantised to 17 levels; a pixel's own level and its block's mean level are all that the answer
depends on, so each pair of colours needs one table of 17 × 17 luma codes and 17 chroma codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

LEVELS = 17
PAIRS_KEPT = 8192
FIRST, LAST = 1, 254  # luma codes; beyond black (16) and white (235) they make up for a neighbour's chroma
TIE = 1e-7  # of codes that look the same, the one nearest to the colour's own
KR, KG, KB = 0.2126, 0.7152, 0.0722

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

_v = np.arange(4096) / 4095
LINEAR: Floats = np.where(_v <= 0.04045, _v / 12.92, ((_v + 0.055) / 1.055) ** 2.4)


@dataclass(frozen=True, slots=True)
class YuvTables:
    """One colour pair in YUV: `luma[own level * 17 + mean level]`, `u[mean level]`, `v[mean level]`, all
    uint8."""

    luma: Bytes
    u: Bytes
    v: Bytes


def ramp(foreground: int, background: int) -> Floats:
    """The 17 steps from background to foreground as RGB shares, shape (17, 3)."""
    fg, bg = channels(foreground), channels(background)
    share: Floats = np.linspace(0, 1, LEVELS)[:, None]
    return bg + share * (fg - bg)


@lru_cache(PAIRS_KEPT)
def rgb_table(foreground: int, background: int) -> Bytes:
    """The same steps as bytes, shape (17, 3)."""
    return np.rint(ramp(foreground, background) * 255).astype(np.uint8)


@lru_cache(PAIRS_KEPT)
def yuv_tables(foreground: int, background: int) -> YuvTables:
    """The tables of one colour pair."""
    colours = ramp(foreground, background)
    y = colours @ np.array([KR, KG, KB])
    u = np.rint(128 + 224 * (colours[:, 2] - y) / (2 - 2 * KB))
    v = np.rint(128 + 224 * (colours[:, 0] - y) / (2 - 2 * KR))
    codes = np.arange(FIRST, LAST + 1.0)
    shown = luminance(decode(codes[None, :], u[:, None], v[:, None])) + TIE * codes
    meant = luminance(colours) + TIE * (16 + 219 * y)
    luma = np.empty((LEVELS, LEVELS), np.uint8)
    for mean in range(LEVELS):
        luma[:, mean] = FIRST + nearest(shown[mean], meant)
    return YuvTables(luma.reshape(-1), u.astype(np.uint8), v.astype(np.uint8))


def yuv_picture(pixels: Bytes) -> tuple[Bytes, Bytes, Bytes]:
    """RGB pixels (height, width, 3) as planes; each block of 2 × 2 has the mean of its chroma."""
    shares = pixels / 255
    y = shares @ np.array([KR, KG, KB])
    height, width = y.shape
    blocks = (height // 2, 2, width // 2, 2)
    u = ((shares[:, :, 2] - y) / (2 - 2 * KB)).reshape(blocks).mean(axis=(1, 3))
    v = ((shares[:, :, 0] - y) / (2 - 2 * KR)).reshape(blocks).mean(axis=(1, 3))
    planes = (16 + 219 * y, 128 + 224 * u, 128 + 224 * v)
    luma, blue, red = (np.rint(plane).astype(np.uint8) for plane in planes)
    return luma, blue, red


def decode(y: Floats, u: Floats, v: Floats) -> Floats:
    """RGB shares of limited-range codes, as a player computes them, clipped; the last axis is the channel."""
    luma, blue, red = (y - 16) / 219, (u - 128) / 224, (v - 128) / 224
    r = luma + (2 - 2 * KR) * red
    b = luma + (2 - 2 * KB) * blue
    g = (luma - KR * r - KB * b) / KG
    shares: Floats = np.clip(np.stack(np.broadcast_arrays(r, g, b), axis=-1), 0, 1)
    return shares


def luminance(shares: Floats) -> Floats:
    """Relative luminance of RGB shares; the last axis is the channel."""
    linear = LINEAR[np.rint(shares * 4095).astype(np.intp)]
    out: Floats = linear @ np.array([KR, KG, KB])
    return out


def nearest(rising: Floats, wanted: Floats) -> npt.NDArray[np.intp]:
    """For each wanted value the index of the nearest one in a rising sequence."""
    after = np.clip(np.searchsorted(rising, wanted), 1, len(rising) - 1)
    below = wanted - rising[after - 1] <= rising[after] - wanted
    found: npt.NDArray[np.intp] = after - below.astype(np.intp)
    return found


def channels(colour: int) -> Floats:
    """0xRRGGBB as three shares of one."""
    return np.array([colour >> 16 & 0xFF, colour >> 8 & 0xFF, colour & 0xFF]) / 255
