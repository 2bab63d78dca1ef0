"""The texts of a timeline: each distinct row, and rows that belong together as one line; and back to cells.

Rows are joined where the terminal wrapped them, and, in a second reading, where a row fills the whole width
and the next one goes on with a word: full-screen programs wrap without saying so.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from .blocks import HINTS, LEAST, beside, bodies, is_near
from .finder import Buffer

if TYPE_CHECKING:
    from sessionlens.terminal import Row, Timeline

Key = tuple[int, ...]
LONGEST = 64  # rows that are joined without being wrapped
_SECOND = re.compile(r"^(?:> |\w*> ?)")
_WORD = frozenset("+/=_.~!@#$%^&*-")


class Screens:
    """`keys[i]` are the rows whose text is line i of `buffer`."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        rows = timeline.rows
        texts = [rows.text(row) for row in range(timeline.n_rows)]
        self._texts = texts
        self._size = [len(t) if t.isascii() else len(rows.row(i).cell_texts) for i, t in enumerate(texts)]
        self._wrapped = [rows.wrapped(row) for row in range(timeline.n_rows)]
        self.continued: dict[str, None] = {}  # lines that go on behind a backslash, joined
        self.keys: list[Key] = [(row,) for row, text in enumerate(texts) if text]
        self.keys += self._joined()
        self.buffer = Buffer([self.text(key) for key in self.keys])

    def text(self, key: Key) -> str:
        """The text of rows that are one line."""
        return (
            self._texts[key[0]] if len(key) == 1 else "".join(self._part(*pair) for pair in _with_next(key))
        )

    def _part(self, row: int, after: int | None) -> str:
        """A row's text in a line: the blank that a wide character left at the edge is none of it."""
        text = self._texts[row]
        if after is not None and text.endswith(" ") and not self._texts[after].isascii():
            cells = self.timeline.row(after).cell_texts
            if len(cells) > 1 and not cells[1]:
                return text[:-1]
        return text

    def pieces(self, key: Key) -> Iterator[tuple[int, int, int]]:
        """(row, start, end) in the text of the key, of each of its rows."""
        at = 0
        for row, after in _with_next(key):
            size = len(self._part(row, after))
            yield row, at, at + size
            at += size

    def _joined(self) -> list[Key]:
        """All lines of more than one row that a frame showed, or that left before one could."""
        found: dict[Key, None] = {}
        for frame, changed, _ in self.timeline.walk():
            if changed:
                self._around(frame.row_ids, changed, frame.columns, found)
                self._continue(frame.row_ids, changed)
        for ids, *_ in self.timeline.kept:
            self._around(tuple(ids), range(len(ids)), 0, found)
        found |= dict.fromkeys(key for key in self._scrolled() if len(key) > 1)
        return list(found)

    def _scrolled(self) -> Iterator[Key]:
        """Lines that scrolled away in pieces, or of which the end was still there when a frame closed."""
        line: list[int] = []
        for ids, _, t1, _, reason, _ in self.timeline.kept:
            for row in ids if reason == "scrolled" else ():
                line.append(row)
                if not self._wrapped[row]:
                    yield tuple(line)
                    line = []
            at = bisect_left(self.timeline.t1_ns, t1)
            if line and at < len(self.timeline):
                rest = self.timeline.frame(at).row_ids
                size = next((y for y, row in enumerate(rest) if not self._wrapped[row]), len(rest) - 1)
                yield (*line, *rest[: size + 1])

    def _around(self, ids: Key, changed: Iterable[int], columns: int, found: dict[Key, None]) -> None:
        """The lines that the changed rows are of."""
        for goes_on in (self._wraps, self._fills):
            done = -1
            for y in changed:
                if y <= done:
                    continue
                first = last = y
                while first > 0 and y - first < LONGEST and goes_on(ids[first - 1], ids[first], columns):
                    first -= 1
                while (
                    last + 1 < len(ids)
                    and last - first < LONGEST
                    and goes_on(ids[last], ids[last + 1], columns)
                ):
                    last += 1
                done = last
                if last > first:
                    found[ids[first : last + 1]] = None

    def _continue(self, ids: Key, changed: Iterable[int]) -> None:
        """The lines of a shell that end with a backslash, with what was typed behind its second prompt."""
        for y in changed:
            line, first = self._texts[ids[y]], y
            while first > 0 and y - first < LONGEST and self._texts[ids[first - 1]].endswith("\\"):
                first -= 1
                line = self._texts[ids[first]][:-1] + _SECOND.sub("", line)
            if first < y:
                self.continued[line] = None

    def _wraps(self, row: int, after: int, columns: int) -> bool:
        return self._wrapped[row]

    def _fills(self, row: int, after: int, columns: int) -> bool:
        if self._wrapped[row]:
            return True
        if not columns or self._size[row] != columns:
            return False
        last, first = self._texts[row][-1:], self._texts[after][:1]
        return (last.isalnum() or last in _WORD) and (first.isalnum() or first in _WORD)

    def key_rows(self, known: Collection[str] = ()) -> list[set[int]]:
        """The rows of each private key over several lines, from the order in which rows stood.

        `known` are lines of keys that were found elsewhere.
        """
        if not known and not any(hint in self.buffer.text for hint in HINTS):
            return []
        near = {
            row
            for key, text in zip(self.keys, self.buffer.lines, strict=True)
            if is_near(text)
            for row in key
        }
        every = dict.fromkeys(ids for ids in self._orders() if not near.isdisjoint(ids))
        orders = [(lines, [self.text(key) for key in lines]) for lines in map(self._lines, every)]
        keys: list[set[int]] = []
        full = set(known)
        for lines, texts in orders:
            found = list(bodies(texts))
            keys += _runs(lines, found)
            full.update(texts[at].strip() for at in found)
        full = {line for line in full if len(line) >= LEAST}
        for lines, texts in orders:
            keys += _runs(lines, beside(texts, full))
        return merged(keys)

    def _lines(self, ids: Key) -> list[Key]:
        """Rows below each other as lines."""
        out: list[Key] = []
        start = 0
        for at, row in enumerate(ids):
            if not self._wrapped[row] or at == len(ids) - 1:
                out.append(ids[start : at + 1])
                start = at + 1
        return out

    def _orders(self) -> Iterator[Key]:
        """Rows as they stood below each other: in each frame, and all that scrolled away before it."""
        passed: list[int] = []
        for ids, *_ in self.timeline.kept:
            passed += ids
        yield tuple(passed)
        for frame, changed, _ in self.timeline.walk():
            if changed:
                yield frame.row_ids


