"""Screens as pixels: exact by their hash under the versions that painted them, else near to a kept picture.

Letters come from Pillow and its FreeType; another version may draw them with other greys. So a hash counts
only under the versions that it names. Under others the picture that lies beside the golden is compared with
tolerance, and where there is none, nothing is compared, which is said and counted.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import PIL
from PIL import Image, ImageDraw, features

from sessionlens.errors import GoldenError
from sessionlens.golden.golden import Painted
from sessionlens.render import Chapter, Facts, render_image
from sessionlens.session import video
from sessionlens.session.view import ChannelView

if TYPE_CHECKING:
    from sessionlens.session import Session

BLOCK = 8  # pixels
NEAR = 32  # of 255
FAINT = 3  # how much of a picture's brightness is left behind what differs
DIFFERS, MARGIN = (255, 0, 96), 12  # the colour of what differs; pixels between it and the frame around it


def versions() -> str:
    """What decides about the greys of a letter."""
    return f"Pillow {PIL.__version__}, FreeType {features.version('freetype2')}"


class Painter:
    """Pictures of a session as its video has them, bands and all; channels that no video shows are plain."""

    def __init__(self, session: Session) -> None:
        self.session = session

    @cached_property
    def _said(self) -> tuple[Facts, list[Chapter]]:
        return video.facts(self.session), video.chapters(self.session)

    def paint(self, view: ChannelView, t_ns: int) -> Image.Image:
        """The picture of a channel at a time."""
        timeline = view.replay.timeline
        frame = timeline.at(t_ns)
        if view is not self.session.main:
            return render_image(frame, timeline, plain=True)
        facts, chapters = self._said
        return render_image(frame, timeline, facts=facts, chapters=chapters, t_ns=t_ns)


def hashed(picture: Image.Image) -> Painted:
    """A picture as a golden has it."""
    return Painted(versions(), *picture.size, sha256(picture.tobytes()).hexdigest())


@dataclass(frozen=True, slots=True)
class PictureDifference:
    """Pictures as PNG; `expected` is None where only its hash was kept."""

    number: int
    words: str
    expected: bytes | None
    actual: bytes
    difference: bytes | None
    close: tuple[bytes, bytes] | None
    """Around the first pixel that differs, much enlarged: as it was and as it is."""


def load(path: Path) -> Image.Image | None:
    """A kept picture; None where there is none. Raises GoldenError where it is damaged."""
    if not path.exists():
        return None
    try:
        with Image.open(path, formats=("PNG",)) as picture:
            return picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise GoldenError(
            f"{path}: damaged, not a picture ({error}); see `sessionlens golden update --painted`"
        ) from error


def near(one: Image.Image, other: Image.Image) -> bool:
    """Whether no block of 8 × 8 pixels has a mean colour that is off by more than 32 of 255."""
    if one.size != other.size:
        return False
    blocks = []
    for picture in (one, other):
        pixels = np.asarray(picture, np.float32)
        height, width = (size - size % BLOCK for size in pixels.shape[:2])
        parts = pixels[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK, 3)
        blocks.append(parts.mean(axis=(1, 3)))
    return bool(np.abs(blocks[0] - blocks[1]).max(initial=0) <= NEAR)


def different(number: int, how: str, expected: Image.Image | None, actual: Image.Image) -> PictureDifference:
    """What a page shows of two pictures that differ."""
    if expected is None:
        return PictureDifference(number, f"{how}; the picture was not kept", None, png(actual), None, None)
    if expected.size != actual.size:
        words = "{}x{} became {}x{}".format(*expected.size, *actual.size)
        return PictureDifference(number, f"{how}: {words}", png(expected), png(actual), None, None)
    before, after = (np.asarray(picture, np.int16) for picture in (expected, actual))
    where = np.argwhere((before != after).any(axis=2))
    if not len(where):
        return PictureDifference(
            number, f"{how}; the kept picture is as it was", png(expected), png(actual), None, None
        )
    y, x = where[0].tolist()
    shown = after // FAINT
    shown[where[:, 0], where[:, 1]] = DIFFERS
    box = (x - 8, y - 4, x + 8, y + 4)
    close = [
        png(picture.crop(box).resize((512, 256), Image.Resampling.NEAREST)) for picture in (expected, actual)
    ]
    count = f"{len(where)} pixel{'s' * (len(where) != 1)} differ{'s' * (len(where) == 1)}"
    was, now = tuple(before[y, x].tolist()), tuple(after[y, x].tolist())
    words = f"{how}: {count}, the first at {x},{y}: {was} became {now}"
    picture = Image.fromarray(shown.astype(np.uint8))
    (top, left), (bottom, right) = where.min(axis=0).tolist(), where.max(axis=0).tolist()
    around = (left - MARGIN, top - MARGIN, right + MARGIN, bottom + MARGIN)
    ImageDraw.Draw(picture).rectangle(around, outline=DIFFERS, width=3)  # a page scales a pixel away
    return PictureDifference(number, words, png(expected), png(actual), png(picture), (close[0], close[1]))


def png(picture: Image.Image) -> bytes:
    """As a file."""
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
