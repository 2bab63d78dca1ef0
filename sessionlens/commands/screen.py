"""What the Trace and the Timeline say, in the form this room asks for it.

Modes by offset, what was printed between two offsets, and the places where the cursor rested: at an input
event that came after output, or, without input, at a frame that stood for a while.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from .escapes import without_escapes
from .region import before_cursor

if TYPE_CHECKING:
    from sessionlens.recording import Recording
    from sessionlens.terminal import Point, Replay, Row


REST_NS = 30_000_000
PASTE, ALTERNATE = "?2004", ("?1049", "?1047", "?47")
_PRINTABLE = re.compile(rb"[^\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True)
class Rest:
    """The cursor at rest: the text of its logical line to its left and right. `event` is -1 where no key
    came.
    """

    t_ns: int
    offset: int
    event: int
    left: str
    right: str
    paste: bool


class Screen(Sequence["Row"]):
    """The rows of one screen, each made when it is looked at: most of them never are."""

    def __init__(self, row: Callable[[int], Row], ids: Sequence[int]) -> None:
        self._row, self.ids = row, ids

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self._row(row) for row in self.ids[index]]
        return self._row(self.ids[index])


class View:
    """One replayed recording, asked by output offset."""

    def __init__(self, recording: Recording, replay: Replay) -> None:
        self.recording, self.trace, self.timeline = recording, replay.trace, replay.timeline
        self.out = recording.blob("o")
        self._switches: dict[str, tuple[list[int], list[bool]]] = {}
        for _, offset, name, on in self.trace.modes:
            offsets, states = self._switches.setdefault(name, ([], []))
            offsets.append(offset)
            states.append(on)
        outputs = [i for i, stream in enumerate(recording.stream.tolist()) if stream == ord("o")]
        self._out_events = outputs
        self._out_offsets = [int(recording.offset[i]) for i in outputs]

    @property
    def end(self) -> int:
        """The file offset behind the last byte that was printed; 0 where there is none."""
        last = self._out_events[-1] if self._out_events else None
        return 0 if last is None else int(self.recording.offset[last] + self.recording.size[last])

    def is_on(self, name: str, offset: int) -> bool:
        """Was this mode on just before the byte at `offset`?"""
        return self.since(name, offset) is not None

    def since(self, name: str, offset: int) -> int | None:
        """The offset at which the mode that is on at `offset` was switched on."""
        offsets, states = self._switches.get(name, ([], []))
        at = bisect_left(offsets, offset) - 1
        if at < 0 or not states[at]:
            return None
        while at > 0 and states[at - 1]:
            at -= 1
        return offsets[at]

    def next_on(self, name: str, offset: int) -> int | None:
        """The next offset at or after `offset` at which this mode is switched on."""
        offsets, states = self._switches.get(name, ([], []))
        for at in range(bisect_left(offsets, offset), len(offsets)):
            if states[at]:
                return offsets[at]
        return None

    def alternate(self, offset: int) -> bool:
        """Was the alternate screen shown just before `offset`?"""
        return any(self.is_on(name, offset) for name in ALTERNATE)

    def used_alternate(self, first: int, last: int) -> bool:
        """Was the alternate screen entered between these offsets?"""
        return any((on := self.next_on(name, first)) is not None and on <= last for name in ALTERNATE)

    def last_left_alternate(self, offset: int) -> int:
        """Where the alternate screen was last left before `offset`; 0 where it never was."""
        left = 0
        for name in ALTERNATE:
            offsets, states = self._switches.get(name, ([], []))
            at = bisect_left(offsets, offset) - 1
            if at >= 0 and not states[at]:
                left = max(left, offsets[at])
        return left

    def printed(self, first: int, stop: int) -> bool:
        """Did anything visible come between these offsets?"""
        for start in range(first, stop, 65536):  # the usual answer stands in the first few bytes
            if _PRINTABLE.search(without_escapes(bytes(self.out[start : min(start + 65600, stop)]))):
                return True
        return False

    def offset_at(self, event: int) -> int:
        """How far the output had come when this event of the recording happened."""
        at = bisect_right(self._out_events, event) - 1
        if at < 0:
            return self._out_offsets[0] if self._out_offsets else 0
        i = self._out_events[at]
        return int(self.recording.offset[i]) + int(self.recording.size[i])

    def time_of(self, offset: int) -> int:
        """When the byte at `offset` was printed."""
        at = max(bisect_right(self._out_offsets, offset) - 1, 0)
        return int(self.recording.t_ns[self._out_events[at]]) if self._out_events else 0

    def screen(self, point: Point) -> Screen:
        """The whole screen as it stood at a point; rows are made when they are looked at."""
        return Screen(self.trace.rows.row, self.trace.points.screens.get(point.index))

    def rest(self, point: Point) -> Rest:
        """The cursor's line at an input point."""
        left, right = before_cursor(self.screen(point), point.cursor_x, point.cursor_y, point.columns)
        return Rest(point.t_ns, point.offset, point.event, left, right, self.is_on(PASTE, point.offset))

    def quiet(self) -> Iterator[Rest]:
        """Without input: the cursor's line in every frame that stood for `REST_NS` or longer."""
        timeline = self.timeline
        opened, closed, offsets = timeline.t0_ns, timeline.t1_ns, timeline.offset
        for at in range(len(timeline)):
            if at + 1 < len(timeline) and int(opened[at + 1]) - int(closed[at]) < REST_NS:
                continue
            frame = timeline.frame(at)
            if frame.alternate:
                continue
            rows = Screen(timeline.row, frame.row_ids)
            left, right = before_cursor(rows, frame.cursor_x, frame.cursor_y, frame.columns)
            offset = int(offsets[at])
            yield Rest(int(closed[at]), offset, -1, left, right, self.is_on(PASTE, offset))
