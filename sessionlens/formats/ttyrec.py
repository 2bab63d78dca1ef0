"""ttyrec: what ttyrec(1), termrec(1), ovh-ttyrec and NetHack servers record; ttyrec2 and ttyrec3 of NLE, too.

The blobs are the data of the frames in a row; Recording.place says where a byte stands in the file. The
format has no room for the size of the terminal, which is why that is stated or guessed: see `_read`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from sessionlens.errors import FormatError
from sessionlens.formats.elapsed import steady
from sessionlens.formats.script import head, session_id
from sessionlens.formats.source import Channel, Source
from sessionlens.formats.tape import Tape
from sessionlens.formats.ttyrec_frames import (
    CHANNELS,
    INPUT,
    PLAIN,
    SCORE,
    begins,
    first_chain,
    frames,
    header,
)
from sessionlens.formats.unpack import GZIP, PROBE, beginning, content
from sessionlens.recording import RESIZE, Gap, Info, Recording
from sessionlens.times import SECOND

NAME = "ttyrec"
DEFAULT = (80, 24)
LARGEST = (500, 250)
"""Programs go to 999;999 to learn the size: what is larger than this is no place on a screen."""
_ODD = "a time that those around it contradict, or the clock was set: shown at the time of the one before"
_EPOCH_NS = 631_152_000 * SECOND  # 1990: what is before counts from the start of the recording
_STATED = re.compile(rb"(?:\x1b%G)?\x1b\[8;(\d{1,4});(\d{1,4})t")
_STILL = rb"\x1b\[[0-9;:]{0,40}[mJKX]"  # what moves no cursor
_ADDRESS = re.compile(
    rb"\x1b\[(?:(\d{1,4});(\d{1,4})[Hf]|(\d{1,4})d|(\d{1,4})[G`]|\d{0,4};(\d{1,4})r)(?!\x1b\[6n|\r?\n)"
    rb"((?:%b|[^\x00-\x1f\x7f])*+)" % _STILL
)
_NO_WIDTH = re.compile(rb"%b|[\x80-\xbf]" % _STILL)


def detect(path: Path) -> bool:
    """Whether a file begins with frames, or is called a ttyrec and has one near its beginning."""
    named = _named(path)
    start = head(path)
    if not named and not start.startswith(GZIP) and not _possible(start):
        return False
    packed = start.startswith(GZIP)
    start = beginning(path)
    total = len(start) if packed else path.stat().st_size if start else 0
    if any(begins(start, total, size) for size in (PLAIN, CHANNELS)):
        return True
    return named and _layout(start) is not None


def _named(path: Path) -> bool:
    return any(suffix.startswith(".ttyrec") for suffix in path.suffixes[-2:])


def _possible(start: bytes) -> bool:
    first = header(start, 0, PLAIN)
    return first is not None and first.timed


def _layout(raw: bytes) -> int | None:
    """The size of the headers: of which kind the first sure one is; None if none is near the start."""
    places = ((first_chain(raw[:PROBE], 0, size, None), size) for size in (PLAIN, CHANNELS))
    found = [(at, size) for at, size in places if at is not None]
    return min(found)[1] if found else None


def open_ttyrec(path: Path) -> Source:
    """Open such a file."""
    raw, gaps = content(path)
    size = next((s for s in (PLAIN, CHANNELS) if begins(raw, len(raw), s)), None) or _layout(raw)
    if size is None:
        raise FormatError(
            f"{path}: no frame of a ttyrec is in its first {PROBE} bytes; look for another copy"
        )
    info = Info(session=session_id(raw), name=path.name, source_format=NAME)
    channel = Channel(0, "shell", {}, interactive=True, load=lambda: _load(raw, size, info, gaps))
    return Source(path, NAME, info, [channel])


def _load(raw: bytes, size: int, info: Info, gaps: list[Gap]) -> Recording:
    tape = Tape()
    columns, rows = _read(tape, raw, size)
    stamps = np.array(tape.stamps, dtype=np.int64)
    base = int(stamps[0]) if len(stamps) else 0
    t_ns, odd = steady(stamps, base)
    for at in odd.tolist():
        tape.damage("clock", tape.places[at] - size, size, _ODD, at)
    info = replace(
        info,
        columns=columns,
        rows=rows,
        started_ns=base if base >= _EPOCH_NS else None,
        duration_ns=int(t_ns[-1]) if len(t_ns) else 0,
    )
    return tape.recording(info, t_ns, exact=True, gaps=gaps)


def _read(tape: Tape, raw: bytes, size: int) -> tuple[int, int]:
    """All frames; and the size of the terminal, which termrec(1) states in a first frame of its own, as it
    tells of each later size."""
    stated: tuple[int, int] | None = None
    for stamp, channel, first, stop in frames(raw, size, tape.damage):
        if channel == SCORE:
            tape.mark(stamp, f"score {int.from_bytes(raw[first:stop][:8], 'little', signed=True)}", first)
            continue
        if channel != INPUT and stop - first < 24 and (told := _STATED.fullmatch(raw, first, stop)):
            if not tape.blobs["o"]:
                stated = int(told[2]), int(told[1])
            elif stated:
                tape.event(RESIZE, stamp, int(told[2]), int(told[1]), first)
        tape.data("i" if channel == INPUT else "o", stamp, raw[first:stop], first)
    return stated or _size(bytes(tape.blobs["o"]))


def _size(out: bytes) -> tuple[int, int]:
    """Columns and rows: 80x24, or as far as programs went on the screen.

    Text that begins in the right half of 80 columns is taken to end before the margin. Text further left may
    well go on in the next line, as editors let it.
    """
    columns, rows = DEFAULT
    for found in _ADDRESS.finditer(out):
        row, column = int(found[1] or found[3] or found[5] or 0), int(found[2] or found[4] or 0)
        rows = max(rows, row if row <= LARGEST[1] else 0)
        if DEFAULT[0] // 2 < column <= LARGEST[0]:
            end = column - 1 + len(_NO_WIDTH.sub(b"", found[6]))
            columns = max(columns, column, end if end <= LARGEST[0] else 0)
    return columns, rows
