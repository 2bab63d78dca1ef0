"""Characters drawn by geometry, so that neighbouring cells join: box drawing, blocks, shades, braille; also
mosaics and powerline, which have files of their own.

Each function returns a coverage mask (uint8, 0..255, cell height × cell width), or None for a character that
is not its own. The shapes of U+2500..U+257F are read from their Unicode names, which say them exactly.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from sessionlens.render.colour import Bytes
from sessionlens.render.mosaics import mosaic
from sessionlens.render.powerline import powerline
from sessionlens.render.smooth import SMOOTH, grid, shrink

LEFT, RIGHT, UP, DOWN = "LEFT", "RIGHT", "UP", "DOWN"
WEIGHTS = {"LIGHT": 1, "SINGLE": 1, "HEAVY": 2, "DOUBLE": 3}
DASHES = {"DOUBLE": 2, "TRIPLE": 3, "QUADRUPLE": 4}
SHADES = {"░": 64, "▒": 128, "▓": 192}
PICTURES = (("\u2580", "\u259f"), ("\ue0b0", "\ue0bf"), ("\U0001fb00", "\U0001fb9f"))
QUADRANTS = {"▖": 4, "▗": 8, "▘": 1, "▙": 13, "▚": 9, "▛": 7, "▜": 11, "▝": 2, "▞": 6, "▟": 14}


def is_block(character: str) -> bool:
    """Whether it is a piece of a picture rather than a letter: a block element, a mosaic, a separator."""
    return any(first <= character <= last for first, last in PICTURES)


def drawn(character: str, width: int, height: int) -> Bytes | None:
    """The mask of a character that is drawn by geometry, or None."""
    code = ord(character)
    if 0x2500 <= code <= 0x257F:
        return box(character, width, height)
    if 0x2580 <= code <= 0x259F:
        return block(character, width, height)
    if 0x2800 <= code <= 0x28FF:
        return braille(code - 0x2800, width, height)
    if 0x1FB00 <= code <= 0x1FBAE:
        return mosaic(character, width, height)
    if 0xE0A0 <= code <= 0xE0BF:
        return powerline(character, width, height)
    if 0x23BA <= code <= 0x23BD:
        return scan_line(code - 0x23BA, width, height)
    return None


@dataclass(frozen=True, slots=True)
class Pen:
    """Where lines run in a cell: the middle, the thickness of a light line, half the distance of a double
    one."""

    width: int
    height: int
    light: int
    gap: int

    @classmethod
    def of(cls, width: int, height: int) -> Pen:
        light = max(1, round(width / 9))
        return cls(width, height, light, max(light, round(width / 6)))

    def across(self, weight: int) -> int:
        """The thickness of a line of that weight."""
        return self.light * 2 + (self.light == 1) if weight == 2 else self.light


def box(character: str, width: int, height: int) -> Bytes:
    """One of U+2500..U+257F."""
    name = unicodedata.name(character).removeprefix("BOX DRAWINGS ")
    pen = Pen.of(width, height)
    if "DIAGONAL" in name:
        return diagonals(name, pen)
    if "DASH" in name:
        return dashed(name, pen)
    arms = arms_of(name)
    return arc(arms, pen) if "ARC" in name else crossing(arms, pen)


def arms_of(name: str) -> dict[str, int]:
    """Which way lines leave the centre, and their weight: `DOWN LIGHT AND RIGHT HEAVY` -> {DOWN: 1, RIGHT:
    2}."""
    arms: dict[str, int] = {}
    weight = 1
    for part in name.split(" AND "):
        words = part.split()
        weight = next((WEIGHTS[w] for w in words if w in WEIGHTS), weight)
        for word in words:
            for arm in {"HORIZONTAL": (LEFT, RIGHT), "VERTICAL": (UP, DOWN)}.get(word, (word,)):
                if arm in (LEFT, RIGHT, UP, DOWN):
                    arms[arm] = weight
    return arms


def crossing(arms: dict[str, int], pen: Pen) -> Bytes:
    """Straight arms that meet in the middle."""
    mask = np.zeros((pen.height, pen.width), np.uint8)
    strokes(mask, arms.get(LEFT, 0), arms.get(RIGHT, 0), arms.get(UP, 0), arms.get(DOWN, 0), pen)
    strokes(mask.T, arms.get(UP, 0), arms.get(DOWN, 0), arms.get(LEFT, 0), arms.get(RIGHT, 0), pen)
    return mask


def strokes(mask: Bytes, back: int, ahead: int, above: int, below: int, pen: Pen) -> None:
    """The two arms along axis 1 of `mask` (which may be transposed), given those that cross."""
    height, width = mask.shape
    for weight, opposite, flip in ((ahead, back, False), (back, ahead, True)):
        view = mask[:, ::-1] if flip else mask
        middle = (width - pen.light) // 2 if not flip else width - pen.light - (width - pen.light) // 2
        if weight == 3:
            for side, near, far in ((-1, above, below), (1, below, above)):
                start = middle + inner(near, far, opposite, pen)
                line(view, (height - pen.light) // 2 + side * pen.gap, start, pen.light)
        elif weight:
            thick = pen.across(weight)
            crossed = max(above, below)
            reach = pen.gap if crossed == 3 and not opposite else 0
            if crossed == 3 and above and below and not opposite:
                reach = -pen.gap
            start = middle - reach - (pen.across(crossed) - pen.light) // 2 * (crossed == 2 and not opposite)
            line(view, (height - thick) // 2, start, thick)


def inner(near: int, far: int, opposite: int, pen: Pen) -> int:
    """Where one line of a double arm begins, counted from the middle: at the near wall, or round the outer
    corner."""
    if near:
        return pen.gap if near == 3 else 0
    if far and not opposite:
        return -pen.gap if far == 3 else 0
    return 0


def line(mask: Bytes, top: int, start: int, thickness: int) -> None:
    """A stroke from `start` to the far edge."""
    mask[max(top, 0) : top + thickness, max(start, 0) :] = 255


def dashed(name: str, pen: Pen) -> Bytes:
    """Two, three or four dashes a cell."""
    words = name.split()
    count = next(DASHES[w] for w in words if w in DASHES)
    mask = np.zeros((pen.height, pen.width), np.uint8)
    view = mask.T if "VERTICAL" in words else mask
    long, thick = view.shape[1], pen.across(2 if "HEAVY" in words else 1)
    for i in range(count):
        first, last = round(long * (i + 0.2) / count), round(long * (i + 0.8) / count)
        view[(view.shape[0] - thick) // 2 :][:thick, first : max(last, first + 1)] = 255
    return mask


def arc(arms: dict[str, int], pen: Pen) -> Bytes:
    """A quarter circle between two arms, then straight to the edge."""
    r = min(pen.width, pen.height) // 2
    half = pen.light / 2
    x0 = (pen.width - pen.light) // 2 + half
    y0 = (pen.height - pen.light) // 2 + half
    sx, sy = (1 if RIGHT in arms else -1), (1 if DOWN in arms else -1)
    xs, ys = grid(pen.width, pen.height)
    dx, dy = (xs - x0) * sx, (ys - y0) * sy
    ring = (np.abs(np.hypot(dx - r, dy - r) - r) <= half) & (dx <= r) & (dy <= r)
    straight = ((np.abs(dx) <= half) & (dy >= r)) | ((np.abs(dy) <= half) & (dx >= r))
    return shrink(ring | straight)


def diagonals(name: str, pen: Pen) -> Bytes:
    """╱ ╲ ╳, corner to corner."""
    lines = []
    if "UPPER RIGHT" in name or "CROSS" in name:
        lines.append((0, pen.height, pen.width, 0))
    if "UPPER LEFT" in name or "CROSS" in name:
        lines.append((0, 0, pen.width, pen.height))
    image = Image.new("L", (pen.width * SMOOTH, pen.height * SMOOTH))
    draw = ImageDraw.Draw(image)
    for x0, y0, x1, y1 in lines:
        ends = (x0 * SMOOTH, y0 * SMOOTH, x1 * SMOOTH, y1 * SMOOTH)
        draw.line(ends, fill=255, width=pen.light * SMOOTH)
    return shrink(np.asarray(image) > 0)


def block(character: str, width: int, height: int) -> Bytes:
    """One of U+2580..U+259F."""
    mask = np.zeros((height, width), np.uint8)
    code = ord(character)
    if character in SHADES:
        mask[:] = SHADES[character]
    elif character in QUADRANTS:
        bits = QUADRANTS[character]
        for i in range(4):
            if bits >> i & 1:
                rows = slice(0, height // 2) if i < 2 else slice(height // 2, None)
                columns = slice(0, width // 2) if i % 2 == 0 else slice(width // 2, None)
                mask[rows, columns] = 255
    elif character == "▀":
        mask[: height // 2] = 255
    elif character == "▔":
        mask[: max(1, round(height / 8))] = 255
    elif character == "▐":
        mask[:, width // 2 :] = 255
    elif character == "▕":
        mask[:, width - max(1, round(width / 8)) :] = 255
    elif code <= 0x2588:
        eighths = code - 0x2580
        mask[height - eighth(height, eighths) :] = 255
    else:
        mask[:, : eighth(width, 0x2590 - code)] = 255
    return mask


def eighth(length: int, count: int) -> int:
    """So many eighths of a length; a half is the same half everywhere, and nothing vanishes."""
    return length - length // 2 if count == 4 else max(1, round(length * count / 8))


def braille(dots: int, width: int, height: int) -> Bytes:
    """Up to eight dots; bits as in Unicode (1 2 3 7 on the left, 4 5 6 8 on the right)."""
    mask = np.zeros((height, width), np.uint8)
    size = max(1, min(width // 4, height // 8))
    places = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
    for bit, (column, row) in enumerate(places):
        if dots >> bit & 1:
            x = round(width * (2 * column + 1) / 4 - size / 2)
            y = round(height * (2 * row + 1) / 8 - size / 2)
            mask[y : y + size, x : x + size] = 255
    return mask


def scan_line(which: int, width: int, height: int) -> Bytes:
    """The DEC horizontal scan lines 1, 3, 7 and 9."""
    mask = np.zeros((height, width), np.uint8)
    thick = Pen.of(width, height).light
    top = round((height - thick) * (0, 0.25, 0.75, 1)[which])
    mask[top : top + thick] = 255
    return mask
