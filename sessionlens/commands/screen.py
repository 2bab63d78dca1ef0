"""What the Trace and the Timeline say, in the form this room asks for it.

Modes by offset, what was printed between two offsets, and the places where the cursor rested: at an input
event that came after output, or, without input, before output that came late or looks like an echo.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sessionlens.terminal.flags import ADDRESSED
from sessionlens.terminal.ondemand import OnDemand
from sessionlens.terminal.vanished import episodes

from .escapes import SEQUENCE, without_escapes
from .freshrow import begun_row
from .region import before_cursor

if TYPE_CHECKING:
    from sessionlens.recording import Recording
    from sessionlens.terminal import Point, Replay


PASTE, ALTERNATE = "?2004", ("?1049", "?1047", "?47")
_DRAWN = 2048  # bytes that a prompt and what was typed at it may take
_ROW = re.compile(r"[\r\n]+")
_ROWS = 1 << 14  # that are kept ready
_BLANK = re.compile(rb"(?:" + SEQUENCE.pattern + rb"|[\x00-\x1a\x1c-\x20\x7f]+|\x1b)*+")


@dataclass(frozen=True, slots=True)
class Rest:
    """The cursor at rest: the text of its logical line to its left and right. `event` is -1 where no key
    came.

    `drawn` is the end of `left` that a line editor has drawn since it began: output without a line feed may
    stand before it. Where the prompt came before the editor (zsh), it is `left`. `early` is what of the line
    was typed before its prompt came (early.py), None where that is not known.
    """

    t_ns: int
    offset: int
    event: int
    left: str
    right: str
    paste: bool
    drawn: str
    early: str | None = ""


class Shown(NamedTuple):
    """A screen's row, as far as this room reads it."""

    text: str
    wrapped: bool


Screen = OnDemand[Shown]


class Switch:
    """One mode: where it went on and off, by output offset."""

    def __init__(self) -> None:
        self._offsets: list[int] = []
        self._since: list[int | None] = []
        self._on: list[int] = []

    def append(self, offset: int, on: bool) -> None:
        """It was set or reset, again or not."""
        before = self._since[-1] if self._since else None
        self._offsets.append(offset)
        self._since.append((offset if before is None else before) if on else None)
        if on:
            self._on.append(offset)

    def since(self, offset: int) -> int | None:
        """Where it was switched on, if it is on just before the byte at `offset`."""
        at = bisect_left(self._offsets, offset) - 1
        return self._since[at] if at >= 0 else None

    def next_on(self, offset: int) -> int | None:
        """Where it is set next, at `offset` or behind it."""
        at = bisect_left(self._on, offset)
        return self._on[at] if at < len(self._on) else None

    def left(self, offset: int) -> int:
        """Where it was reset last before `offset`, if it is off; else 0."""
        at = bisect_left(self._offsets, offset) - 1
        return self._offsets[at] if at >= 0 and self._since[at] is None else 0


