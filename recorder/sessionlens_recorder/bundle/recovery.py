"""Seal the bundle of a recorder that died. Everything that the timing accounts for is kept.

What was written but not chained yet is journalled as `recovered`; what nothing accounts for (half a write) is
set aside in torn/, never thrown away; then the bundle ends with `abort`. Interrupted, it can be run again.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path

from . import clock
from .errors import BundleError, BundleReadError, BundleWriteError
from .files import Block, make_directory, open_regular, pieces, sync_directory, write_once
from .journal import ABORT, NAME, RECOVERED, SEAL, Journal, Line, block_line, clock_line, end_line
from .manifest import Sign, discard_unsigned, refuse_sealed, write_manifest
from .reader import SESSION, TORN, channel_dirs, is_made_in_channel, parse_event
from .sealed import whole
from .timing import Timing, read_timing

_TRAILER = re.compile(rb"\nScript done on [^\n]{0,400}\n")


def recover(path: Path, sign: Sign | None, reason: str) -> None:
    """Seal an unsealed bundle as aborted. Raises BundleError if it is live or sealed, or its chain broken."""
    root = Path(path)
    refuse_sealed(root)
    try:
        _recover(root, sign, reason)
    except BundleError:
        raise
    except OSError as error:
        raise BundleWriteError(f"{root} cannot be sealed: {error.strerror or error}") from error


def _recover(root: Path, sign: Sign | None, reason: str) -> None:
    journal, lines = _resume(root)
    try:
        discard_unsigned(root)
        _discard_empty(root)
        chained = _chained(lines)
        if not lines or lines[-1].kind not in (SEAL, ABORT):
            _set_surplus_aside(root, chained)
            fresh = [block_line(block, RECOVERED) for block in _unchained(root, chained)]
            pair = clock.now()
            journal.write([*fresh, clock_line(pair), end_line(ABORT, pair, reason)])
            journal.sync()
        names = {*_own_files(root), *(name for name in chained if _is_readable(root, name))}
        hashes = {name: _digest(root, name, 0) for name in names}
        write_manifest(root, hashes | {NAME: journal.sha256}, sign)
    finally:
        journal.close()


def _resume(root: Path) -> tuple[Journal, list[Line]]:
    """Lock the journal, cut its half-written last line off, and go on after it."""
    if not os.path.lexists(root / NAME):
        return Journal.create(root, root.name), []
    journal, lines, torn = Journal.reopen(root)
    if torn:
        _set_aside(root, NAME, torn)
        journal.cut(len(torn))
    if not lines:
        journal.begin(root.name)
    return journal, lines


def _discard_empty(root: Path) -> None:
    """Remove the directories that a crash left before anything was in them: MANIFEST cannot list them."""
    for directory in (*channel_dirs(root), root / TORN):
        if directory.is_dir() and not directory.is_symlink() and not any(directory.iterdir()):
            directory.rmdir()


def _chained(lines: list[Line]) -> dict[str, int]:
    """How far each file is under journal lines."""
    ends: dict[str, int] = {}
    for line in lines:
        if block := line.block():
            ends[block.file] = max(ends.get(block.file, 0), block.offset + block.length)
    return ends


def _own_files(root: Path) -> Iterator[str]:
    """The files that a recorder makes, as far as they are there and regular."""
    names = [SESSION]
    for directory in channel_dirs(root):
        made = (file.name for file in directory.iterdir() if is_made_in_channel(file.name))
        names += [f"{directory.name}/{file}" for file in sorted(made)]
    torn = root / TORN
    if torn.is_dir() and not torn.is_symlink():
        names += [f"{TORN}/{file.name}" for file in sorted(torn.iterdir())]
    yield from (name for name in names if _is_readable(root, name))


def _is_readable(root: Path, name: str) -> bool:
    try:
        open_regular(root, name).close()
    except BundleReadError:
        return False
    return True


def _set_surplus_aside(root: Path, chained: dict[str, int]) -> None:
    """Cut every file to what is accounted for or chained; the rest goes to torn/."""
    for directory in channel_dirs(root):
        for name, keep in _kept(root, f"{directory.name}/").items():
            keep = max(keep, chained.get(name, 0))
            if surplus := _read(root, name, keep):
                _set_aside(root, name, surplus)
                _truncate(root, name, keep)


def _kept(root: Path, inside: str) -> dict[str, int]:
    """How much of each file of a channel is accounted for."""
    timing = read_timing(_read(root, f"{inside}timing"))
    kept = {f"{inside}{name}": _kept_data(root, f"{inside}{name}", timing, name[0]) for name in ("out", "in")}
    for name in ("timing", "events.jsonl", "files.jsonl"):
        kept[inside + name] = _read(root, inside + name).rfind(b"\n") + 1
    events = _read(root, f"{inside}events.jsonl")[: kept[f"{inside}events.jsonl"]]
    kept[f"{inside}events.jsonl"] = _kept_events(events, kept[f"{inside}out"])
    return kept


def _kept_data(root: Path, name: str, timing: Timing, letter: str) -> int:
    """First line and what the timing accounts for; the closing line if the timing was closed before it.

    Of sealed input, which the timing does not speak of, the whole records.
    """
    if letter == "i" and (records := _whole(root, name)) is not None:
        return records
    end = (_read(root, name, 0, 1 << 16).find(b"\n") + 1) + timing.accounted(letter.upper())
    rest = _read(root, name, end, 1 << 10)
    return end + len(rest) if "DURATION" in timing.headers and _TRAILER.fullmatch(rest) else end


def _whole(root: Path, name: str) -> int | None:
    try:
        with open_regular(root, name) as file:
            return whole(file, os.fstat(file.fileno()).st_size)
    except BundleReadError:
        return None


def _kept_events(raw: bytes, out_end: int) -> int:
    """Up to the first event that speaks of output which is not kept."""
    offset = 0
    for line in raw.splitlines(keepends=True):
        event = parse_event(line) or {}
        if event.get("event") == "stderr" and event.get("offset", 0) + event.get("length", 0) > out_end:
            return offset
        offset += len(line)
    return offset


def _read(root: Path, name: str, start: int = 0, length: int = -1) -> bytes:
    """A stretch of a file; empty if it is not there or not a regular file."""
    try:
        with open_regular(root, name) as file:
            file.seek(start)
            return file.read(length)
    except BundleReadError:
        return b""


def _set_aside(root: Path, name: str, surplus: bytes) -> None:
    """The surplus as a file in torn/. The beginnings of it that an interrupted recovery left are replaced."""
    make_directory(root / TORN, exist_ok=True)
    plain = f"{TORN}/{name.replace('/', '.')}"
    names = chain([plain], (f"{plain}.{number}" for number in count(1)))
    torn = next(name for name in names if surplus.startswith(_read(root, name)))
    (root / torn).unlink(missing_ok=True)
    write_once(root, torn, surplus)
    sync_directory(root / TORN)


def _truncate(root: Path, name: str, size: int) -> None:
    try:
        with open(root / name, "rb+") as file:
            file.truncate(size)
            os.fsync(file.fileno())
    except OSError as error:
        raise BundleWriteError(f"cannot cut {name} to {size} bytes: {error.strerror}") from error


def _unchained(root: Path, chained: dict[str, int]) -> Iterator[Block]:
    """What is on disk and not under a journal line yet."""
    for name in _own_files(root):
        start, size = chained.get(name, 0), (root / name).stat().st_size
        if size > start:
            yield Block(name, start, size - start, _digest(root, name, start))


def _digest(root: Path, name: str, start: int) -> str:
    digest = hashlib.sha256()
    with open_regular(root, name) as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(start)
        for piece in pieces(file, size - start):
            digest.update(piece)
    return digest.hexdigest()
