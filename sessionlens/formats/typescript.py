"""From a typescript's files to a Recording: times and sizes meet the bytes they speak of.

Shared by all forms of script(1)'s files. The timing says how many bytes each entry has, and the data are in
the files in that order. Where the two disagree, everything up to the first disagreement is exact, what
follows the last broken line is placed from the end, and what lies between is one event: nothing is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sessionlens_recorder.bundle import Timing

from sessionlens.recording import EXIT, INPUT, OUTPUT, RESIZE, SIGNAL, STDERR, Gap, Places

Columns = NDArray[np.int64]
_TRAILER = re.compile(rb"\n?Script done on [^\n]{0,400}\n?\Z")
_TRAILER_REACH = 512
_STREAMS = {"O": OUTPUT, "I": INPUT}
_NOT_SHOWN = "not shown: the file has both directions, and nobody can tell what of it was typed"


@dataclass(frozen=True, slots=True)
class Data:
    """One data file as read, and where in it the recorded bytes are."""

    name: str
    """As people know it: `0.shell/out`."""
    raw: bytes
    start: int
    """After the first line, which is the recorder's."""
    end: int
    """Before the last line, if it is the recorder's."""
    finished: bool
    """Whether that last line is there."""

    @classmethod
    def of(cls, name: str, raw: bytes) -> Data:
        """Find the frame: scriptreplay(1) skips the first line whatever it says."""
        start = raw.find(b"\n") + 1 or len(raw)
        reach = max(start - 1, len(raw) - _TRAILER_REACH, 0)
        match = _TRAILER.search(raw, reach)
        if match is None:
            return cls(name, raw, start, len(raw), False)
        return cls(name, raw, start, max(match.start(), start), True)

    def fit(self, accounted: int) -> Data:
        """The same, if the timing accounts for so many bytes: what it counts is no frame."""
        if self.finished and self.start + accounted == len(self.raw):
            return Data(self.name, self.raw, self.start, len(self.raw), False)
        return self


@dataclass(slots=True)
class Assembly:
    """Events being put together: rows of (t_ns, stream, offset, size), notes and gaps."""

    rows: Columns
    notes: list[str]
    gaps: list[Gap]
    end_ns: int
    input_ends_ns: int | None = None
    """From when on what was typed is missing, if its file is cut."""

    def add(self, rows: Columns) -> None:
        """More events, sorted in by time; at equal times they follow what is there."""
        if len(rows):
            rows = np.concatenate([self.rows, rows])
            self.rows = rows[np.argsort(rows[:, 0], kind="stable")]

    def columns(self) -> tuple[Columns, Columns, Columns, Columns]:
        """t_ns, stream, offset, size."""
        return self.rows[:, 0], self.rows[:, 1], self.rows[:, 2], self.rows[:, 3]

    def apart(self, raw: bytes) -> tuple[dict[str, bytes], Places]:
        """Of a file of both directions each in a row, in which offsets count from now on."""
        rows = self.rows.copy()
        blobs = {}
        for stream in (OUTPUT, INPUT):
            chosen = np.flatnonzero(rows[:, 1] == stream)
            chosen = chosen[np.argsort(rows[chosen, 2], kind="stable")]
            starts, sizes = rows[chosen, 2].tolist(), rows[chosen, 3]
            blobs[chr(stream)] = b"".join(
                raw[start : start + size] for start, size in zip(starts, sizes.tolist(), strict=True)
            )
            self.rows[chosen, 2] = np.cumsum(sizes) - sizes
        return blobs, Places(np.where(np.isin(rows[:, 1], (OUTPUT, INPUT)), rows[:, 2], 0), True)


def assemble(timing: Timing, timing_name: str, out: Data | None, into: Data | None) -> Assembly:
    """The events that the timing speaks of, over the data that are there.

    Where `into` is `out`, one file has both directions, in the order of the timing's entries. What no entry
    speaks of is not shown then: nobody can tell what of it was typed.
    """
    both = out is not None and into is out
    kind = np.array(timing.kind, dtype=np.int64)
    t_ns = np.array(timing.t_us, dtype=np.int64) * 1_000
    size = np.array(timing.size, dtype=np.int64)
    rows = np.array(timing.rows, dtype=np.int64)
    end_ns = int(t_ns[-1]) if len(t_ns) else 0
    assembly = Assembly(np.empty((0, 4), dtype=np.int64), list(timing.signals), [], end_ns)
    for problem in timing.problems:
        t = int(t_ns[problem.entry - 1]) if problem.entry else 0
        where = f"{timing_name}: {problem.text} (byte {problem.offset})"
        text = f"{where}; what it spoke of is {_NOT_SHOWN if both else 'shown in one piece'}"
        assembly.gaps.append(Gap("broken", timing_name, problem.offset, problem.length, t, text))
    parts = [
        _place(assembly, data, letters, timing, (kind, t_ns, size))
        for letters, data in (("OI", out),) * both or (("O", out), ("I", into))
        if data is not None
    ]
    resized, signalled = np.flatnonzero(kind == ord("S")), np.flatnonzero(kind == ord("s"))
    parts.append(_events(resized, t_ns[resized], RESIZE, size[resized], rows[resized]))
    parts.append(_events(signalled, t_ns[signalled], SIGNAL, size[signalled], rows[signalled]))
    merged = np.concatenate(parts)
    assembly.rows = merged[np.argsort(merged[:, 0], kind="stable")][:, 1:]
    return assembly