class View:
    """One replayed recording, asked by output offset."""

    def __init__(self, recording: Recording, replay: Replay) -> None:
        self.recording, self.trace, self.timeline = recording, replay.trace, replay.timeline
        self.out = recording.blob("o")
        self._switches: defaultdict[str, Switch] = defaultdict(Switch)
        outputs = np.flatnonzero(recording.stream == ord("o"))
        starts, sizes = recording.offset[outputs], recording.size[outputs]
        self._out_events: list[int] = outputs.tolist()
        self._out_offsets: list[int] = starts.tolist()
        self._out_ends: list[int] = (starts + sizes).tolist()
        self._typed: list[int] = np.flatnonzero(recording.stream == ord("i")).tolist()
        self.begun = self._begun_inside()
        first = next(
            ((offset, on) for _, offset, name, on in self.trace.modes if name in ALTERNATE), (0, True)
        )
        self.doubted = 0 if first[1] else first[0]
        """Until where the recording may have begun inside of a full-screen program, which is left there."""

        for _, offset, name, on in self.trace.modes:
            self._switches[name].append(offset, on)
        self._row = lru_cache(maxsize=_ROWS)(self._shown)
        self._screens = self.trace.points.screens.reader()
        self._blank: dict[int, int] = {}

    def _begun_inside(self) -> int | None:
        """Where the line ends in whose middle the recording begins: its editor is first seen to leave it."""
        first = next(((offset, on) for _, offset, name, on in self.trace.modes if name == PASTE), None)
        start = self._out_offsets[0] if self._out_offsets else 0
        if first is None or first[1] or self.out.count(b"\n", start, first[0]) > 1:
            return None
        self._switches[PASTE].append(start, True)
        return first[0]

    def _shown(self, row: int) -> Shown:
        rows = self.trace.rows
        return Shown(rows.text(row), rows.wrapped(row))

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
        return self._switches[name].since(offset)

    def next_on(self, name: str, offset: int) -> int | None:
        """The next offset at or after `offset` at which this mode is switched on."""
        return self._switches[name].next_on(offset)

    def alternate(self, offset: int) -> bool:
        """Was the alternate screen shown just before `offset`?"""
        return any(self.is_on(name, offset) for name in ALTERNATE)

    @cached_property
    def undrawn(self) -> list[tuple[int, int]]:
        """Stays on the alternate screen as far as nothing draws there and a line editor goes on as before."""
        found = []
        for stay in episodes(self.trace, 0, self.end):
            second = next(islice(ADDRESSED.finditer(self.out, stay.first, stay.stop), 1, None), None)
            stop = second.start() if second else stay.stop + 1
            begun = self.next_on(PASTE, stay.first)
            if begun is not None and begun < stop:
                found.append((stay.first, stop))
        return found

    def aside(self, offset: int) -> bool:
        """Was a program shown on the alternate screen just before `offset`?"""
        at = bisect_left(self.undrawn, (offset, 0)) - 1
        return self.alternate(offset) and not (at >= 0 and offset < self.undrawn[at][1])

    def used_alternate(self, first: int, last: int) -> bool:
        """Was the alternate screen entered between these offsets?"""
        return any((on := self.next_on(name, first)) is not None and on <= last for name in ALTERNATE)

    def last_left_alternate(self, offset: int) -> int:
        """Where the alternate screen was last left before `offset`; 0 where it never was."""
        return max(self._switches[name].left(offset) for name in ALTERNATE)

    def printed(self, first: int, stop: int) -> bool:
        """Did anything visible come between these offsets? Each is where an operation begins."""
        known = self._blank.get(first, first)  # the same beginning is asked for again at every line
        blank = _BLANK.match(self.out, min(known, stop), stop)
        if blank and blank.end() < stop:
            return True
        self._blank[first] = max(known, stop)
        return False

    def between(self, first: int, stop: int) -> Iterator[bytes]:
        """The output between two offsets, in the pieces in which it came."""
        for at in range(max(bisect_right(self._out_offsets, first) - 1, 0), len(self._out_offsets)):
            if self._out_offsets[at] >= stop:
                break
            yield self.out[max(self._out_offsets[at], first) : min(self._out_ends[at], stop)]

    def offset_at(self, event: int) -> int:
        """How far the output had come when this event of the recording happened."""
        at = bisect_right(self._out_events, event) - 1
        if at < 0:
            return self._out_offsets[0] if self._out_offsets else 0
        return self._out_ends[at]

    def typed_by(self, byte: int) -> int:
        """The input event of this byte of the input."""
        at = bisect_right(self._typed, byte, key=lambda event: int(self.recording.offset[event])) - 1
        return self._typed[max(at, 0)] if self._typed else -1

    def time_of(self, offset: int) -> int:
        """When the byte at `offset` was printed."""
        at = max(bisect_right(self._out_offsets, offset) - 1, 0)
        return int(self.recording.t_ns[self._out_events[at]]) if self._out_events else 0

    def screen(self, point: Point) -> Screen:
        """The whole screen as it stood at a point; rows are made when they are looked at.

        A row that was filled up so that a prompt begins the next one does not go on there.
        """
        rows = self.rows(self._screens.get(point.index))
        begun = begun_row(self.out, point, rows)
        if begun is None:
            return rows
        filled = rows.ids[begun - 1]
        alone = Shown(self._row(filled).text, False)
        return OnDemand(lambda row: alone if row == filled else self._row(row), rows.ids)

    def rows(self, ids: Sequence[int]) -> Screen:
        """The rows of these ids."""
        return OnDemand(self._row, ids)

    def rest(self, point: Point) -> Rest:
        """The cursor's line at an input point."""
        left, right = before_cursor(self.screen(point), point.cursor_x, point.cursor_y, point.columns)
        event = point.event if self.recording.has_input else -1
        opened = self.since(PASTE, point.offset)
        drawn = left if opened is None else self._drawn(opened, point.offset, left)
        return Rest(point.t_ns, point.offset, event, left, right, opened is not None, drawn)

    def _drawn(self, opened: int, offset: int, left: str) -> str:
        """What of `left` was printed since `opened`; all of it where that is not plain to see."""
        data = without_escapes(self.out[opened : min(offset, opened + _DRAWN)])
        text = _ROW.split(data.decode("utf-8", "replace"))[-1]
        plainly = opened + _DRAWN >= offset and text.strip() and text.isprintable()
        return text if plainly and left.endswith(text) else left
