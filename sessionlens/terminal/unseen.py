"""What a viewer could miss, as the screen notes it in passing: looks and characters that hide text.

The screen calls `hides` once for each new style and the patterns only for text that is not plain. Judging the
notes (what reappeared, what a program draws anyway) is flags.py, after the replay. Colours as in xterm's
defaults, contrast as in WCAG 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .style import Style

# Characters that show nothing and change how a line is read or copied. Joiners and variation selectors are
# needed by scripts and emoji: they count where the character before them is ASCII, or in a row.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]"
    "|(?<![\U0001f3f4\U000e0020-\U000e007e])[\U000e0000-\U000e007f]"
    "|(?<=[!-~])(?:[\u200c\u200d\ufe00-\ufe0e\U000e0100-\U000e01ef]|\ufe0f(?!\u20e3))"
    "|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2}"
)
# Letters that no program draws lines with: under the line-drawing set they are words in disguise.
DISGUISED = re.compile(r"[bcdeir]|([fghopsyz])(?!\1)[a-z]|([a-z])(?!\2)[fghopsyz]")

NEAR = 64  # bytes between two pieces of one note
APART = 4096  # notes of which those of characters are one a row; past that what is close is one
LONG = 1024  # characters of one note
UNSEEN = 1.15  # a contrast below this is no contrast

NAMED = (
    0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
    0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
)  # fmt: skip
CUBE = (0, 95, 135, 175, 215, 255)


@dataclass(slots=True)
class Note:
    """Text (pieces joined by newlines) that something may have hidden; bytes `offset` to `end` of `out`.

    `how` is "conceal", "same colours", "dark", "invisible characters", "line drawing", "cut off", "scrollback
    erased", "title report", or why text left that no frame had shown: a reason of timeline.py. Of those the
    offset is that of what removed the text.
    """

    t_ns: int
    offset: int
    end: int
    how: str
    text: str
    alternate: bool


class Unseen:
    """The notes of one replay. What is alike and close together is one note, so that memory stays bounded."""

    __slots__ = ("_notes", "_place")

    def __init__(self) -> None:
        self._notes: list[Note] = []
        self._place = (-1, -1, -1)

    def __len__(self) -> int:
        return len(self._notes)

    def __iter__(self) -> Iterator[Note]:
        return iter(self._notes)

    def add(
        self,
        t_ns: int,
        offset: int,
        size: int,
        how: str,
        text: str,
        place: tuple[int, int, int],
        alternate: bool,
    ) -> None:
        """Note a piece of text; `size` bytes printed or removed it, at `place` (event, row, column).

        REP makes a page of a few bytes: no more is kept than the bytes warrant.
        """
        text = text[: max(LONG, size)]
        end = offset + (max(size, len(text)) if how in REMOVED else size)
        last = self._notes[-1] if self._notes else None
        if (
            last is not None
            and last.how == how
            and self._place[0] == place[0]
            and offset - last.end <= NEAR
            and len(last.text) + len(text) < LONG
            and not (how == CHARACTERS and self._apart(offset, place))
        ):
            same = offset <= last.end or self._place[1:] == place[1:]
            last.text += text if (how in INLINE and same) or not text else "\n" + text
            last.end = max(last.end, end)
        else:
            self._notes.append(Note(t_ns, offset, end, how, text, alternate))
        self._place = place[0], place[1], place[2] + len(text)

    def _apart(self, offset: int, place: tuple[int, int, int]) -> bool:
        """Is this another line than the last note's? Without bounds that would be a note for each."""
        _, row, column = self._place
        other = place[1] != row or place[2] < column  # on the last row, a new line is the same row
        return offset > self._notes[-1].end and other and len(self._notes) < APART


CHARACTERS = "invisible characters"
REMOVED = frozenset({"erased", "overwritten", "cleared", "switched", "scrolled"})
INLINE = frozenset({"conceal", "same colours", "dark", CHARACTERS, "line drawing"})


def hides(style: Style) -> str:
    """How a style makes text invisible, "" if it does not.

    The theme of who watched is not known. Black on the default background counts, since most terminals are
    dark and so are our pictures; bold black does not, which most of them show as grey; nor does faint text.
    Inverse only swaps the two colours.
    """
    if style.conceal:
        return "conceal"
    fg, bg = style.fg, style.bg
    if fg < 0:
        return ""
    if bg >= 0:
        return "same colours" if fg == bg or contrast(rgb(fg), rgb(bg)) < UNSEEN else ""
    dark = contrast(rgb(fg), 0) < UNSEEN and not (style.bold and fg == 0)
    return "dark" if dark else ""


def rgb(colour: int) -> int:
    """A palette index or a true colour as 0xRRGGBB."""
    if colour > 255:  # a true colour
        return colour & 0xFFFFFF
    if colour < 16:
        return NAMED[colour]
    if colour >= 232:
        return (8 + 10 * (colour - 232)) * 0x010101
    red, rest = divmod(colour - 16, 36)
    green, blue = divmod(rest, 6)
    return CUBE[red] << 16 | CUBE[green] << 8 | CUBE[blue]


def contrast(one: int, other: int) -> float:
    """1 (alike) to 21 (black and white)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=1024)
def luminance(colour: int) -> float:
    """0 (black) to 1 (white)."""
    shares = [part / 255 for part in (colour >> 16, colour >> 8 & 255, colour & 255)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
