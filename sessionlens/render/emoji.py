"""Emoji in their own colours, where the system has Noto Color Emoji; else they are letters like others.

Tiles have no colours, so such a cell is laid over the finished strip, as a picture. Only cells that a
terminal makes wide for it are emoji, and only plain ones: under a line or a hatch the letter is drawn, so
that every attribute stays visible. Its bitmaps have one size (CBDT), and are scaled.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont, features

from sessionlens.render.colour import Bytes, Floats, channels
from sessionlens.render.fonts.coverage import covered

FONTS = (
    "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf",
    "/usr/share/fonts/noto/NotoColorEmoji.ttf",
    "/usr/share/fonts/google-noto-emoji/NotoColorEmoji.ttf",
    "/usr/share/fonts/google-noto-color-emoji-fonts/NotoColorEmoji.ttf",
    "/usr/local/share/fonts/noto/NotoColorEmoji.ttf",
)
SIZE = 109  # of its bitmaps
LONGEST = 16  # characters; the longest sequences have eleven
AS_TEXT = "\ufe0e"


class Picture(NamedTuple):
    """Red, green and blue (height, width, 3), and how much of them there is (height, width, 1), as shares."""

    colours: Floats
    share: Floats

    def on(self, background: int) -> Bytes:
        """On a ground, as RGB bytes."""
        mixed = self.colours * self.share + channels(background) * (1 - self.share)
        return np.rint(mixed * 255).astype(np.uint8)


@lru_cache(maxsize=1)
def path() -> str | None:
    """The font's file, None where there is none."""
    return next((name for name in FONTS if Path(name).is_file()), None)


@lru_cache(maxsize=1)
def font() -> ImageFont.FreeTypeFont | None:
    """The font; sequences are one picture only where Pillow can shape text."""
    name = path()
    engine = ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC
    try:
        return None if name is None else ImageFont.truetype(name, SIZE, layout_engine=engine)
    except OSError:  # another build of the font, without bitmaps of that size
        return None


@lru_cache(maxsize=512)
def picture(text: str, width: int, height: int) -> Picture | None:
    """The emoji in the middle of so many pixels; None for what is none, or where there is no font."""
    name, drawn_by = path(), font()
    if name is None or drawn_by is None or AS_TEXT in text or len(text) > LONGEST:
        return None
    if text[0] not in covered(name):
        return None
    left, top, right, bottom = drawn_by.getbbox(text)
    large = Image.new("RGBA", (max(int(right - left), 1), max(int(bottom - top), 1)))
    ImageDraw.Draw(large).text((-left, -top), text, font=drawn_by, embedded_color=True)
    if large.getbbox() is None:
        return None
    scale = min(width / large.width, height / large.height)
    size = max(round(large.width * scale), 1), max(round(large.height * scale), 1)
    image = Image.new("RGBA", (width, height))
    image.paste(
        large.resize(size, Image.Resampling.LANCZOS), ((width - size[0]) // 2, (height - size[1]) // 2)
    )
    pixels = np.asarray(image) / 255
    return Picture(pixels[:, :, :3], pixels[:, :, 3:])
