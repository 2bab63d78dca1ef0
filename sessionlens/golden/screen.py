"""One screen as it is compared: its cells with text and look, its cursor, title and size. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sessionlens.terminal.style import PLAIN, Style

if TYPE_CHECKING:
    from sessionlens.terminal import Frame, Timeline


class Cell(NamedTuple):
    """`text` is "" for the right half of a wide character."""

    text: str
    style: Style


BLANK = Cell(" ", PLAIN)


@dataclass(frozen=True, slots=True)
class Line:
    """One row; behind the last of its cells all is blank. `wrapped`: the next row goes on with it."""

    cells: tuple[Cell, ...] = ()
    wrapped: bool = False

    def cell(self, x: int) -> Cell:
        """The cell of a column."""
        return self.cells[x] if x < len(self.cells) else BLANK


@dataclass(frozen=True, slots=True)
class Screen:
    """What was shown at `t_ns`, when the output up to the file offset `offset` had been printed."""

    channel: int
    t_ns: int
    offset: int
    columns: int
    rows: int
    cursor: tuple[int, int]
    cursor_visible: bool
    title: str
    alternate: bool
    reverse: bool
    lines: tuple[Line, ...]

    def line(self, y: int) -> Line:
        """A row; an empty one where there is none."""
        return self.lines[y] if y < len(self.lines) else Line()


def screen_of(channel: int, t_ns: int, frame: Frame, timeline: Timeline) -> Screen:
    """A frame of a timeline, the one that players and videos show at that time."""
    return Screen(
        channel,
        t_ns,
        frame.offset,
        frame.columns,
        frame.rows,
        (frame.cursor_x, frame.cursor_y),
        frame.cursor_visible,
        frame.title,
        frame.alternate,
        frame.reverse,
        tuple(_line(timeline, row_id) for row_id in frame.row_ids),
    )


def _line(timeline: Timeline, row_id: int) -> Line:
    row = timeline.row(row_id)
    styles = [style for size, style in row.lengths for _ in range(size)]
    looks = {style: timeline.style(style) for style in set(styles)}
    cells = [Cell(text, looks[style]) for text, style in zip(row.cell_texts, styles, strict=True)]
    while cells and cells[-1] == BLANK and not row.wrapped:
        cells.pop()
    return Line(tuple(cells), row.wrapped)
