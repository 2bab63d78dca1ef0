"""The frames of a timeline as columns of changes, and what passed between them (payload.py says which)."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sessionlens.player.columns import Columns, Numbers
from sessionlens.terminal.timeline import ALTERNATE, REASONS, REVERSE, VISIBLE

if TYPE_CHECKING:
    from sessionlens.terminal import Timeline

MICROSECOND = 1000
PASSED = 100_000  # rows that no frame shows, at most
SIZES = {"flags": 1, "title": 4, "changes": 4}  # bytes an item; else 2


class Frames:
    """Frames `first` to `stop` (exclusive). `rows`: the timeline's row ids by their new numbers; `left_out`:
    how many rows that no frame shows there was no room for."""

    def __init__(self, timeline: Timeline, first: int, stop: int) -> None:
        self.times: Numbers = np.asarray(timeline.t0_ns[first:stop], np.int64)
        self.offsets: Numbers = np.asarray(timeline.offset[first:stop], np.int64)
        self.tick = MICROSECOND if not np.any(np.diff(self.times) % MICROSECOND) else 1
        self.titles: list[str] = []
        names = ("columns", "rows", "x", "y", "flags", "title", "scroll", "changes")
        self._facts = {name: array("I") for name in names}
        self._at, self._ids = array("I"), array("I")
        self._passed = Passed(timeline, first)
        self._read(timeline, first, stop)
        self.left_out = self._passed.left_out
        ids = np.asarray(self._ids + self._passed.rows, np.int64)
        self.rows, self._numbers = numbered(ids)

    def _read(self, timeline: Timeline, first: int, stop: int) -> None:
        titles: dict[str, int] = {}
        before: Sequence[int] = ()
        for frame, changed, scroll in timeline.walk(first, stop):
            ids = frame.row_ids
            if len(ids) != len(before):
                changed, scroll = list(range(len(ids))), 0
            flags = VISIBLE * frame.cursor_visible | ALTERNATE * frame.alternate | REVERSE * frame.reverse
            title = titles.setdefault(frame.title, len(titles))
            place = frame.cursor_x, frame.cursor_y
            facts = (frame.columns, len(ids), *place, flags, title, scroll, len(changed))
            for column, value in zip(self._facts.values(), facts, strict=True):
                column.append(value)
            self._at.extend(changed)
            self._ids.extend([ids[y] for y in changed])
            self._passed.until(frame.index - first, frame.t1_ns, before, ids)
            before = ids
        self.titles = list(titles)

    def write(self, columns: Columns) -> None:
        """All columns of frames, changes and what passed."""
        columns.add_wide("t", np.diff(self.times, prepend=self.times[:1]) // self.tick)
        columns.add_wide("offset", np.diff(self.offsets, prepend=self.offsets[:1]))
        for name, values in self._facts.items():
            columns.add(name, values, SIZES.get(name, 2))
        at: Numbers = np.asarray(self._at, np.int64)
        steps = np.diff(at, prepend=0)
        counts = np.asarray(self._facts["changes"], np.int64)
        begins = (np.cumsum(counts) - counts)[counts > 0]
        steps[begins] = at[begins]
        columns.add("at", steps, 2)
        columns.add("row", self._numbers[: len(at)], 4)
        columns.add("passed", self._numbers[len(at) :], 4)
        columns.add("passed_frame", self._passed.frames, 4)
        columns.add("passed_why", self._passed.whys, 1)


class Passed:
    """Rows that left the screen before a frame showed them: which, by which frame, and why."""

    def __init__(self, timeline: Timeline, first: int) -> None:
        self.rows, self.frames, self.whys = array("I"), array("I"), array("B")
        self.left_out = 0
        begin = timeline.t0_ns[first]
        self._groups = (group for group in timeline.kept if group[2] >= begin)
        self._next = next(self._groups, None)

    def until(self, frame: int, t_ns: int, before: Sequence[int], now: Sequence[int]) -> None:
        """Take those that were gone when a frame closed, but not what this frame or the one before shows."""
        shown: set[int] | None = None
        while self._next is not None and self._next[2] <= t_ns:
            rows, _, _, _, reason, _ = self._next
            shown = {*before, *now} if shown is None else shown
            found = [] if shown.issuperset(rows) else rows
            room = max(PASSED - len(self.rows), 0)
            self.left_out += max(len(found) - room, 0)
            found = found[:room]
            self.rows.extend(found)
            self.frames.extend([frame] * len(found))
            self.whys.extend([REASONS.index(reason)] * len(found))
            self._next = next(self._groups, None)


def numbered(ids: Numbers) -> tuple[list[int], Numbers]:
    """The distinct ids in the order of their first showing; and each id as 0 where it is new, else how far
    its number lies behind the next new one."""
    distinct, firsts, inverse = np.unique(ids, return_index=True, return_inverse=True)
    order = np.argsort(firsts, kind="stable")
    number = np.empty(len(order), np.int64)
    number[order] = np.arange(len(order))
    new = np.zeros(len(ids), np.int64)
    new[firsts] = 1
    back = np.where(new == 1, 0, np.cumsum(new) - number[inverse.reshape(-1)])
    return distinct[order].tolist(), back
