"""From what the lower rooms found to tables: one function a table, each of plain data.

Input typed without echo appears here as `[hidden input]` only. Its length must not show either, so input
rows carry no offsets, its keystrokes are not rows, and refs are ranges of the output.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from sessionlens_recorder.bundle import as_text

from sessionlens.commands import Command, Extraction, operands
from sessionlens.formats import Channel, Source
from sessionlens.recording import Gap, Info, Recording
from sessionlens.tables.missed import missed
from sessionlens.tables.schema import conform
from sessionlens.terminal import Flag, Replay

NAMES = {"i": "input", "o": "output", "e": "stderr", "r": "resize", "s": "signal", "m": "mark", "x": "exit"}


class FindingLike(Protocol):
    """What `detect` says of a command."""

    @property
    def command_index(self) -> int: ...
    @property
    def mark(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def why(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from: what every table repeats in its first columns, and the clock."""

    session: str
    recording: str
    channel: int | None
    person: str | None
    started_ns: int | None

    @classmethod
    def of(cls, info: Info, path: str) -> Origin:
        """The origin of rows of this channel."""
        return cls(info.session, path, info.channel, info.person, info.started_ns)

    def columns(self) -> dict[str, Any]:
        """session, recording, channel."""
        return {"session": self.session, "recording": self.recording, "channel": self.channel}

    def utc(self, elapsed: Sequence[int | None] | np.ndarray[Any, Any]) -> list[int | None]:
        """Elapsed ns as UTC ns since the epoch; None where either is unknown."""
        base = self.started_ns
        return [None if base is None or t is None else base + int(t) for t in elapsed]

    def ref(self, stream: str, first: int, last: int) -> str:
        """session/channel/stream:first-last, an inclusive range of file offsets."""
        return f"{self.session}/{self.channel or 0}/{stream}:{first}-{max(first, last)}"


def commands_table(
    origin: Origin, commands: Sequence[Command], first_n: int, marks: Sequence[str]
) -> pd.DataFrame:
    """The commands of one channel, numbered from `first_n`; `marks` names the marks of each."""
    starts = [c.start_ns for c in commands]
    ends = [c.end_ns for c in commands]
    data: dict[str, Any] = {
        "n": list(range(first_n, first_n + len(commands))),
        "ref": [origin.ref("o", c.accepted, c.out_last or c.accepted) for c in commands],
        "start": starts,
        "taken": [c.taken_ns for c in commands],
        "end": ends,
        "start_utc": origin.utc(starts),
        "end_utc": origin.utc(ends),
        "duration": [None if c.end_ns is None else c.end_ns - c.taken_ns for c in commands],
        "person": origin.person,
        "command": [c.text for c in commands],
        "language": [c.context.rpartition(" > ")[2] if c.kind == "repl" else None for c in commands],
        "opened": [operands(c.text) if c.fullscreen else None for c in commands],
        "marks": list(marks),
        "output_bytes": [
            0 if c.out_first is None or c.out_last is None else c.out_last - c.out_first + 1 for c in commands
        ],
    }
    for name in COPIED:
        data[name] = [getattr(c, name) for c in commands]
    return conform(origin.columns() | data, "commands")


COPIED = (
    "context", "host", "user", "cwd", "kind", "typed", "exit_code", "source", "confidence",
    "output", "fullscreen", "hidden",
)  # fmt: skip


def events_table(origin: Origin, recording: Recording, extraction: Extraction) -> pd.DataFrame:
    """Everything recorded and everything concluded that is no command, in order of time."""
    hidden = hidden_mask(recording, extraction.hidden)
    keep = np.flatnonzero(~hidden)
    kinds = [NAMES.get(chr(code), "other") for code in recording.stream[keep]]
    is_output = [kind in ("output", "stderr") for kind in kinds]
    has_bytes = [kind in ("input", "output", "stderr") for kind in kinds]
    raw = {
        "t": recording.t_ns[keep].tolist(),
        "kind": kinds,
        "offset": [int(o) if yes else None for o, yes in zip(recording.offset[keep], is_output, strict=True)],
        "size": [int(n) if yes else None for n, yes in zip(recording.size[keep], has_bytes, strict=True)],
        "text": [event_text(recording, int(i)) for i in keep],
    }
    lines = [e for e in extraction.events if e.kind not in ("resize", "signal")]
    data = {
        "t": raw["t"] + [e.t_ns for e in lines],
        "kind": raw["kind"] + [e.kind for e in lines],
        "offset": raw["offset"] + [None] * len(lines),
        "size": raw["size"] + [None] * len(lines),
        "text": raw["text"] + [e.text for e in lines],
    }
    same = origin.columns() | {"person": origin.person}
    table = conform(same | data | {"t_utc": origin.utc(data["t"])}, "events")
    return table.sort_values("t", kind="stable", ignore_index=True)


def channel_events(origin: Origin, channel: Channel) -> pd.DataFrame:
    """What events.jsonl says of a channel: requests, refusals, addresses, counts of bytes.

    What the streams show anyway (stderr ranges, resizes, signals) is in `events_table`.
    """
    known = [e for e in channel.events if e.get("event") not in IN_STREAMS and isinstance(e.get("t_ns"), int)]
    t_ns = [e["t_ns"] + channel.opened_ns for e in known]
    data: dict[str, Any] = {
        "t": t_ns,
        "t_utc": origin.utc(t_ns),
        "person": origin.person,
        "kind": [str(e["event"]) for e in known],
        "text": [" ".join(f"{k}={v}" for k, v in e.items() if k not in ("t_ns", "event")) for e in known],
    }
    return conform(origin.columns() | data | {"channel": [channel.number for _ in known]}, "events")