def _events(order: Columns, t_ns: Columns, stream: int | Columns, offset: Columns, size: Columns) -> Columns:
    streams = np.broadcast_to(np.asarray(stream, dtype=np.int64), order.shape)
    return np.stack([order, t_ns, streams, offset, size], axis=1)


def _place(
    assembly: Assembly,
    data: Data,
    letters: str,
    timing: Timing,
    columns: tuple[Columns, Columns, Columns],
) -> Columns:
    """The events of one data file: (order, t_ns, stream, offset, size), in file order."""
    kind, t_ns, size = columns
    order = np.flatnonzero(np.isin(kind, [ord(letter) for letter in letters]) & (size > 0))
    stream = np.where(kind[order] == ord("I"), INPUT, OUTPUT)
    sizes = np.minimum(size[order], len(data.raw) + 1)
    data = data.fit(int(sizes.sum()))
    breaks = [problem.entry for problem in timing.problems]
    first = int(np.searchsorted(order, breaks[0])) if breaks else len(order)
    last = int(np.searchsorted(order, breaks[-1])) if breaks else len(order)
    stops = data.start + np.cumsum(sizes)
    front = int(stops[first - 1]) if first else data.start
    back = data.end - int(sizes[last:].sum())
    if back < front or not breaks:
        return _from_front(assembly, data, letters, (order, t_ns[order], stream, stops - sizes, stops))
    starts = stops - sizes
    starts[last:] += data.end - int(stops[-1]) if len(stops) else 0
    known = np.r_[0:first, last : len(order)].astype(np.int64)
    events = _events(order[known], t_ns[order[known]], stream[known], starts[known], sizes[known])
    if back > front and len(letters) == 1:
        at = breaks[0] - 1
        t = int(t_ns[at]) if at >= 0 else 0
        lump = np.array([[at, t, _STREAMS[letters], front, back - front]], dtype=np.int64)
        events = np.concatenate([events[:first], lump, events[first:]])
    return events


def _from_front(
    assembly: Assembly,
    data: Data,
    letters: str,
    entries: tuple[Columns, Columns, Columns, Columns, Columns],
) -> Columns:
    """Every entry in turn, as far as the bytes go; what is left over comes last."""
    order, t_ns, stream, starts, stops = entries
    clipped = np.minimum(stops, data.end)
    there = clipped > np.minimum(starts, data.end)
    events = _events(order, t_ns, stream, starts, clipped - starts)[there]
    accounted = int(stops[-1]) if len(stops) else data.start
    if accounted > data.end:
        cut = int(t_ns[np.searchsorted(stops, data.end, side="right")])
        text = (
            f"{data.name} ends at byte {data.end}, {accounted - data.end} bytes short of what the timing "
            "accounts for: it was cut or changed; look for another copy"
        )
        assembly.gaps.append(Gap("truncated", data.name, data.end, accounted - data.end, cut, text))
        if letters == "I":
            assembly.input_ends_ns = cut
    if accounted < data.end:
        shown = len(letters) == 1
        if shown:
            row = [2**62, assembly.end_ns, _STREAMS[letters], accounted, data.end - accounted]
            events = np.concatenate([events, np.array([row], dtype=np.int64)])
        text = (
            f"{data.name}: the last {data.end - accounted} bytes, from byte {accounted}, have no time: "
            f"they are {'shown at the end, in one piece' if shown else _NOT_SHOWN}"
        )
        assembly.gaps.append(
            Gap("untimed", data.name, accounted, data.end - accounted, assembly.end_ns, text)
        )
    return events


def single(t_ns: int, stream: int, offset: int, size: int) -> Columns:
    """One event as a row."""
    return np.array([[t_ns, stream, offset, size]], dtype=np.int64)


def add_exit(assembly: Assembly, t_ns: int, code: int | None) -> None:
    """The exit code as the last event."""
    if code is not None:
        assembly.add(single(max(t_ns, assembly.end_ns), EXIT, code, 0))


def add_stderr(assembly: Assembly, ranges: list[tuple[int, int]]) -> None:
    """Flag (offset, length) ranges of the output as stderr, at the time of the output event they are in."""
    output = assembly.rows[assembly.rows[:, 1] == OUTPUT]
    if not len(output) or not ranges:
        return
    wanted = np.array(ranges, dtype=np.int64)
    holder = np.searchsorted(output[:, 2], wanted[:, 0], side="right") - 1
    fits = (holder >= 0) & (wanted[:, 1] > 0)
    holder = np.maximum(holder, 0)
    length = np.minimum(wanted[:, 1], output[holder, 2] + output[holder, 3] - wanted[:, 0])
    fits &= length > 0
    flags = np.stack(
        [output[holder, 0], np.full(len(wanted), STDERR, dtype=np.int64), wanted[:, 0], length], axis=1
    )
    assembly.add(flags[fits])
