"""Slanted and round shapes as coverage: drawn several times as large, then the mean."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sessionlens.render.colour import Bytes, Floats

SMOOTH = 4  # how many times


def grid(width: int, height: int) -> tuple[Floats, Floats]:
    """x and y of the centre of each fine pixel, in pixels of the cell."""
    ys, xs = np.mgrid[0 : height * SMOOTH, 0 : width * SMOOTH] + 0.5
    return xs / SMOOTH, ys / SMOOTH


def shrink(big: npt.NDArray[np.bool_]) -> Bytes:
    """An oversampled shape as coverage."""
    h, w = big.shape[0] // SMOOTH, big.shape[1] // SMOOTH
    mean = big.reshape(h, SMOOTH, w, SMOOTH).mean(axis=(1, 3))
    mask: Bytes = np.rint(mean * 255).astype(np.uint8)
    return mask
