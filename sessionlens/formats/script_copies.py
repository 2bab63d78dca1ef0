"""Renamed copies of script(1)'s files: evidence is copied, and the timing's headers keep the old names.

A data file belongs to a timing whose entries fill it to the byte. A file of both directions (`--log-io`)
without any timing is not opened: nobody can tell what in it was shown, and passwords stand in it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sessionlens_recorder.bundle import Timing, read_timing

from sessionlens.errors import RecordingError
from sessionlens.formats.script import STARTED, filled, head, read_file
from sessionlens.formats.typescript import Data

BOTH = b"IO"
_SUFFIXES = (".io", ".out", ".in", ".log", ".typescript", ".script", ".txt", "")
_FRAME = 4096  # bytes that the first and the last line may have
_TWICE = re.compile(rb"((?:([ -~])\2)+)\r\r\n")
_PAIRS = 5


def copy_of(timing: Path, name: str, kinds: bytes) -> str:
    """The name of the file with these entries of a timing: as told, or a copy that was renamed with it."""
    folder = timing.parent
    usual = [timing.with_suffix(suffix) for suffix in _SUFFIXES]
    beside = usual if (folder / name).exists() else [*usual, *sorted(folder.iterdir())]
    others = (path for path in beside if path not in (timing, folder / name))
    return next((path.name for path in others if _fits(timing, path, kinds)), name)


def timings_of(data: Path, beside: Iterator[Path]) -> Iterator[Path]:
    """The timings, of these, whose entries fill a file of both directions that none of them names."""
    return (timing for timing in beside if _fits(timing, data, BOTH))


def _fits(timing: Path, data: Path, kinds: bytes) -> bool:
    """Do the entries of these kinds fill the file?"""
    if not head(data).startswith(STARTED) or not _of_one_time(timing, data):
        return False
    try:
        entries, size = read_timing(read_file(timing)), data.stat().st_size
        near = 0 <= size - _total(entries, kinds) <= 2 * _FRAME
        return near and filled(entries, Data.of(data.name, read_file(data)), kinds)
    except (OSError, RecordingError):
        return False


def _of_one_time(timing: Path, data: Path) -> bool:
    """May both have begun at once? Told by what they begin with, before either is read."""
    header = read_timing(head(timing, _FRAME)).headers.get("START_TIME")
    return header is None or header in head(data, _FRAME).partition(b"\n")[0].decode("utf-8", "replace")


def _total(timing: Timing, kinds: bytes) -> int:
    return sum(size for kind, size in zip(timing.kind, timing.size, strict=True) if kind in kinds)


def interleaved(raw: bytes) -> bool:
    """Are there lines in which each letter stands twice, as a key and as its echo?"""
    return sum(len(match[1]) // 2 for match in _TWICE.finditer(raw)) >= _PAIRS