IN_STREAMS = frozenset({"stderr", "window-change", "signal", "resize"})


def hidden_mask(
    recording: Recording, ranges: Iterable[tuple[int, int]]
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """bool[n]: the input events that hold a byte typed without echo."""
    first, size = recording.offset, recording.size
    hidden = np.zeros(len(recording.t_ns), dtype=bool)
    for low, high in ranges:
        hidden |= (first <= high) & (first + size > low)
    hidden &= recording.stream == ord("i")
    return hidden


def event_text(recording: Recording, index: int) -> str:
    """One event as text: its bytes, or what happened."""
    kind = chr(recording.stream[index])
    first, size = int(recording.offset[index]), int(recording.size[index])
    if kind in "ioe":
        return bytes(recording.data(index)).decode("utf-8", "replace")
    if kind == "r":
        return f"{first}x{size}"
    return str(first) if kind == "x" else recording.notes[first]


def lines_table(origin: Origin, replay: Replay, flags: Sequence[Flag]) -> pd.DataFrame:
    """Every logical line that was ever on the screen, also between two frames.

    Window titles follow as rows of their own, and so does flagged text that no line of the screen has.
    """
    lines = replay.timeline.lines()
    how, others = missed(replay, flags)
    start = np.asarray([*lines.t0_ns, *(o.t_ns for o in others)], dtype=np.int64)
    end = np.asarray([*lines.t1_ns, *(o.t_ns for o in others)], dtype=np.int64)
    data: dict[str, Any] = {
        "start": start.tolist(),
        "end": end.tolist(),
        "visible": (end - start).tolist(),
        "start_utc": origin.utc(start),
        "person": origin.person,
        "text": [*lines.text, *(o.text for o in others)],
        "left": [*lines.reason, *(o.left for o in others)],
        "missed": [*how, *(o.missed for o in others)],
        "alternate": [*lines.alternate, *(False for _ in others)],
        "offset": [*(int(o) for o in lines.offset), *(o.offset for o in others)],
    }
    return conform(origin.columns() | data, "lines")


def flags_table(
    origin: Origin, flags: Sequence[Flag], commands: pd.DataFrame, of: Sequence[int | None]
) -> pd.DataFrame:
    """What a viewer could have missed; `of` names the row of `commands` that each belongs to."""
    numbers = commands["n"].tolist()
    times = [f.t_ns for f in flags]
    data: dict[str, Any] = {
        "n": [None if index is None else numbers[index] for index in of],
        "t": times,
        "t_utc": origin.utc(times),
        "person": origin.person,
        "size": [f.last - f.offset + 1 for f in flags],
        "ref": [origin.ref("o", f.offset, f.last) for f in flags],
    }
    data |= {
        name: [getattr(f, name) for f in flags] for name in ("severity", "kind", "text", "why", "offset")
    }
    return conform(origin.columns() | data, "flags")


def findings_table(commands: pd.DataFrame, findings: Sequence[FindingLike]) -> pd.DataFrame:
    """The marks on these commands; a finding's index counts the rows of `commands` from 0."""
    marked = commands.iloc[[f.command_index for f in findings]]
    copied = ("session", "recording", "channel", "n", "start", "start_utc", "person", "command", "ref")
    data: dict[str, Any] = {name: marked[name].tolist() for name in copied}
    data |= {name: [getattr(f, name) for f in findings] for name in ("severity", "mark", "why")}
    return conform(data, "findings")


def gaps_table(origin: Origin, gaps: Sequence[Gap]) -> pd.DataFrame:
    """What cannot be read or trusted."""
    data: dict[str, Any] = {
        name: [getattr(g, name) for g in gaps] for name in ("kind", "file", "offset", "length", "text")
    }
    return conform(origin.columns() | data | {"t": [g.t_ns for g in gaps]}, "gaps")


def channels_table(source: Source, infos: Sequence[Info | None]) -> pd.DataFrame:
    """The channels of one recording; `infos` has what a recorded channel says of itself."""
    channels: list[Channel] = source.channels
    began = source.info.started_ns
    data: dict[str, Any] = {
        "session": [source.session for _ in channels],
        "recording": str(source.path),
        "person": source.info.person,
        "opened_utc": [None if began is None else began + c.opened_ns for c in channels],
        "channel": [c.number for c in channels],
        "command": [i.command if i else None for i in infos],
        "exit_code": [i.exit_code if i else None for i in infos],
        "duration": [_lasted(c, i) for i, c in zip(infos, channels, strict=True)],
        "address": [as_text(c.meta.get("address") or c.meta.get("origin")) for c in channels],
        "sent": [_passed(c, "user") for c in channels],
        "received": [_passed(c, "target") for c in channels],
    }
    data |= {
        name: [getattr(c, name) for c in channels] for name in ("name", "kind", "interactive", "recorded")
    }
    return conform(data, "channels")


def _lasted(channel: Channel, info: Info | None) -> int | None:
    """How long a channel was open; `info` is of one with a stream, and counts from the session's start."""
    if info is not None:
        return None if info.duration_ns is None else info.duration_ns - channel.opened_ns
    times = [event["t_ns"] for event in channel.events if event["event"] == "close"]
    return times[-1] if times else None


def _passed(channel: Channel, side: str) -> int | None:
    """How many bytes a side sent through a tunnel."""
    counts = [event.get(side) for event in channel.events if event["event"] == "bytes"]
    return counts[-1] if counts and type(counts[-1]) is int and 0 <= counts[-1] < 1 << 62 else None
