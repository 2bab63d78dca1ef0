"""The other listener of the replay: mode changes, marks, and the screen wherever a command may be accepted.

Choosing among these places is the commands room's work. Screens are stored as deltas, points as columns.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np

from .notes import Notes
from .ondemand import OnDemand
from .rows import Row, Rows
from .screens import Screens
from .unseen import Unseen

KINDS = ("input", "newline", "paste-off", "mark")
KIND, ALTERNATE, FIRST = 3, 4, 8  # bits: the index of the kind, and two flags
UNTRACED = frozenset({"?12", "?25", "?2026"})  # blink, visibility, synchronized: frames have them


@dataclass(frozen=True, slots=True)
class Point:
    """The screen before a byte. `event` is the recording's, `offset` the file offset of the byte in `out`.

    kind "input": before an input event that came after output, or, where there is no input, before output
    that came after a pause or looks like the first echo of a key; "newline": before a CR LF (the cursor where
    it was before the CR), one after each input and each Enter, or every one without input; "paste-off":
    ?2004l;
    "mark": at OSC 133;C or 633;C. `first`: the first newline since an input. `cursor_x` is `columns` where a
    wrap is pending.
    """

    index: int
    t_ns: int
    event: int
    offset: int
    kind: str
    cursor_x: int
    cursor_y: int
    alternate: bool
    columns: int
    rows: int
    first: bool = False


class Points(Sequence[Point]):
    """All points in order; each is made on demand."""

    def __init__(self) -> None:
        self.screens = Screens()
        self._t = array("q")
        self._offset = array("q")
        self._event = array("I")
        self._look = array("B")  # KIND | ALTERNATE | FIRST
        self._x = array("H")
        self._y = array("H")
        self._columns = array("H")
        self._rows = array("H")

    def __len__(self) -> int:
        return len(self._t)

    @overload
    def __getitem__(self, index: int) -> Point: ...
    @overload
    def __getitem__(self, index: slice) -> list[Point]: ...
    def __getitem__(self, index: int | slice) -> Point | list[Point]:
        if isinstance(index, slice):
            return [self._point(i) for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(f"point {index} of {len(self)}")
        return self._point(index % len(self))

    def __iter__(self) -> Iterator[Point]:
        return map(self._point, range(len(self)))

    def _point(self, i: int) -> Point:
        look = self._look[i]
        return Point(
            i,
            self._t[i],
            self._event[i],
            self._offset[i],
            KINDS[look & KIND],
            self._x[i],
            self._y[i],
            bool(look & ALTERNATE),
            self._columns[i],
            self._rows[i],
            bool(look & FIRST),
        )

    def on_main(self, also: Sequence[tuple[int, int]] = ()) -> Sequence[Point]:
        """Those on the main screen, in the order of the output and then of the events; `also` are ranges of
        the output (first, stop) in which the alternate screen counts as it.
        """
        main = np.array(self._look) & ALTERNATE == 0
        for first, stop in also:
            main |= (np.array(self._offset) >= first) & (np.array(self._offset) < stop)
        chosen = np.flatnonzero(main)
        order = np.lexsort((np.array(self._event)[chosen], np.array(self._offset)[chosen]))
        return OnDemand(self._point, array("I", chosen[order].tolist()))

    def of(self, *kinds: str) -> Sequence[Point]:
        """Those of some kinds."""
        wanted = [KINDS.index(kind) for kind in kinds]
        chosen = np.flatnonzero(np.isin(np.array(self._look) & KIND, wanted))
        return OnDemand(self._point, array("I", chosen.tolist()))

    def append(self, point: Point, rows: list[int], scrolled: int) -> None:
        """Add a point and its screen."""
        self.screens.append(rows, scrolled)
        self._t.append(point.t_ns)
        self._offset.append(point.offset)
        self._event.append(point.event)
        self._look.append(KINDS.index(point.kind) | ALTERNATE * point.alternate | FIRST * point.first)
        self._x.append(point.cursor_x)
        self._y.append(point.cursor_y)
        self._columns.append(point.columns)
        self._rows.append(point.rows)

    @property
    def nbytes(self) -> int:
        """Memory."""
        return self.screens.nbytes + 29 * len(self)


class Trace:
    """`modes`: (t_ns, offset, name, on), names as "?2004" or "4"; `marks`: (t_ns, offset, kind, payload).

    Mark kinds are "title", "icon", "133", "633", "7" and those of palette.py (OSC numbers). `unseen`: what
    a viewer could miss, as noted in passing; flags.py judges it.
    """

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.modes: Notes[bool] = Notes()
        self.marks: Notes[str] = Notes()
        self.unseen = Unseen()
        self.points = Points()

    def screen(self, point: Point) -> list[Row]:
        """The whole screen before the point's byte."""
        return [self.rows.row(row) for row in self.points.screens.get(point.index)]
