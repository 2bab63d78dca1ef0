"""Lines over a character: underlines of five kinds, strike, overline, the blink mark, and the hatch of the
unseen.

They are drawn into the same coverage mask, so they take the character's colour and join from cell to cell.
"""

from __future__ import annotations

import numpy as np

from sessionlens.render.colour import Bytes

SINGLE, DOUBLE, CURLY, DOTTED, DASHED = 1, 2, 3, 4, 5


def decorate(mask: Bytes, underline: int, strike: bool, overline: bool, blink: bool) -> None:
    """Draw the lines of a style into a tile."""
    height = mask.shape[0]
    thick = max(1, height // 16)
    if underline:
        underlined(mask, underline, thick)
    if strike:
        top = round(height * 0.52) - thick // 2
        mask[top : top + thick] = 255
    if overline:
        mask[:thick] = 255
    if blink:
        dots(mask, 0, thick, thick * 2)


def underlined(mask: Bytes, kind: int, thick: int) -> None:
    """One of the five underlines (SGR 4:1 to 4:5)."""
    height, width = mask.shape
    top = height - max(2, height // 10) - thick + 1
    if kind == DOUBLE:
        mask[height - thick :] = 255
        mask[height - 3 * thick : height - 2 * thick] = 255
    elif kind == CURLY:
        x = np.arange(width)
        swing = np.rint(np.sin(2 * np.pi * (x + 0.5) / max(width // 2, 4)) * thick).astype(int)
        for dy in range(thick):
            mask[np.clip(height - 2 * thick + swing + dy, 0, height - 1), x] = 255
    elif kind == DOTTED:
        dots(mask, top, thick, thick * 2)
    elif kind == DASHED:
        for start in (0, width // 2):
            mask[top : top + thick, start : start + max(1, width // 3)] = 255
    else:
        mask[top : top + thick] = 255


def dots(mask: Bytes, top: int, size: int, step: int) -> None:
    """A dotted line."""
    for x in range(0, mask.shape[1], step):
        mask[top : top + size, x : x + size] = 255


def hatch(mask: Bytes) -> None:
    """Fine diagonals: a terminal would not have shown this text."""
    height, width = mask.shape
    ys, xs = np.mgrid[0:height, 0:width]
    stripe = (xs + ys) % max(4, height // 4) == 0
    mask[stripe] = np.maximum(mask[stripe], 110)
