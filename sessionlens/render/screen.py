"""The terminal's part of the picture: frames painted onto a canvas, only where they differ from what is
there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sessionlens.render.canvas import Canvas
from sessionlens.render.layout import Box, Layout
from sessionlens.render.strips import Strips
from sessionlens.render.theme import Theme

if TYPE_CHECKING:
    from sessionlens.terminal import Frame, Timeline

EDGE = 2


class Screen:
    """Paints the frames of a timeline, one after the other."""

    def __init__(self, canvas: Canvas, layout: Layout, timeline: Timeline, theme: Theme) -> None:
        self.canvas, self.layout, self.theme = canvas, layout, theme
        self.strips = Strips(timeline, canvas.ink, layout.cell, theme)
        self._normal, self._reversed = self.strips, self.strips.reversed()
        self._box: Box | None = None
        self._theme = theme
        self._rows: list[int | None] = []
        self._used: list[int] = []  # how far each row is not background, in pixels
        self._cursor: tuple[int, int] | None = None

    def blank(self, columns: int, rows: int) -> None:
        """An empty terminal of that size, and whatever surrounds it."""
        box, place = self.layout.place(columns, rows), self.layout.screen
        self.canvas.fill(place.x, place.y, place.width, place.height, self.theme.surround)
        if (box.width, box.height) != (place.width, place.height):
            x, y = max(box.x - EDGE, place.x), max(box.y - EDGE, place.y)
            right = min(box.x + box.width + EDGE, place.x + place.width)
            bottom = min(box.y + box.height + EDGE, place.y + place.height)
            self.canvas.fill(x, y, right - x, bottom - y, self.theme.edge)
        self.canvas.fill(box.x, box.y, box.width, box.height, self.strips.theme.background)
        self._box, self._cursor, self._theme = box, None, self.strips.theme
        self._rows, self._used = [None] * rows, [0] * rows

    def paint(self, frame: Frame) -> bool:
        """Bring the canvas to this frame; whether anything changed."""
        self.strips = self._reversed if frame.reverse else self._normal
        resized = (
            self.strips.theme != self._theme
            or self._box != self.layout.place(frame.columns, frame.rows)
            or len(self._rows) != frame.rows
        )
        if resized:
            self.blank(frame.columns, frame.rows)
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
        rows, height = self._rows, self.layout.cell[1]
        if wanted[0] == rows[0] or wanted[0] not in rows:
            return
        up = rows.index(wanted[0])
        same = next((i for i in range(len(rows) - up) if rows[up + i] != wanted[i]), len(rows) - up)
        if same < len(rows) // 2:
            return
        box = self._place
        self.canvas.move_up(box.x, box.y, box.width, same * height, up * height)
        rows[:same] = rows[up : up + same]
        self._used[:same] = self._used[up : up + same]

    def _row(self, y: int, row_id: int) -> None:
        """One row: its strip, and the background where the row before it went on."""
        box, height = self._place, self.layout.cell[1]
        strip, top, used, before = self.strips.strip(row_id), box.y + y * height, 0, self._used[y]
        if strip is not None:
            used = min(strip[0].shape[1], box.width)
            self.canvas.put(box.x, top, strip, used)
        if before > used:
            self.canvas.fill(box.x + used, top, before - used, height, self._theme.background)
        self._used[y] = used

    def _paint_cursor(self, row_id: int, x: int, y: int) -> None:
        """A block in the cursor's colour, the character in the background's."""
        atlas, (width, height) = self.strips.atlas, self.layout.cell
        atlas.make_room()
        first, wide = 0, 1
        for column, text, columns, style_id in self.strips.timeline.row(row_id).cells():
            if column <= x < column + columns:
                x, wide = column, columns
                first = atlas.slot(text, columns, self.strips.style(style_id).look)
                break
        slots = np.arange(first, first + wide, dtype=np.int32)
        strip = self.canvas.ink.strip(atlas, slots, None, [(self._theme.background, self._theme.cursor)])
        self.canvas.put(self._place.x + x * width, self._place.y + y * height, strip)
        self._used[y] = max(self._used[y], (x + wide) * width)

    @property
    def _place(self) -> Box:
        if self._box is None:
            raise RuntimeError("nothing was painted yet")
        return self._box