def _with_next(key: Key) -> Iterator[tuple[int, int | None]]:
    """Each row of a line with the one after it."""
    yield from pairwise(key)
    yield key[-1], None


def _runs(lines: list[Key], found: Iterable[int]) -> list[set[int]]:
    """The rows of the lines at these indices, those together that stand below each other."""
    out: list[set[int]] = []
    last = -2
    for at in found:
        if at != last + 1:
            out.append(set())
        out[-1].update(lines[at])
        last = at
    return out


def merged(sets: Iterable[set[int]]) -> list[set[int]]:
    """Those that have something in common are one."""
    out: list[set[int]] = []
    for some in sets:
        apart = [other for other in out if other.isdisjoint(some)]
        out = [*apart, some.union(*(other for other in out if not other.isdisjoint(some)))]
    return out


def columns_of(row: Row, start: int, end: int) -> tuple[int, int]:
    """The first and the last column (exclusive) of characters start..end-1 of a row's text."""
    at = 0
    first = last = -1
    for column, cell in enumerate(row.cell_texts):
        if cell and at < end and at + len(cell) > start:
            first = column if first < 0 else first
            last = column + 1
        elif not cell and last == column:
            last = column + 1  # the right half of a wide character
        at += len(cell)
    return (first, last) if first >= 0 else (0, 0)
