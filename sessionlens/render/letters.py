"""One cell's text as coverage: by geometry, from a font, or as its framed code. Never nothing.

Combining marks are laid over their letter. What is joined into one cell without being one shape (emoji joined
by ZWJ, flags of two regional indicators) stands side by side in it, as far as its parts can be drawn. Unicode
15, chapter 23.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFont

from sessionlens.render import boxes, fonts
from sessionlens.render.colour import Bytes
from sessionlens.render.missing import frame, framed_code

ZWJ = "\u200d"
SHEAR = 0.2


@dataclass(frozen=True, slots=True)
class Cell:
    """The room of a text, where a narrow cell is `width` wide, and how its letters are drawn."""

    room: int
    width: int
    height: int
    bold: bool = False
    italic: bool = False


def letter(text: str, cell: Cell) -> Bytes:
    """The text of one cell, uint8 (height, room)."""
    found = parts(unicodedata.normalize("NFC", text))[: max(cell.room // 2, 1)]
    if len(found) == 1:
        return cluster(found[0], cell)
    edges = [round(cell.room * i / len(found)) for i in range(len(found) + 1)]
    shapes = [
        cluster(part, replace(cell, room=b - a)) for part, (a, b) in zip(found, pairwise(edges), strict=True)
    ]
    return np.concatenate(shapes, axis=1)


def parts(text: str) -> list[str]:
    """The shapes that share a cell: `👩‍🚀` -> 👩, 🚀; all else is one."""
    if len(text) == 2 and all("\U0001f1e6" <= character <= "\U0001f1ff" for character in text):
        return list(text)
    return [part for part in text.split(ZWJ) if part] or [text]


def cluster(text: str, cell: Cell) -> Bytes:
    """A character and its marks."""
    base, marks = text[0], [mark for mark in text[1:] if drawable(mark)]
    shape = boxes.drawn(base, cell.room, cell.height)
    if shape is None:
        shape = from_fonts(base, marks, cell)
    elif marks:
        shape = np.maximum(shape, from_fonts("", marks, cell))
    if marks and any(fonts.face_of(mark, cell.bold) is None for mark in marks):
        frame(shape)
    return shape


def drawable(mark: str) -> bool:
    """Whether it shows by itself: not a selector, joiner, tag or skin tone, which change the shape of another
    character."""
    return unicodedata.category(mark)[0] == "M" and "VARIATION SELECTOR" not in unicodedata.name(mark, "")


def from_fonts(base: str, marks: list[str], cell: Cell) -> Bytes:
    """A letter (or none) with its marks, each in the first font that has it, narrowed to the room."""
    face = fonts.face_of(base, cell.bold) if base else None
    if base and face is None:
        return framed_code(ord(base), cell.room, cell.height)
    advance = cell.room if face is None else face.at(cell.width, cell.height).getlength(base)
    image = Image.new("L", (max(cell.room, ceil(advance - 0.5)), cell.height))
    for character in (base, *marks) if base else marks:
        write(image, character, cell, advance)
    if face is not None and face.smear:
        moved = Image.new("L", image.size)
        moved.paste(image, (max(1, cell.height // 20), 0))
        image = ImageChops.lighter(image, moved)
    if face is not None and cell.italic:
        image = slanted(image, baseline(face.at(cell.width, cell.height), cell.height))
    if image.width > cell.room:
        image = image.resize((cell.room, cell.height), Image.Resampling.BOX)
    if base and image.getbbox() is None:
        return framed_code(ord(base), cell.room, cell.height)
    return np.array(image)


def write(image: Image.Image, character: str, cell: Cell, advance: float) -> None:
    """A character over what is there; nothing if no font has it. A mark that goes back over its letter begins
    behind it; others, and those alone, are in the middle."""
    face = fonts.face_of(character, cell.bold)
    if face is None:
        return
    font = face.at(cell.width, cell.height)
    x = (image.width - advance) / 2
    if font.getlength(character) == 0:
        left, _, right, _ = font.getbbox(character, anchor="ls")
        x = x + advance if left < 0 and advance else (image.width - left - right) / 2
    place = (x, baseline(font, cell.height))
    ImageDraw.Draw(image).text(place, character, fill=255, font=font, anchor="ls")


def baseline(font: ImageFont.FreeTypeFont, height: int) -> int:
    """Where letters stand in a cell, its lines centred."""
    ascent, descent = font.getmetrics()
    return round((height - ascent - descent) / 2) + ascent


def slanted(image: Image.Image, baseline: int) -> Image.Image:
    """The italic of a font that has none: sheared about a point above the baseline."""
    turn = (1, SHEAR, -SHEAR * baseline * 0.7, 0, 1, 0)
    return image.transform(image.size, Image.Transform.AFFINE, turn, Image.Resampling.BICUBIC)
