"""The fonts a picture is drawn with, in the order in which they are asked for a character.

DejaVu Sans Mono, regular and bold, lie here (licence beside them), so that a picture does not depend on the
machine; for characters that it lacks the system's Noto CJK is asked, where there is one.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from sessionlens.errors import RenderError

HERE = Path(__file__).parent
REGULAR, BOLD = "DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"
ADVANCE = 0.602  # of DejaVu Sans Mono, in ems
LINE = 1.164  # ascent + descent
NO_CHARACTER = "\U0010ffff"

WIDE_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-{}.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-{}.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-{}.ttc",
    "/usr/local/share/fonts/noto/NotoSansCJK-{}.ttc",
)


@lru_cache(maxsize=64)
def load(path: str, size: float) -> ImageFont.FreeTypeFont:
    """A font at a size in pixels; laid out character by character, the same on every machine."""
    try:
        return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
    except OSError as error:
        raise RenderError(f"cannot read the font {path}: {error}; reinstall sessionlens") from error


def fit(width: int, height: int) -> float:
    """The largest size whose advance and line fit a cell."""
    return max(min(width / ADVANCE, height / LINE), 2.0)


def bundled(bold: bool, size: float) -> ImageFont.FreeTypeFont:
    """The font of this package."""
    return load(str(HERE / (BOLD if bold else REGULAR)), size)


def candidates(bold: bool, width: int, height: int, columns: int) -> list[ImageFont.FreeTypeFont]:
    """The fonts to ask for a character of so many columns, the first choice first."""
    found = [bundled(bold, fit(width, height))]
    wide = min(width * columns, height) * 0.94
    for pattern in WIDE_FONTS:
        path = pattern.format("Bold" if bold else "Regular")
        if Path(path).is_file():
            found.append(load(path, wide))
            break
    return found


def has(font: ImageFont.FreeTypeFont, character: str) -> bool:
    """Whether the font draws this character as itself, and not as its sign for a missing one."""
    return picture(font, character) != picture(font, NO_CHARACTER)


def picture(font: ImageFont.FreeTypeFont, character: str) -> tuple[tuple[int, int], bytes]:
    """What the font draws: size and coverage."""
    mask = font.getmask(character)
    return mask.size, bytes(mask)
