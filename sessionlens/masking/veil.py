"""A timeline as consumers may show it: the same frames, over rows in which secrets are covered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from sessionlens.terminal.rows import Row, Rows
from sessionlens.terminal.style import PLAIN, TRUE_COLOUR, Style

if TYPE_CHECKING:
    from sessionlens.terminal import Timeline

Spans = Mapping[int, tuple[tuple[int, int], ...]]  # row id: columns, first and last (exclusive)
COVER = "▒"
COVER_STYLE = -1
AMBER = TRUE_COLOUR | 0xC88A1C


class VeiledRows(Rows):
    """The rows of another store; nothing can be added."""

    def __init__(self, rows: Rows, spans: Spans) -> None:
        self.__dict__.update(rows.__dict__)
        self._plain, self._spans = rows, spans

    def row(self, row: int) -> Row:
        """The view, covered."""
        found = self._plain.row(row)
        return covered(found, self._spans[row]) if row in self._spans else found

    def text(self, row: int) -> str:
        """A row's text, covered."""
        return self.row(row).text if row in self._spans else self._plain.text(row)

    def style(self, style_id: int) -> Style:
        """The style of an id; what covers has one of its own."""
        return cover_style() if style_id == COVER_STYLE else self._plain.style(style_id)


def cover_style() -> Style:
    """What covers looks alike whatever it covers."""
    return replace(PLAIN, fg=AMBER)


def covered(row: Row, spans: tuple[tuple[int, int], ...]) -> Row:
    """A row with these columns covered, their colours too."""
    cells = list(row.cell_texts)
    styles = [style for size, style in row.lengths for _ in range(size)]
    for first, last in spans:
        for column in range(first, min(last, len(cells))):
            cells[column], styles[column] = COVER, COVER_STYLE
    lengths = tuple((len(list(group)), style) for style, group in groupby(styles))
    return Row(row.id, "".join(cells), row.wrapped, tuple(cells), lengths)


def veiled(timeline: Timeline, spans: Spans, text: Callable[[str], str]) -> Timeline:
    """The timeline with covered rows, and titles as `text` makes them."""
    return timeline.over(VeiledRows(timeline.rows, spans), text)
