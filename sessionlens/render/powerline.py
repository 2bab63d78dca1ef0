"""The symbols of status lines in the private use area, U+E0A0..U+E0BF, as powerline and its extension draw
them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from sessionlens.render.colour import Bytes, Floats
from sessionlens.render.smooth import SMOOTH, grid, shrink

FIRST, LAST = 0xE0B0, 0xE0BF
BRANCH, LOCK = "\ue0a0", "\ue0a2"


def powerline(character: str, width: int, height: int) -> Bytes | None:
    """The mask of one of them, or None."""
    code = ord(character)
    if FIRST <= code <= LAST:
        return separator(code - FIRST, width, height)
    if character in SIGNS:
        return SIGNS[character](width, height)
    return None


def separator(which: int, width: int, height: int) -> Bytes:
    """Four kinds of four: triangles, half discs, lower corners, upper corners; each solid and then as a line,
    to the right and then to the left (corners: at the left and then at the right)."""
    xs, ys = grid(width, height)
    kind, turned, thin = which // 4, which % 4 >= 2, which % 2 == 1
    if turned:
        xs = width - xs
    reach = EDGES[kind](ys / height) * width
    if not thin:
        return shrink(xs <= reach)
    thick = max(1, width / 8) * (
        math.hypot(1, width / height) if kind > 1 else math.hypot(1, 2 * width / height)
    )
    return shrink(np.abs(xs - reach + thick / 2 * (kind < 2)) <= thick / 2)


EDGES: tuple[Callable[[Floats], Floats], ...] = (
    lambda y: 1 - np.abs(2 * y - 1),
    lambda y: np.sqrt(1 - (2 * y - 1) ** 2),
    lambda y: y,
    lambda y: 1 - y,
)
"""How far the shape reaches into the cell, from its side, at a height; all in shares."""


def branch(width: int, height: int) -> Bytes:
    """A stem with a twig."""
    image, draw, thick = paper(width, height)
    w, h = image.size
    draw.line((0.3 * w, 0.12 * h, 0.3 * w, 0.88 * h), fill=255, width=thick)
    draw.line((0.72 * w, 0.12 * h, 0.72 * w, 0.42 * h), fill=255, width=thick)
    draw.line((0.72 * w, 0.42 * h, 0.3 * w, 0.68 * h), fill=255, width=thick)
    return shrink(np.asarray(image) > 0)


def lock(width: int, height: int) -> Bytes:
    """A padlock."""
    image, draw, thick = paper(width, height)
    w, h = image.size
    draw.rectangle((0.12 * w, 0.45 * h, 0.88 * w, 0.8 * h), fill=255)
    draw.arc((0.25 * w, 0.22 * h, 0.75 * w, 0.68 * h), 180, 360, fill=255, width=thick)
    return shrink(np.asarray(image) > 0)


def paper(width: int, height: int) -> tuple[Image.Image, ImageDraw.ImageDraw, int]:
    """A large sheet, its pen, and how thick a line is on it."""
    image = Image.new("L", (width * SMOOTH, height * SMOOTH))
    return image, ImageDraw.Draw(image), max(1, round(width / 7)) * SMOOTH


SIGNS = {BRANCH: branch, LOCK: lock}
