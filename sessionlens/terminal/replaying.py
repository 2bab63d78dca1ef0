"""One replay of a recording: Timeline and Trace, and checkpoints from which any moment is exact.

`replay` is the only place that feeds a whole recording; `Replay.at` restores the nearest checkpoint (a
terminal dump every 256 KiB of output) and feeds what is left.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ..recording import OUTPUT, RESIZE, Recording
from .builder import Builder
from .facade import Terminal
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
            elif kind == RESIZE and offset > 0 and size > 0:
                terminal.resize(offset, size, reflow=self.reflow)
        return terminal


def replay(
    recording: Recording, *, reflow: bool = True, progress: Callable[[float], None] | None = None
) -> Replay:
    """Replay a recording once. `progress` is told the share of the events that is done, 0 to 1."""
    terminal = begin(recording)
    builder = Builder(terminal, always=not recording.has_input)
    checkpoints: list[tuple[int, bytes]] = []
    times = recording.t_ns.tolist()
    due = CHECKPOINT
    for kind, event, offset, size in _events(recording, 0, len(recording)):
        if terminal.parser.fed >= due:
            checkpoints.append((event, zlib.compress(terminal.dump(), 1)))
            due = terminal.parser.fed + CHECKPOINT
            if progress is not None:
                progress(event / len(recording))
        if kind == OUTPUT:
            builder.output(event, times[event], offset, recording.data(event))
        elif kind == RESIZE:
            builder.resize(event, times[event], offset, size, reflow)
        elif kind == INPUT:
            builder.input(event, times[event], recording.data(event))
    builder.finish(recording.duration_ns)
    if progress is not None:
        progress(1.0)
    return Replay(recording, builder.timeline, builder.trace, reflow, checkpoints)


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
