"""The fonts a picture is drawn with, in the order in which they are asked for a character.

DejaVu Sans Mono (regular and bold), GNU Unifont and Unifont Upper lie here (licences beside them), so that a
picture hardly depends on the machine; the system's Noto CJK is asked before Unifont, where there is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from sessionlens.errors import RenderError
from sessionlens.render.fonts.coverage import covered

HERE = Path(__file__).parent
REGULAR, BOLD = "DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"
LAST_RESORT = ("Unifont.otf", "UnifontUpper.otf")

WIDE_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-{}.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-{}.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-{}.ttc",
    "/usr/local/share/fonts/noto/NotoSansCJK-{}.ttc",
)


@dataclass(frozen=True, slots=True)
class Face:
    """A font file and how large it is drawn: `advance` of a narrow character and `line` in ems. `smear`: it
    has no bold of its own."""

    path: str
    advance: float
    line: float
    smear: bool = False

    def at(self, width: int, height: int) -> ImageFont.FreeTypeFont:
        """At the largest size with which a narrow character fits a cell."""
        return load(self.path, max(min(width / self.advance, height / self.line), 2.0))

    def has(self, character: str) -> bool:
        """Whether it draws this character as itself, and not as its sign for a missing one."""
        return character in covered(self.path)


@lru_cache(maxsize=256)
def load(path: str, size: float) -> ImageFont.FreeTypeFont:
    """A font at a size in pixels; laid out character by character, the same on every machine."""
    try:
        return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
    except OSError as error:
        raise RenderError(f"cannot read the font {path}: {error}; reinstall sessionlens") from error


@lru_cache(maxsize=2)
def faces(bold: bool) -> tuple[Face, ...]:
    """The fonts that are asked, the first choice first."""
    own = Face(str(HERE / (BOLD if bold else REGULAR)), 0.602, 1.164)
    names = (pattern.format("Bold" if bold else "Regular") for pattern in WIDE_FONTS)
    wide = next((name for name in names if Path(name).is_file()), None)
    system = () if wide is None else (Face(wide, 0.532, 1.064),)
    return own, *system, *(Face(str(HERE / name), 0.5, 1.0, smear=bold) for name in LAST_RESORT)


def face_of(character: str, bold: bool) -> Face | None:
    """The font for a character, None where no font has it."""
    return next((face for face in faces(bold) if face.has(character)), None)


def files() -> tuple[Path, ...]:
    """Every font file that letters drawn here may depend on; emoji have another one (emoji.py)."""
    return tuple(dict.fromkeys(Path(face.path) for bold in (False, True) for face in faces(bold)))
