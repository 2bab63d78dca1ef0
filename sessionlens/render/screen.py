"""The terminal's part of the picture: frames painted onto a canvas, only where they differ from what is
there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sessionlens.render.canvas import Canvas
from sessionlens.render.contrast import contrast
from sessionlens.render.glyphs import Atlas
from sessionlens.render.layout import Layout
from sessionlens.render.strips import Strips
from sessionlens.render.theme import Theme, reversed_theme
from sessionlens.render.themes import in_colours

if TYPE_CHECKING:
    from sessionlens.terminal import Frame, Timeline

EDGE = 2
SEEN = 3  # the least contrast of the cursor and what it stands on


class Screen:
    """Paints the frames of a timeline, one after the other."""

    def __init__(self, canvas: Canvas, layout: Layout, timeline: Timeline, theme: Theme) -> None:
        self.canvas, self.layout, self.timeline, self.theme = canvas, layout, timeline, theme
        self._size: tuple[int, int, bool] | None = None  # columns, rows, reverse video
        self._palette = timeline.palette  # for a theme that follows it
        self._cell = layout.cell
        self._box = layout.screen
        self._strips = Strips(timeline, canvas.ink, layout.cell, in_colours(theme, self._palette))
        self._rows: list[int | None] = []
        self._used: list[int] = []  # how far each row is not background, in pixels
        self._cursor: tuple[int, int] | None = None

    def blank(self, columns: int, rows: int, reverse: bool = False) -> None:
        """An empty terminal of that size, and whatever surrounds it."""
        self._use(self.layout.cell_of(columns, rows), reverse)
        box, place = self.layout.place(columns, rows), self.layout.screen
        self.canvas.fill(place.x, place.y, place.width, place.height, self.theme.surround)
        if (box.width, box.height) != (place.width, place.height):
            x, y = max(box.x - EDGE, place.x), max(box.y - EDGE, place.y)
            right = min(box.x + box.width + EDGE, place.x + place.width)
            bottom = min(box.y + box.height + EDGE, place.y + place.height)
            self.canvas.fill(x, y, right - x, bottom - y, self.theme.edge)
        self.canvas.fill(box.x, box.y, box.width, box.height, self._strips.theme.background)
        self._size, self._box, self._cursor = (columns, rows, reverse), box, None
        self._rows, self._used = [None] * rows, [0] * rows

    def _use(self, cell: tuple[int, int], reverse: bool) -> None:
        """The strips of a cell size, of the colours of the moment and of one direction of video; others are
        forgotten."""
        theme = in_colours(self.theme, self._palette)
        theme = reversed_theme(theme) if reverse else theme
        if cell != self._cell or theme != self._strips.theme:
            atlas = self._strips.atlas if cell == self._cell else Atlas(*cell)
            self._cell, self._strips = cell, Strips(self.timeline, self.canvas.ink, atlas, theme)

    def paint(self, frame: Frame) -> bool:
        """Bring the canvas to this frame; whether anything changed."""
        palette = self.timeline.palette_at(frame.offset) if self.theme.follows else self._palette
        resized = self._size != (frame.columns, frame.rows, frame.reverse) or palette != self._palette
        if resized:
            self._palette = palette
            self.blank(frame.columns, frame.rows, frame.reverse)
        at = min(frame.cursor_x, frame.columns - 1), min(frame.cursor_y, frame.rows - 1)
        cursor = at if frame.cursor_visible else None
        wanted = list(frame.row_ids)
        if not resized and cursor == self._cursor and wanted == self._rows:
            return False
        if self._cursor is not None:
            self._rows[self._cursor[1]] = None  # to be painted again, without the cursor
        self._scroll(wanted)
        for y, row_id in enumerate(wanted):
            if self._rows[y] != row_id:
                self._row(y, row_id)
        self._rows, self._cursor = list(wanted), cursor
        if cursor is not None:
            self._paint_cursor(wanted[cursor[1]], *cursor)
        return True

    def _scroll(self, wanted: list[int]) -> None:
        """Where most of the screen went up, move its pixels; what is left to paint stays in `_rows`."""
        rows, height = self._rows, self._cell[1]
        if wanted[0] == rows[0] or wanted[0] not in rows:
            return
        up = rows.index(wanted[0])
        same = next((i for i in range(len(rows) - up) if rows[up + i] != wanted[i]), len(rows) - up)
        box, room = self._box, self._box.height // height
        if same < len(rows) // 2 or up >= room:
            return
        moved = min(same, room - up)
        # whole lines: beside the box they are all alike, and moving them is a single copy
        self.canvas.move_up(0, box.y, self.canvas.width, moved * height, up * height)
        rows[:moved] = rows[up : up + moved]
        self._used[:moved] = self._used[up : up + moved]

    def _row(self, y: int, row_id: int) -> None:
        """One row: its strip, and the background where the row before it went on."""
        box, height = self._box, self._cell[1]
        if (y + 1) * height > box.height:
            return  # no room for it; the layout's note says so
        strip, top, used, before = self._strips.strip(row_id), box.y + y * height, 0, self._used[y]
        if strip is not None:
            used = min(strip[0].shape[1], box.width)
            self.canvas.put(box.x, top, strip, used)
        if before > used:
            self.canvas.fill(box.x + used, top, before - used, height, self._strips.theme.background)
        self._used[y] = used

    def _paint_cursor(self, row_id: int, x: int, y: int) -> None:
        """A block in the cursor's colour, the character in the background's; the other way round where the
        block would not be seen."""
        atlas, (width, height), box = self._strips.atlas, self._cell, self._box
        atlas.make_room()
        first, wide = 0, 1
        theme = self._strips.theme
        colours, ground = (theme.background, theme.cursor), theme.background
        for column, text, columns, style_id in self.timeline.row(row_id).cells():
            if column <= x < column + columns:
                x, wide = column, columns
                paint = self._strips.style(style_id)
                first, ground = atlas.slot(text, columns, paint.look), paint.pair[1]
                break
        if (x + wide) * width > box.width or (y + 1) * height > box.height:
            return
        if contrast(theme.cursor, ground) < SEEN:
            colours = colours[::-1]
        slots = np.arange(first, first + wide, dtype=np.int32)
        strip = self.canvas.ink.strip(atlas, slots, None, [colours])
        self.canvas.put(box.x + x * width, box.y + y * height, strip)
        self._used[y] = max(self._used[y], (x + wide) * width)
