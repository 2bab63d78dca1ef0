"""Terminal rows as painted strips, each distinct row painted once and kept.

A scroll or an unchanged row costs a copy at most. The memory is bounded: the strips used least recently go
first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sessionlens.render import emoji
from sessionlens.render.boxes import is_block
from sessionlens.render.canvas import Ink, Pair, Planes
from sessionlens.render.colour import LEVELS
from sessionlens.render.contrast import contrast, legible
from sessionlens.render.glyphs import Atlas, Look, Slots
from sessionlens.render.theme import DEFAULT, Theme, foreground_and_background, rgb
from sessionlens.render.themes import DARK

if TYPE_CHECKING:
    from sessionlens.terminal import Row, Style, Timeline

LIMIT = 64 << 20  # bytes of strips
UNSEEN = 1.15  # a contrast below this is no contrast
HUE = 64  # of 255: colours as bright as each other that differ less are as good as one


COLOURED = frozenset(Look(bold, italic) for bold in (False, True) for italic in (False, True))


@dataclass(frozen=True, slots=True)
class Paint:
    """A style as the painter needs it: shape, colours, and the colours before an unseen text was made
    visible."""

    look: Look
    pair: Pair
    as_sent: Pair
    line: Pair | None = None  # an underline in a colour of its own,
    underline: int = 0  # and its kind
    number: int = 0  # of the look, in the atlas


class Piece(NamedTuple):
    """Neighbouring cells of one paint."""

    column: int
    width: int
    text: str
    paint: Paint
    look: Look
    pair: Pair


def paint_of(style: Style, theme: Theme) -> Paint:
    """What a terminal style means here. Text that a terminal would not show is shown, and hatched."""
    fg, bg = foreground_and_background(style, theme)
    unseen = style.conceal or not apart(style, theme)
    seen = fg
    if unseen and contrast(fg, bg) < 2:
        seen = max((theme.foreground, theme.background), key=lambda colour: contrast(colour, bg))
    seen = legible(seen, bg, max(theme.least, 4.5) if unseen else theme.least)
    own_line = style.underline and style.underline_color != DEFAULT
    look = Look(
        style.bold,
        style.italic,
        0 if own_line else style.underline,
        style.strike,
        style.overline,
        style.blink,
        unseen,
    )
    paint = Paint(look, (seen, bg), (fg, bg))
    if own_line:
        paint = replace(paint, line=(rgb(style.underline_color, theme, fg), bg), underline=style.underline)
    return paint


def apart(style: Style, theme: Theme) -> bool:
    """Whether text and ground can be told apart: here, or, where the theme makes text legible anyway, in the
    default theme. White text on its light ground was not hidden by whoever printed it."""
    themes = (theme, DARK) if theme.least > 1 else (theme,)
    return any(differ(*foreground_and_background(style, one)) for one in themes)


def differ(one: int, other: int) -> bool:
    """Whether two colours differ to the eye: in brightness, or a good deal in one of red, green and blue."""
    hues = max(abs((one >> shift & 255) - (other >> shift & 255)) for shift in (16, 8, 0))
    return hues >= HUE or contrast(one, other) >= UNSEEN


class Strips:
    """The strips of one timeline at one cell size, in one theme. The atlas knows no colours, and may be that
    of others."""

    def __init__(self, timeline: Timeline, ink: Ink, atlas: Atlas | tuple[int, int], theme: Theme) -> None:
        self.timeline, self.ink, self.theme = timeline, ink, theme
        self.atlas = atlas if isinstance(atlas, Atlas) else Atlas(*atlas)
        self._paints: dict[int, Paint] = {}
        self._strips: OrderedDict[int, Planes] = OrderedDict()
        self._bytes = 0

    def strip(self, row_id: int) -> Planes | None:
        """A row's strip, as wide as its text; None where the row is blank."""
        found = self._strips.get(row_id)
        if found is not None:
            self._strips.move_to_end(row_id)
            return found
        row = self.timeline.row(row_id)
        if not row.text:
            return None
        found = self._strips[row_id] = self.paint(row)
        self._bytes += sum(plane.nbytes for plane in found)
        while self._bytes > LIMIT and len(self._strips) > 1:
            _, gone = self._strips.popitem(last=False)
            self._bytes -= sum(plane.nbytes for plane in gone)
        return found

    def paint(self, row: Row) -> Planes:
        """Paint a row."""
        self.atlas.make_room()
        plain = row.text.isascii()
        pieces = list(self._runs(row) if plain else self._cells(row))
        columns = max(piece.column + piece.width for piece in pieces)
        which = np.zeros(columns, np.int32)
        pairs: dict[Pair, int] = {(self.theme.foreground, self.theme.background): 0}
        for piece in pieces:
            which[piece.column : piece.column + piece.width] = pairs.setdefault(piece.pair, len(pairs))
        slots = self._ascii_slots(row.text, pieces, columns) if plain else self._slots(pieces, columns)
        strip = self.ink.strip(self.atlas, slots, which if len(pairs) > 1 else None, list(pairs))
        for piece in pieces:
            if piece.paint.line is not None:
                self._underline(strip, piece, piece.paint.line)
            elif piece.width == 2 and piece.look in COLOURED and piece.text:
                self._emoji(strip, piece)
        return strip

    def style(self, style_id: int) -> Paint:
        """The paint of a style, worked out once."""
        found = self._paints.get(style_id)
        if found is None:
            paint = paint_of(self.timeline.style(style_id), self.theme)
            found = self._paints[style_id] = replace(paint, number=self.atlas.number(paint.look))
        return found

    def _runs(self, row: Row) -> Iterator[Piece]:
        """A row of ASCII: runs of one style, a cell a character."""
        column = 0
        for width, style_id in row.lengths:
            paint = self.style(style_id)
            yield Piece(column, width, "", paint, paint.look, paint.pair)
            column += width

    def _cells(self, row: Row) -> Iterator[Piece]:
        """Any row: cell by cell. A block element is part of a picture, whose colours count and which no
        hatch may spoil."""
        for column, text, wide, style_id in row.cells():
            paint = self.style(style_id)
            if is_block(text[:1]):
                yield Piece(column, wide, text, paint, replace(paint.look, hatched=False), paint.as_sent)
            else:
                yield Piece(column, wide, text, paint, paint.look, paint.pair)

    def _ascii_slots(self, text: str, pieces: list[Piece], columns: int) -> Slots:
        looks = np.zeros(columns, np.int32)
        for piece in pieces:
            looks[piece.column : piece.column + piece.width] = piece.paint.number
        codes = np.frombuffer(text.ljust(columns).encode("ascii"), np.uint8)
        return self.atlas.ascii(codes[:columns], looks)

    def _slots(self, pieces: list[Piece], columns: int) -> Slots:
        slots = np.zeros(columns, np.int32)
        for piece in pieces:
            first = self.atlas.slot(piece.text, piece.width, piece.look)
            slots[piece.column : piece.column + piece.width] = range(first, first + piece.width)
        return slots

    def _emoji(self, strip: Planes, piece: Piece) -> None:
        """Lay an emoji over its letter."""
        found = emoji.picture(piece.text, 2 * self.atlas.width, self.atlas.height)
        if found is not None:
            planes = self.ink.picture(found.on(piece.pair[1]))
            for plane, part, k in zip(strip, planes, self.ink.steps, strict=True):
                x = piece.column * self.atlas.width // k
                plane[:, x : x + part.shape[1]] = part

    def _underline(self, strip: Planes, piece: Piece, pair: Pair) -> None:
        """Lay an underline of its own colour over a painted strip."""
        atlas = self.atlas
        line = atlas.slot(" ", 1, Look(underline=piece.paint.underline))
        over = self.ink.strip(atlas, np.full(piece.width, line, np.int32), None, [pair])
        inked = {1: atlas.index[line] >= LEVELS, 2: atlas.mean[line] > 0}
        for plane, part, k in zip(strip, over, self.ink.steps, strict=True):
            place = plane[:, piece.column * atlas.width // k :][:, : part.shape[1]]
            mask = np.tile(inked[k], piece.width)
            place[mask] = part[mask]
