"""Mosaics of old computers and of today's image viewers, U+1FB00..U+1FBAE: sextants, wedges, eighths.

Their Unicode names say where they are inked, and so each is read from its name. What is not told that way
(fills and checker boards) is left to a font: None.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from sessionlens.render.colour import Bytes
from sessionlens.render.smooth import SMOOTH, grid, shrink

SHADE = 128
DOWN = {"UPPER": 0.0, "UPPER MIDDLE": 1 / 3, "MIDDLE": 0.5, "LOWER MIDDLE": 2 / 3, "LOWER": 1.0}
ALONG = {"LEFT": 0.0, "CENTRE": 0.5, "RIGHT": 1.0}
EIGHTHS = {
    "ONE EIGHTH": 1, "ONE QUARTER": 2, "THREE EIGHTHS": 3, "HALF": 4, "FIVE EIGHTHS": 5, "THREE QUARTERS": 6,
    "SEVEN EIGHTHS": 7,
}  # fmt: skip
DIAMOND = "UPPER CENTRE TO MIDDLE LEFT TO LOWER CENTRE TO MIDDLE RIGHT TO UPPER CENTRE"

Point = tuple[float, float]
Shape = npt.NDArray[np.bool_]


def mosaic(character: str, width: int, height: int) -> Bytes | None:
    """The mask of one of them, or None."""
    name = unicodedata.name(character, "")
    if match := re.fullmatch(r"BLOCK SEXTANT-(\d+)", name):
        return sextant(match[1], width, height)
    if match := re.fullmatch(r"(\w+) \w+ BLOCK DIAGONAL (.+) TO (.+)", name):
        return shrink(beyond(match[1], place(match[2]), place(match[3]), width, height))
    if match := re.fullmatch(r"([A-Z ]+) TRIANGULAR (?:ONE|THREE) QUARTERS? BLOCK", name):
        return shrink(triangles(match[1].split(" AND "), width, height))
    if match := re.fullmatch(r"(\w+) (\w+) TRIANGULAR MEDIUM SHADE", name):
        falls = match[1] + match[2] in ("UPPERRIGHT", "LOWERLEFT")
        ends = ((0.0, 0.0), (1.0, 1.0)) if falls else ((0.0, 1.0), (1.0, 0.0))
        return shaded(shrink(beyond(match[1], *ends, width, height)))
    if match := re.fullmatch(r"(HORIZONTAL|VERTICAL) ONE EIGHTH BLOCK-(\d+)", name):
        return stripes(match[1] == "HORIZONTAL", match[2], width, height)
    if match := re.fullmatch(r"([A-Z ]+?) ((?:ONE|THREE|FIVE|SEVEN) (?:EIGHTH|QUARTER)S?) BLOCK", name):
        return sides(match[1].split(" AND "), EIGHTHS[match[2]], width, height)
    if match := re.fullmatch(r"(UPPER|LOWER|LEFT|RIGHT) HALF MEDIUM SHADE", name):
        return shaded(sides([match[1]], 4, width, height))
    if match := re.fullmatch(r"BOX DRAWINGS LIGHT DIAGONAL (.+)", name):
        return strokes(match[1].replace("DIAMOND", DIAMOND), width, height)
    return None


def place(name: str) -> Point:
    """`LOWER MIDDLE LEFT` as shares of the cell from its upper left corner."""
    down, _, along = name.rpartition(" ")
    return ALONG[along], DOWN[down]


def sextant(digits: str, width: int, height: int) -> Bytes:
    """Two columns of three, numbered along the rows from 1."""
    mask = np.zeros((height, width), np.uint8)
    rows, columns = [round(height * i / 3) for i in range(4)], (0, width // 2, width)
    for digit in digits:
        row, column = divmod(int(digit) - 1, 2)
        mask[rows[row] : rows[row + 1], columns[column] : columns[column + 1]] = 255
    return mask


def beyond(side: str, start: Point, end: Point, width: int, height: int) -> Shape:
    """What lies above or below the line through two points, `start` being the left one."""
    xs, ys = grid(width, height)
    (x0, y0), (x1, y1) = start, end
    under = (ys / height - y0) * (x1 - x0) > (xs / width - x0) * (y1 - y0)
    return under if side == "LOWER" else ~under


def triangles(names: list[str], width: int, height: int) -> Shape:
    """Those of the four triangles between the diagonals."""
    xs, ys = grid(width, height)
    falls, rises = ys / height > xs / width, ys / height > 1 - xs / width
    each = {"LEFT": falls & ~rises, "UPPER": ~falls & ~rises, "RIGHT": ~falls & rises, "LOWER": falls & rises}
    found: Shape = np.any([each[name] for name in names], axis=0)
    return found


def stripes(lying: bool, digits: str, width: int, height: int) -> Bytes:
    """Some of eight stripes, numbered from 1 at the top or the left."""
    mask = np.zeros((height, width), np.uint8)
    view = mask if lying else mask.T
    for digit in digits:
        first = round(len(view) * (int(digit) - 1) / 8)
        view[first : max(round(len(view) * int(digit) / 8), first + 1)] = 255
    return mask


def sides(names: list[str], eighths: int, width: int, height: int) -> Bytes:
    """So many eighths of the cell, at each of these sides."""
    mask = np.zeros((height, width), np.uint8)
    views = {"UPPER": mask, "LOWER": mask[::-1], "LEFT": mask.T, "RIGHT": mask.T[::-1]}
    for name in names:
        view = views[name]
        view[: max(round(len(view) * eighths / 8), 1)] = 255
    return mask


def shaded(mask: Bytes) -> Bytes:
    """In half the ink."""
    return np.minimum(mask, SHADE).astype(np.uint8)


def strokes(route: str, width: int, height: int) -> Bytes:
    """Light lines: `UPPER CENTRE TO MIDDLE LEFT AND …`."""
    image = Image.new("L", (width * SMOOTH, height * SMOOTH))
    for line in route.split(" AND "):
        points = [place(name) for name in line.split(" TO ")]
        for start, end in pairwise((x * image.width, y * image.height) for x, y in points):
            ImageDraw.Draw(image).line((*start, *end), fill=255, width=max(1, round(width / 9)) * SMOOTH)
    return shrink(np.asarray(image) > 0)
