"""What script(1) writes, whichever form: headers, the first line, and files that may be missing."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sessionlens_recorder.bundle import BundleReadError, Timing, read_timing

from sessionlens.errors import RecordingError
from sessionlens.formats.typescript import Assembly, Data, assemble
from sessionlens.recording import INPUT, Gap, Places

STARTED = b"Script started on "
TWO_COLUMNS = re.compile(rb"\d+\.\d+ \d+\r?\n")
"""How a classic timing file begins."""
_SECONDS = re.compile(r"(\d{1,9})(?:\.(\d{1,9})\d*)?")
_PAIR = re.compile(r'([A-Z_]+)="([^"]*)"')
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:[.,]\d+)?\s?([+-]\d\d:?\d\d|Z)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seconds_ns(text: str | None) -> int | None:
    """`29.340078` as ns, through integers only; None if it is not a number of seconds."""
    match = _SECONDS.fullmatch(text or "")
    return int(match[1]) * 1_000_000_000 + int((match[2] or "0").ljust(9, "0")) if match else None


def started(text: str) -> tuple[int | None, str | None]:
    """A start time in any of script's wordings: ns since the epoch and the offset it carries.

    Without an offset the instant is not known (script wrote its own local time): None.
    """
    match = _ISO.search(text)
    if not match or not match[3]:
        return None, None
    offset = "+00:00" if match[3] == "Z" else match[3]
    try:
        moment = datetime.fromisoformat(f"{match[1]}T{match[2]}{offset}")
    except ValueError:
        return None, None
    ns = (moment - _EPOCH) // timedelta(seconds=1) * 1_000_000_000
    return (ns, offset) if 0 <= ns < 1 << 62 else (None, None)


def first_line(raw: bytes) -> tuple[str, dict[str, str]]:
    """The time and the `NAME="value"` pairs of a data file's first line; empty if it has none."""
    line = raw[:4096].partition(b"\n")[0]
    if not line.startswith(STARTED):
        return "", {}
    text = line[len(STARTED) :].decode("utf-8", "backslashreplace")
    when, _, facts = text.partition(" [")
    return when.strip(), dict(_PAIR.findall(facts))


def session_id(blob: bytes) -> str:
    """What stands for a session id where the format has none: of the output's SHA-256."""
    return hashlib.sha256(blob).hexdigest()[:8]


def head(path: Path, size: int = 64) -> bytes:
    """The first bytes of a regular file; empty for anything else."""
    try:
        if path.is_symlink() or not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(size)
    except OSError:  # not ours to read: not a recording of ours
        return b""


def count(text: str | None) -> int | None:
    """A small number in a header; None if it is none."""
    return int(text) if text and re.fullmatch(r"\d{1,6}", text, re.ASCII) else None


def read_file(path: Path) -> bytes:
    """A whole regular file. Raises RecordingError for anything else, links included."""
    if path.is_symlink() or not path.is_file():
        what = "is not a regular file (links are not followed)" if os.path.lexists(path) else "is missing"
        raise RecordingError(f"{path.name} {what}")
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordingError(f"{path.name} cannot be read: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a recording: how to read one, and their names.

    into is None if there is no input, and the same as out if one file has both (`script --log-io`).
    """

    read: Callable[[str], bytes]
    timing: str
    out: str
    into: str | None

    @property
    def names(self) -> list[str]:
        """Of the data files, that with the output first."""
        return [name for name in (self.out, self.into) if name]


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything of those files, put together."""

    timing: Timing
    blobs: dict[str, bytes]
    assembly: Assembly
    places: Places | None = None
    """Of a file of both directions, where offsets count in each of them."""


def load(files: Files, *, classic: bool = False) -> Loaded:
    """Read the files as far as they are there; a gap for each that is not."""
    gaps: list[Gap] = []
    raw_timing = _read(files, files.timing, "times are not known: all of it is shown at 0", gaps)
    raw_out = _read(files, files.out, "nothing that was shown can be replayed", gaps)
    raw_in = None
    if files.into is not None and files.into != files.out:
        raw_in = _read(files, files.into, "what was typed is known from its echo only", gaps)
    timing = read_timing(raw_timing or b"", classic=classic)
    out = None if raw_out is None else Data.of(files.out, raw_out)
    into = None if raw_in is None else Data.of(files.into or "", raw_in)
    if out is not None and (files.into == files.out or (files.into is None and _holds_both(timing, out))):
        into = out
    assembly = assemble(timing, files.timing, out, into)
    if raw_timing is None:
        assembly.gaps = [gap for gap in assembly.gaps if gap.kind != "untimed"]
    assembly.gaps[:0] = gaps
    if raw_out is not None and into is out:
        blobs, places = assembly.apart(raw_out)
        return Loaded(timing, blobs, assembly, places)
    if raw_in == b"" and assembly.input_ends_ns is None:
        text = f"{files.into} is empty, it lacks its first line: nothing that was typed was written to it"
        assembly.gaps.append(Gap("truncated", files.into or "", 0, None, None, text))
        raw_in = None
    if assembly.input_ends_ns is not None and not (assembly.rows[:, 1] == INPUT).any():
        raw_in = assembly.input_ends_ns = None  # nothing of it was written, as if it had not been logged
    blobs = {letter: raw for letter, raw in (("o", raw_out), ("i", raw_in)) if raw is not None}
    return Loaded(timing, blobs, assembly)


def _holds_both(timing: Timing, out: Data) -> bool:
    """Without a word of the headers: do the entries of both directions fill the file to the byte?"""
    typed = any(size and kind == ord("I") for kind, size in zip(timing.kind, timing.size, strict=True))
    return typed and filled(timing, out, b"OI")


def filled(timing: Timing, data: Data, kinds: bytes) -> bool:
    """Do the entries of these kinds fill the file to the byte?"""
    sizes = (size for kind, size in zip(timing.kind, timing.size, strict=True) if kind in kinds)
    return data.start + sum(sizes) == data.end


def _read(files: Files, name: str, means: str, gaps: list[Gap]) -> bytes | None:
    try:
        return files.read(name)
    except (BundleReadError, RecordingError) as error:
        gaps.append(Gap("missing", name, None, None, None, f"{error}: {means}. Look for another copy"))
        return None
