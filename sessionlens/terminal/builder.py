"""Makes Timeline and Trace while a recording is replayed: it watches the screen and closes frames.

A frame closes at the first event 33,333,333 ns or more after it opened, where a synchronized update (mode
2026) begins and ends, and never in the middle of one unless it has lasted a second. A frame that shows
nothing new is dropped.
"""

from __future__ import annotations

from . import palette
from .facade import Terminal
from .line import Line
from .resize import resize
from .rows import Rows
from .timeline import Frame, Timeline
from .trace import UNTRACED, Point, Trace

FRAME_NS = 33_333_333
SYNCHRONIZED_NS = 1_000_000_000
REST_NS = 30_000_000
ECHO = 4  # bytes of one key's echo
EDITS = b"\x1b[?2004h"  # before its prompt (readline) or behind it (zsh)


class Builder:
    """The watcher of one replay."""

    def __init__(self, terminal: Terminal, *, always: bool = False) -> None:
        self.terminal = terminal
        self.screen = terminal.screen
        self.rows = Rows(self.screen.styles)
        self.timeline = Timeline(self.rows)
        self.trace = Trace(self.rows)
        self.timeline.marks = self.trace.marks
        self.always = always  # every newline is a point: there is no input to wait for
        self.t = 0  # the current event
        self.event = 0
        self.offset = 0  # file offset of the current output event, and of its end
        self.end = 0
        self.opened: int | None = None  # when the current frame opened
        self.until = 0  # its last event so far
        self.holding: int | None = None  # since when a synchronized update lasts
        self.scrolls = 0  # lines that scrolled off since the last frame / point
        self.point_scrolls = 0
        self.last = 0  # bytes of the last output event
        self.edits = False  # it ended where a line editor has taken the terminal
        self.enters = 0  # Enters that no newline has followed yet
        self.first = False  # no newline since the last input
        self.typed = False  # output came since the last input point
        self.chain = False  # the last line that scrolled off goes on
        self.recoloured = 0  # how often the terminal's colours were set
        self._state: tuple[object, ...] = ()
        self._fed = 0
        self.screen.watcher = self
        for line in self.screen.page:
            line.row = -1
        self._close(0)

    # ---- events

    def output(self, event: int, t: int, offset: int, data: bytes) -> None:
        """An output event."""
        if self.always:
            self._rested(event, t, data)
        self._begin(event, t)
        self.offset, self.end = offset, offset + len(data)
        self._fed = self.terminal.parser.fed
        self.terminal.parser.feed(data)
        self.typed = True

    def _rested(self, event: int, t: int, data: bytes) -> None:
        """Without input: the screen before output that comes after a pause or looks like the first echo."""
        late = self.typed and t - self.until >= REST_NS
        prompt = self.edits and self._column == 0  # which may be as short, and come in a piece of its own
        echo = len(data) <= ECHO < self.last and not prompt
        self.last, self.edits = len(data), data.endswith(EDITS)
        if late or echo:
            self.t, self.event = t, event
            self._point("input", self._column, self.end)

    def resize(self, event: int, t: int, columns: int, rows: int, reflow: bool) -> None:
        """A resize event; a size of 0 says that nobody knows it, and is none."""
        if columns < 1 or rows < 1:
            return
        self._begin(event, t)
        resize(self.screen, columns, rows, reflow)

    def input(self, event: int, t: int, data: bytes) -> None:
        """An input event: the screen as it stood, if output came before it."""
        self.t, self.event = t, event
        if self.typed:
            self._point("input", self._column, self.end)
        self.typed = False
        self.first = True
        self.enters += data.count(b"\r") + data.count(b"\n")

    def finish(self, t: int) -> None:
        """No more events."""
        if self.opened is not None:
            self._close(self.opened)
        self.timeline.end_ns = max(t, self.t)
        self.rows.seal()

    def _begin(self, event: int, t: int) -> None:
        self.t, self.event = t, event
        if self.opened is not None and t - self.opened >= FRAME_NS:
            held = self.holding is not None and t - self.holding < SYNCHRONIZED_NS
            if not held:
                self.holding = None
                self._close(self.opened)
        if self.opened is None:
            self.opened = t
        self.until = t

    # ---- frames

    def _ids(self) -> list[int]:
        add = self.rows.add
        return [line.row if line.row >= 0 else add(line) for line in self.screen.page]

    def _close(self, t0: int, offset: int | None = None) -> None:
        """Store what the screen shows, if it is new."""
        self.opened = None
        s = self.screen
        ids = self._ids()
        for line in s.page:
            if line.high:
                line.settle()
        c = s.cursor
        frame = Frame(
            len(self.timeline),
            t0,
            self.until,
            self.end if offset is None else offset,
            tuple(ids),
            c.x,
            c.y,
            not c.hidden,
            s.title,
            s.alternate,
            s.columns,
            s.lines,
            "?5" in s.mode,
        )
        state = (ids, c.x, c.y, c.hidden, s.title, s.alternate, s.columns, frame.reverse, self.recoloured)
        if state != self._state:
            self._state = state
            self.timeline.append(frame, self.scrolls)
        self.scrolls = 0

    def synchronized(self, on: bool) -> None:
        """Mode 2026: a frame before it, and one after it, which was not seen before the update ended."""
        if on == (self.holding is not None):
            return
        self.holding = self.t if on else None
        if self.opened is not None:
            self._close(self.opened if on else self.t, self._here())
            self.opened = self.t

    # ---- what leaves

    def scrolled(self, line: Line) -> None:
        """A line left at the top: keep it unless a frame has shown it, whole."""
        self.scrolls += 1
        self.point_scrolls += 1
        if not (line.high or self.chain or line.wrapped):
            return
        row = line.row if line.row >= 0 else self.rows.add(line)
        if self.chain or line.wrapped or not line.empty:
            self._keep([row], "scrolled")
        self.chain = line.wrapped
        line.settle()

    @property
    def idle(self) -> bool:
        """Is no newline awaited?"""
        return not (self.always or self.first or self.enters)

    def flooded(self, lines: list[Line]) -> None:
        """Lines left at the top, as in `scrolled`, many at once."""
        self.scrolls += len(lines)
        self.point_scrolls += len(lines)
        add, chain = self.rows.add, self.chain
        kept: list[int] = []
        for line in lines:
            wrapped = line.wrapped
            if chain or wrapped or line.high:
                row = line.row if line.row >= 0 else add(line)
                if chain or wrapped or not line.empty:
                    kept.append(row)
                chain = wrapped
                line.settle()
        self.chain = chain
        if kept:
            self._keep(kept, "scrolled")

    def lost(self, lines: list[Line], reason: str, text: str = "") -> None:
        """Text goes that no frame has shown; `text` is what was written since the last one."""
        if text:
            self.unseen(reason, text)
        self._keep([self.rows.add(line) for line in lines], reason)

    def _keep(self, ids: list[int], reason: str) -> None:
        t0 = self.t if self.opened is None else self.opened
        self.timeline.kept.add(ids, t0, self.t, self.end, reason, self.screen.alternate)

    # ---- the trace

    def _here(self) -> int:
        """The file offset of the operation in progress."""
        return self.offset + self.terminal.parser.offset - self._fed

    def line_end(self, column: int) -> None:
        """CR LF."""
        if self.always or self.first or self.enters:
            self._point("newline", column, self._here(), self.first)
            self.enters = max(self.enters - 1, 0)
            self.first = False

    def mode(self, name: str, on: bool) -> None:
        """A mode was set or reset."""
        if name in UNTRACED:
            return
        here = self._here()
        if name == "?2004" and not on:
            self._point("paste-off", self._column, here)
        self.trace.modes.append((self.t, here, name, on))

    def unseen(self, how: str, text: str) -> None:
        """Text that a viewer could miss, or a sequence that hides or fetches something."""
        size, cursor = self.terminal.parser.size, self.screen.cursor
        place = self.event, cursor.y, cursor.x
        here = min(self._here(), max(self.end - 1, 0))  # what a new size removes, after the last byte
        self.trace.unseen.add(self.t, here, size, how, text, place, self.screen.alternate)

    def cut(self, text: str) -> None:
        """A run that does not fit and does not wrap: all but its last character is written over."""
        self.unseen("cut off", text)
        line = Line()
        here = self.screen.page[self.screen.cursor.y]
        line.cells = here.cells[: self.screen.cursor.x] + list(text)
        line.styles = [0] * len(line.cells)
        self._keep([self.rows.add(line)], "overwritten")

    def mark(self, kind: str, payload: str) -> None:
        """OSC 133, 633, 7, titles, colours."""
        here = self._here()
        if kind in ("133", "633") and payload[:1] == "C":
            self._point("mark", self._column, here)
        self.trace.marks.append((self.t, here, kind, payload))
        self.recoloured += kind in palette.KINDS

    @property
    def _column(self) -> int:
        """Where the cursor is; behind the last column where a wrap is pending."""
        return self.screen.cursor.x + self.screen.cursor.pending

    def _point(self, kind: str, x: int, offset: int, first: bool = False) -> None:
        s = self.screen
        points = self.trace.points
        point = Point(
            len(points),
            self.t,
            self.event,
            offset,
            kind,
            x,
            s.cursor.y,
            s.alternate,
            s.columns,
            s.lines,
            first,
        )
        points.append(point, self._ids(), self.point_scrolls)
        self.point_scrolls = 0
