"""One replay of a recording: Timeline and Trace, and checkpoints from which any moment is exact.

`replay` is the only place that feeds a whole recording; `Replay.at` restores the nearest checkpoint (a
terminal dump every 256 KiB of output) and feeds what is left.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from ..recording import OUTPUT, RESIZE, Recording
from .builder import Builder
from .facade import Terminal
from .leaving import Leaving
from .palette import told
from .timeline import Timeline
from .trace import Trace

CHECKPOINT = 1 << 18
INPUT = ord("i")
DEFAULT_SIZE = (80, 24)


@dataclass(frozen=True)
class Replay:
    """What came out of a replay. `reflow` says whether resizing wrapped lines anew."""

    recording: Recording
    timeline: Timeline
    trace: Trace
    reflow: bool
    checkpoints: list[tuple[int, bytes]] = field(repr=False)
    """(events done, compressed dump), in order."""

    def at(self, t_ns: int) -> Terminal:
        """The terminal as it stood after the last event at or before a time; exact to the event."""
        return self.after(int(self.recording.t_ns.searchsorted(t_ns, side="right")))

    def after(self, events: int) -> Terminal:
        """The terminal after the first n events."""
        terminal = begin(self.recording)
        nearest = bisect_right(self.checkpoints, events, key=lambda checkpoint: checkpoint[0]) - 1
        start = 0
        if nearest >= 0:
            start, dump = self.checkpoints[nearest]
            terminal.restore(zlib.decompress(dump))
        for kind, event, offset, size in _events(self.recording, start, events):
            if kind == OUTPUT:
                terminal.parser.feed(self.recording.data(event))
            else:
                self._resize(terminal, kind, offset, size)
        return terminal

    def _resize(self, terminal: Terminal, kind: int, columns: int, rows: int) -> None:
        """If the event is one; a size of 0 says that nobody knows it."""
        if kind == RESIZE and columns > 0 and rows > 0:
            terminal.resize(columns, rows, reflow=self.reflow)

    def passed(self, start: int, stop: int) -> list[str]:
        """The rows that scrolled off the main screen while the output from `start` to `stop` was shown,
        however many, and then those that it showed. Both are file offsets in `out`.
        """
        stream, offsets, sizes = self.recording.stream, self.recording.offset, self.recording.size
        outputs = np.flatnonzero(stream == OUTPUT)
        begun = int((offsets[outputs] + sizes[outputs]).searchsorted(start, side="right"))
        first = int(outputs[begun]) if begun < len(outputs) else len(self.recording)
        terminal, leaving = self.after(first), Leaving()
        for kind, event, offset, size in _events(self.recording, first, len(self.recording)):
            if kind != OUTPUT:
                self._resize(terminal, kind, offset, size)
                continue
            if offset >= stop:
                break
            data = self.recording.data(event)
            terminal.parser.feed(data[: max(start - offset, 0)])
            terminal.screen.watcher = leaving
            terminal.parser.feed(data[max(start - offset, 0) : stop - offset])
        return [*leaving.texts, *terminal.display]


class Replaying:
    """A replay that goes on as its recording grows."""

    def __init__(self, recording: Recording, *, reflow: bool = True) -> None:
        self.recording, self.reflow = recording, reflow
        self.done = 0
        self._terminal = begin(recording)
        self._builder = Builder(self._terminal, always=not recording.has_input)
        self._builder.timeline.palette = told(recording.info.palette)
        self._checkpoints: list[tuple[int, bytes]] = []
        self._due = CHECKPOINT

    def goes_on(self, recording: Recording) -> bool:
        """Does this one begin as the one that was replayed?"""
        before, n = self.recording, self.done
        if before.has_input != recording.has_input or len(recording) < n:
            return False
        return all(
            np.array_equal(getattr(recording, name)[:n], getattr(before, name)[:n])
            for name in ("t_ns", "stream", "offset", "size")
        )

    def advance(self, recording: Recording, progress: Callable[[float], None] | None = None) -> Replay:
        """Replay what is new. `progress` is told the share of the events that is done, 0 to 1."""
        self.recording = recording
        builder, terminal = self._builder, self._terminal
        times = recording.t_ns.tolist()
        for kind, event, offset, size in _events(recording, self.done, len(recording)):
            if terminal.parser.fed >= self._due:
                self._checkpoints.append((event, zlib.compress(terminal.dump(), 1)))
                self._due = terminal.parser.fed + CHECKPOINT
                if progress is not None:
                    progress(event / len(recording))
            if kind == OUTPUT:
                builder.output(event, times[event], offset, recording.data(event))
            elif kind == RESIZE:
                builder.resize(event, times[event], offset, size, self.reflow)
            elif kind == INPUT:
                builder.input(event, times[event], recording.data(event))
        self.done = len(recording)
        if progress is not None:
            progress(1.0)
        return Replay(recording, builder.timeline, builder.trace, self.reflow, self._checkpoints)

    def finish(self) -> None:
        """No more will come: the last frame closes."""
        self._builder.finish(self.recording.duration_ns)


def replay(
    recording: Recording, *, reflow: bool = True, progress: Callable[[float], None] | None = None
) -> Replay:
    """Replay a recording once. `progress` is told the share of the events that is done, 0 to 1."""
    replaying = Replaying(recording, reflow=reflow)
    done = replaying.advance(recording, progress)
    replaying.finish()
    return done


def begin(recording: Recording) -> Terminal:
    """The terminal before the first event. Without a pty nobody added carriage returns on the target's side;
    the user's own terminal did (ONLCR), and here new line mode (LNM) does."""
    info = recording.info
    terminal = Terminal(info.columns or DEFAULT_SIZE[0], info.rows or DEFAULT_SIZE[1])
    if info.kind in ("exec", "subsystem") and info.columns is None:
        terminal.feed(b"\x1b[20h")
    return terminal


def still(terminal: Terminal) -> Timeline:
    """A timeline of one frame: the terminal as it stands, for the painter."""
    copy = Terminal(terminal.columns, terminal.rows)
    copy.restore(terminal.dump())
    builder = Builder(copy)
    builder.finish(0)
    return builder.timeline


def _events(recording: Recording, start: int, stop: int) -> Iterator[tuple[int, int, int, int]]:
    """(stream, index, offset, size) of each event, as plain integers."""
    return zip(
        recording.stream[start:stop].tolist(),
        range(start, stop),
        recording.offset[start:stop].tolist(),
        recording.size[start:stop].tolist(),
        strict=True,
    )
