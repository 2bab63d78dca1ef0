"""Panes: the rectangle between borders in which the cursor stands, in tmux(1), GNU screen(1) and byobu(1).

tmux draws borders with line-drawing characters, screen with reversed cells and a caption below each region;
the lines in which either says something are no part of a pane. Everything is read off the screen, for the
layout is told nowhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from sessionlens.terminal.ondemand import OnDemand

from ...region import index
from ...screen import Shown, View
from ..looks import Look

_VERTICAL = frozenset("│┃║|├┤┼┬┴┣┫╋┳┻╠╣╬╦╩+")
_HORIZONTAL = frozenset("─━═├┤┼┬┴┣┫╋┳┻╠╣╬╦╩+")
_KINDS = (_VERTICAL, _HORIZONTAL, _VERTICAL & _HORIZONTAL)
_LABELLED = 0.5  # the share of a horizontal border that is line; the rest is a title
_STATUS = re.compile(
    r"\d+:[A-Za-z][\w./-]*[*-]?(?:\s|$)|\d+[*-]?\$ \S"
)  # `0:bash*` of tmux, `0*$ bash` of screen
_DIGITS = re.compile(r"\d+")
_COPY = re.compile(r"\[\d+/\d+\]$")
RUNNING = b"[running]"  # in the status line below a terminal window of vim
_MOST_STATUS = 3
_SAMPLES = 64
_CACHED = 1 << 14


@dataclass(frozen=True, slots=True)
class Rect:
    """Rows and columns of a pane, inclusive."""

    top: int
    left: int
    bottom: int
    right: int

    def contains(self, other: Rect) -> bool:
        """Does all of the other lie in it?"""
        rows = self.top <= other.top and other.bottom <= self.bottom
        return rows and self.left <= other.left and other.right <= self.right

    def overlaps(self, other: Rect) -> bool:
        """Do they share a cell?"""
        return (
            self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )


@dataclass(frozen=True, slots=True)
class Marks:
    """The columns of a row in which a border may be (vertical, horizontal, a joint), and coloured ones."""

    vertical: frozenset[int]
    horizontal: frozenset[int]
    joints: frozenset[int]
    styled: frozenset[int]


class Panes:
    """Finds the pane of every look at one multiplexer."""

    def __init__(self, view: View, family: str, seen: Iterable[Look]) -> None:
        self.view, self.family = view, family
        self._marks = lru_cache(_CACHED)(self._marked)
        self._part = lru_cache(_CACHED)(self._cut)
        self.above, self.below = self._status(seen)

    # ---- status lines

    def _status(self, seen: Iterable[Look]) -> tuple[int, int]:
        """How many rows at the top and at the bottom are status lines of tmux: they are always there."""
        samples = list(islice((look for look in seen if look.kind in ("input", "rest")), _SAMPLES))
        above = Counter(self._bars(look, range(len(look.rows))) for look in samples)
        below = Counter(self._bars(look, range(len(look.rows) - 1, -1, -1)) for look in samples)
        first, last = (
            Counter(
                _DIGITS.sub("0", look.rows[y].text.rstrip())
                for look in samples
                if look.y != y % len(look.rows)
            )
            for y in (0, -1)
        )
        return (
            max(_most(above), int(_stays(first, len(samples)))),
            max(_most(below), int(_stays(last, len(samples)))),
        )

    def _bars(self, look: Look, order: range) -> int:
        """How many rows from this edge on have a colour of their own in every cell."""
        count = 0
        while count < _MOST_STATUS and self._filled(look.rows.ids[order[count]], look.columns):
            count += 1
        return count

    def _inner(self, look: Look) -> tuple[int, int]:
        """The first and the last row that are no status line; screen takes its own away again."""
        rows = len(look.rows)
        if self.family == "vim":  # down to its lowest status line
            filled = (y for y in range(rows - 1, -1, -1) if self._filled(look.rows.ids[y], look.columns))
            return 0, next(filled, rows - 1)
        if self.family == "tmux":
            return self.above, rows - 1 - self.below
        return self._bars(look, range(rows)), rows - 1 - self._bars(look, range(rows - 1, -1, -1))

    def _filled(self, row_id: int, columns: int) -> bool:
        """Has every cell of this row a colour of its own?"""
        return len(self._marks(row_id).styled) >= columns

    def _says(self, row_id: int, left: int) -> bool:
        """Does reversed text begin here, as screen's messages and questions do?"""
        text = self.view.timeline.row(row_id).cell_texts[left : left + 1]
        return left in self._marks(row_id).styled and bool("".join(text).strip())

    # ---- borders

    def _marked(self, row_id: int) -> Marks:
        row = self.view.timeline.row(row_id)
        cells, styled, at = row.cell_texts, set[int](), 0
        for width, style_id in row.lengths:
            style = self.view.timeline.style(style_id)
            if style.inverse or style.bg >= 0:
                styled.update(range(at, at + width))
            at += width
        if self.family != "tmux":  # reversed blanks (or bars), and the captions that end them
            bars = " " if self.family == "screen" else " |│"
            blank = frozenset(at for at in styled if at < len(cells) and cells[at] in bars)
            return Marks(blank, frozenset(styled), frozenset(), frozenset(styled))
        vertical, horizontal, joints = (
            frozenset(at for at, cell in enumerate(cells) if cell in kind) for kind in _KINDS
        )
        return Marks(vertical, horizontal, joints, frozenset(styled))

    def pane(self, look: Look) -> tuple[Rect, Look] | None:
        """The pane with the cursor, and the look as its program sees it; None where the cursor is in none."""
        first, last = self._inner(look)
        if not first <= look.y <= last:
            return None
        ids, x, y = look.rows.ids, look.x, look.y
        here = self._marks(ids[y]).vertical
        borders = {at for at in here if at != x and self._runs(ids, y, at, first, last)} if here else set()
        left = max((at + 1 for at in borders if at < x), default=0)
        right = min((at - 1 for at in borders if at > x), default=look.columns - 1)
        span = range(left, right + 1)
        top = next(
            (up + 1 for up in range(y - 1, first - 1, -1) if self._crosses(ids[up], span, look.columns)),
            first,
        )
        bottom = next(
            (down - 1 for down in range(y + 1, last + 1) if self._crosses(ids[down], span, look.columns)),
            last,
        )
        if self.family == "screen" and y == bottom and self._says(ids[y], left):
            return None  # a message, or what screen asks
        rect = Rect(top, left, bottom, right)
        if self.family == "vim" and not self._runs_shell(look, rect):
            return None
        return rect, self.within(look, rect)

    def _runs_shell(self, look: Look, rect: Rect) -> bool:
        """Is it a terminal window of vim, which its keys go to?"""
        if rect.bottom + 1 >= len(look.rows):
            return False
        cells = self.view.timeline.row(look.rows.ids[rect.bottom + 1]).cell_texts
        return RUNNING.decode() in "".join(cells[rect.left : rect.right + 1])

    def _runs(self, ids: Sequence[int], y: int, column: int, first: int, last: int) -> bool:
        """Does a vertical border go through here: from edge or joint to edge or joint?"""
        top = bottom = y
        while top > first and column in self._marks(ids[top - 1]).vertical:
            top -= 1
        while bottom < last and column in self._marks(ids[bottom + 1]).vertical:
            bottom += 1
        if self.family == "tmux" and not any(self._drawn(ids[at], column) for at in range(top, bottom + 1)):
            return False
        above = top == first or self._joins(ids[top], ids[top - 1], column)
        return above and (bottom == last or self._joins(ids[bottom], ids[bottom + 1], column))

    def _drawn(self, row_id: int, column: int) -> bool:
        """Is this surely drawn, and no `+` or joint that stands alone in a line, as in `1+1`?"""
        return column not in self._marks(row_id).joints

    def _joins(self, end: int, beyond: int, column: int) -> bool:
        """Does a vertical border end at a horizontal one here: in a joint, or (screen) at a caption?"""
        if self.family != "tmux":
            return {column - 1, column, column + 1} <= self._marks(beyond).horizontal
        return column in self._marks(end).joints

    def _crosses(self, row_id: int, span: range, columns: int) -> bool:
        """Is this row a horizontal border of a pane with these columns?"""
        marks = self._marks(row_id).horizontal
        ends = [at for at in (span[0] - 1, span[0], span[-1], span[-1] + 1) if 0 <= at < columns]
        if not marks.issuperset(ends):
            return False
        return sum(at in marks for at in span) >= len(span) * (_LABELLED if self.family == "tmux" else 1)

    # ---- what the program in it shows

    def within(self, look: Look, rect: Rect) -> Look:
        kind = "frame" if look.kind == "paste-off" else look.kind  # the multiplexer's own, at any time
        full = rect.left == 0 and rect.right == look.columns - 1 and self.family != "vim"
        rows = OnDemand(
            lambda row_id: self._part(row_id, rect.left, rect.right, full),
            look.rows.ids[rect.top : rect.bottom + 1],
        )
        x, y = look.x - rect.left, look.y - rect.top
        return replace(look, kind=kind, rows=rows, x=x, y=y, columns=rect.right - rect.left + 1)

    def _cut(self, row_id: int, left: int, right: int, full: bool) -> Shown:
        row = self.view.timeline.row(row_id)
        if full:
            return Shown(row.text, row.wrapped)
        text = row.text[index(row.text, left) : index(row.text, right + 1)]
        wrapped = len(row.cell_texts) > right and row.cell_texts[right].strip() != ""
        return Shown(text if wrapped else text.rstrip(), wrapped)


def copying(look: Look) -> bool:
    """Does this pane show tmux's copy mode: the position in its upper right corner?"""
    return bool(look.rows) and bool(_COPY.search(look.rows[0].text.rstrip()))


def _most(counts: Counter[int]) -> int:
    return counts.most_common(1)[0][0] if counts else 0


def _stays(texts: Counter[str], samples: int) -> bool:
    """Is this row a list of windows most of the time, and hardly ever another?"""
    lists = [count for text, count in texts.items() if _STATUS.search(text)]
    return 2 * sum(lists) > samples and 4 * len(lists) <= sum(lists) + 8
