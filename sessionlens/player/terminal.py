"""Frames -> what the viewer's own terminal is sent: text, colours and cursor positions, all made here.

No byte of a recording is passed on. What may be sent is `GRAMMAR`: characters that are seen, SGR, cursor
positions, erasing, and the modes for the cursor, the end of a row and a screen of our own. So nothing that
was recorded can set a title, ask for a report, write to the clipboard or change a key.

Colours 0 to 255 are the viewer's, whatever the recording made of them. Not here: when a frame is shown
(playback.py), and the keyboard (cli).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterator

from sessionlens.terminal.rows import Row
from sessionlens.terminal.style import DEFAULT, TRUE_COLOUR, Style
from sessionlens.terminal.timeline import Frame, Timeline
from sessionlens.terminal.width import SIMPLE, joins, width
from sessionlens.visible import BLANKS, visible

ENTER = "\x1b[?1049h\x1b[?7l\x1b[?25l\x1b[0m\x1b[2J"
LEAVE = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"
GRAMMAR = re.compile(
    r"(?:\x1b\[(?:\d{1,5}(?:;\d{1,5})*)?[mHGKJ]|\x1b\[\?(?:7|25|1049)[hl]"
    r"|[^\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f])*"
)
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
"""Categories of characters that are not sent: they act, or nobody sees them."""

_FLAGS = {
    "bold": "1", "faint": "2", "italic": "3", "blink": "5", "inverse": "7", "conceal": "8", "strike": "9",
    "overline": "53",
}  # fmt: skip


class Painter:
    """Draws frames on a screen of `columns` by `rows`, only the rows that differ from what stands there."""

    def __init__(self, timeline: Timeline, columns: int, rows: int) -> None:
        self.timeline = timeline
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        """The viewer's terminal has another size, or shows something else: all is drawn again."""
        self.columns, self.rows = max(columns, 1), max(rows, 1)
        self._drawn: list[Hashable] = []

    def cropped(self, frame: Frame) -> bool:
        """Is it larger than the viewer's terminal?"""
        return frame.columns > self.columns or frame.rows > self.rows

    def spare(self, frame: Frame) -> bool:
        """Is the last row free for words about the replay?"""
        return self.rows > 1 and (self.cropped(frame) or frame.rows < self.rows)

    def paint(self, frame: Frame, words: str = "") -> str:
        """The sequences that make the screen show this frame, with `words` in the last row.

        Of a frame that is too large the part is shown in which the cursor is.
        """
        height = self.rows - 1 if words and self.rows > 1 else self.rows
        left = _scrolled(frame.cursor_x, self.columns, frame.columns)
        top = _scrolled(frame.cursor_y, height, frame.rows)
        out = [] if self._drawn else ["\x1b[0m\x1b[2J"]
        self._drawn = self._drawn or [None] * self.rows
        for y in range(self.rows):
            row_id = frame.row_ids[top + y] if y < height and top + y < frame.rows else None
            look: Hashable = (row_id, left, frame.columns, frame.reverse) if row_id is not None else None
            if y == height:
                look = words
            if look != self._drawn[y]:
                self._drawn[y] = look
                out += [f"\x1b[{y + 1};1H\x1b[0m", *self._row(frame, row_id, left)] if y < height else []
                out += [f"\x1b[{y + 1};1H", *self._words(words)] if y == height else []
        x, y = frame.cursor_x - left, frame.cursor_y - top
        seen = frame.cursor_visible and 0 <= x < self.columns and 0 <= y < height
        out.append(f"\x1b[{y + 1};{x + 1}H\x1b[?25h" if seen else "\x1b[?25l")
        return "".join(out)

    def _words(self, words: str) -> Iterator[str]:
        cut = visible(words)[: self.columns]
        yield f"\x1b[0;7m{cut}{' ' * (self.columns - len(cut))}\x1b[0m"

    def _row(self, frame: Frame, row_id: int | None, left: int) -> Iterator[str]:
        """One row from its column `left` on."""
        size = min(self.columns, frame.columns - left)
        pen, at = "0", 0
        blank = _pen(Style(), frame.reverse, False)
        for column, text, taken, style in self._cells(row_id, left, size):
            safe, marked = seen(text)
            wanted = _pen(self.timeline.style(style), frame.reverse, marked)
            if wanted != pen:
                pen = wanted
                yield f"\x1b[{pen}m"
            at = column + taken
            if safe == " ":
                yield " " * taken
            elif taken == 1 and SIMPLE.fullmatch(safe):
                yield safe
            else:  # terminals do not agree how many cells it takes
                yield f"{' ' * taken}\x1b[{column + 1}G{safe}"
                yield f"\x1b[{at + 1}G" if at < self.columns else ""
        if frame.reverse and row_id is not None and at < size:
            yield f"\x1b[{blank}m{' ' * (size - at)}"
            at = size
        if at < self.columns:
            yield "\x1b[0m\x1b[K"

    def _cells(self, row_id: int | None, left: int, size: int) -> Iterator[tuple[int, str, int, int]]:
        """(column, text, cells, style id) of what is inside; a wide character that is cut is a blank."""
        row = self.timeline.row(row_id) if row_id is not None else Row(-1, "", False, (), ())
        for column, text, taken, style in row.cells():
            first, stop = max(column - left, 0), min(column - left + taken, size)
            if first < stop:
                yield first, text if stop - first == taken else " ", stop - first, style


def seen(text: str) -> tuple[str, bool]:
    """A cell's text as it may be sent, and whether it held characters that act or that nobody sees.

    Blanks of any kind are a space; a lone mark stands on one; what leaves nothing is U+FFFD.
    """
    if SIMPLE.fullmatch(text) and text != "\xa0":
        return text, False
    kept = ""
    for char in text:  # without what joined them, two wide characters would take four cells
        if unicodedata.category(char) not in UNSEEN and (not kept or not width(char) or joins(kept, char)):
            kept += char
    marked = len(kept) < len(text)
    if not kept:
        return "\ufffd", marked
    if BLANKS.match(kept):
        return " ", marked
    return (kept if width(kept[0]) else " " + kept), marked


def _scrolled(cursor: int, room: int, size: int) -> int:
    """The first row or column that is shown: 0, or in steps of half a screen so that the cursor is inside."""
    if size <= room or cursor < room:
        return 0
    step = max(room // 2, 1)
    return min(-(-(cursor - room + 1) // step) * step, max(size - room, 0))


def _pen(style: Style, reverse: bool, marked: bool) -> str:
    """The parameters of SGR for a style; what is `marked` is inverse to what stands around it."""
    inverse = style.inverse ^ reverse ^ marked
    numbers = ["0", *(code for name, code in _FLAGS.items() if name != "inverse" and getattr(style, name))]
    numbers += ["7"] if inverse else []
    numbers += ["21" if style.underline == 2 else "4"] if style.underline else []
    return ";".join([*numbers, *_colour(style.fg, 30), *_colour(style.bg, 40)])


def _colour(colour: int, base: int) -> list[str]:
    if colour == DEFAULT:
        return []
    if colour & TRUE_COLOUR:
        return [f"{base + 8};2;{colour >> 16 & 255};{colour >> 8 & 255};{colour & 255}"]
    if colour < 16:
        return [str(base + colour if colour < 8 else base + 52 + colour)]
    return [f"{base + 8};5;{colour}"]
