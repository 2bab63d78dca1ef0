"""Reading a bundle's own documents: session.json, channel.json, events.jsonl, and which channels there are.

Tolerant where a part can be read without the rest, strict about what is opened: regular files inside the
bundle. Hashes are checking.py's.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .clock import ClockPair
from .errors import BundleReadError
from .files import read_regular
from .journal import ABORT, HEAD, SEAL, read_journal
from .journal import NAME as JOURNAL
from .naming import COPY
from .timing import escape

SESSION = "session.json"
TORN = "torn"
CHANNEL_FILES = frozenset({"channel.json", "events.jsonl", "files.jsonl", "timing", "in", "out"})
DOCUMENT_LIMIT = 16 << 20
_CHANNEL = re.compile(r"(\d{1,9})\.([a-z][a-z0-9-]{0,31})")


@dataclass(frozen=True, slots=True)
class Malformed:
    """A stretch of a file that could not be read."""

    offset: int
    length: int
    text: str


def is_bundle(path: Path) -> bool:
    """Cheap: whether the directory looks like a bundle, damaged ones included."""
    # os.path, not Path: the latter raises where a directory may not be searched
    marks = sum(os.path.isfile(path / name) for name in (SESSION, JOURNAL, "MANIFEST"))  # noqa: PTH113
    return marks >= 2 or (marks == 1 and bool(channel_dirs(path)))


def is_channel_file(name: str) -> bool:
    """Whether a recorder makes a file of this name (`0.shell/out`) before it journals it."""
    directory, _, file = name.partition("/")
    return name == SESSION or (bool(_CHANNEL.fullmatch(directory)) and is_made_in_channel(file))


def is_made_in_channel(file: str) -> bool:
    """Whether a recorder makes a file of this name in a channel's directory."""
    return file in CHANNEL_FILES or bool(COPY.fullmatch(file))


def is_own_directory(name: str) -> bool:
    """Whether a recorder makes a directory of this name, and then fills it."""
    return name == TORN or bool(_CHANNEL.fullmatch(name))


def read_clocks(path: Path) -> list[tuple[int, int, ClockPair]]:
    """The journal's checkpoints: byte offset, length, clocks. Raises BundleReadError."""
    lines = read_journal(read_regular(path, JOURNAL))
    return [(line.offset, line.length, pair) for line in lines if (pair := line.clock())]


def read_heads(path: Path) -> tuple[str | None, dict[int, str]]:
    """The name that the journal was begun with, and its chain value at the end of each line: offset to value.
    Raises BundleReadError.
    """
    lines = list(read_journal(read_regular(path, JOURNAL)))
    first = lines[0].fields if lines else ()
    name = first[2] if len(first) == 3 and first[0] == HEAD else None
    return name, {line.offset + line.length: line.chain for line in lines}


def read_end(path: Path) -> tuple[str, str] | None:
    """How it ended, `seal` or `abort`, and why, as the journal's last line says; None before it has. Raises
    BundleReadError.
    """
    two = read_regular(path, JOURNAL).rsplit(b"\n", 3)[-3:]  # of the last but one only the chain value counts
    lines = list(read_journal(b"\n".join(two)))
    last = lines[-1] if lines and lines[-1].chained else None
    return (last.kind, " ".join(last.fields[2:])) if last and last.kind in (SEAL, ABORT) else None


def read_session(path: Path) -> dict[str, Any]:
    """session.json. Raises BundleReadError if it is missing or not a JSON object."""
    return _document(path, SESSION)


def channel_dirs(path: Path) -> list[Path]:
    """The channel directories `N.<kind>`, by number. Links are not followed."""
    try:
        found = [entry for entry in path.iterdir() if _CHANNEL.fullmatch(entry.name)]
        found = [entry for entry in found if entry.is_dir() and not entry.is_symlink()]
    except OSError as error:
        raise BundleReadError(f"{path} cannot be listed: {error.strerror}") from error
    return sorted(found, key=lambda entry: (channel_number(entry), entry.name))


def channel_number(directory: Path) -> int:
    """N of `N.<kind>`."""
    return int(directory.name.partition(".")[0])


def read_channel(path: Path, channel: str) -> dict[str, Any]:
    """channel.json of the channel directory of this name. Raises BundleReadError."""
    return _document(path, f"{channel}/channel.json")


def read_events(path: Path, channel: str) -> tuple[list[dict[str, Any]], list[Malformed]]:
    """events.jsonl, line by line, and what of it is not an event. Raises BundleReadError if it is missing."""
    return _lines(path, f"{channel}/events.jsonl")


def read_files(path: Path, channel: str) -> tuple[list[dict[str, Any]], list[Malformed]]:
    """files.jsonl in the same way; a channel through which no file passed has none."""
    name = f"{channel}/files.jsonl"
    return _lines(path, name) if os.path.lexists(path / name) else ([], [])


def _lines(path: Path, name: str) -> tuple[list[dict[str, Any]], list[Malformed]]:
    events: list[dict[str, Any]] = []
    malformed: list[Malformed] = []
    offset = 0
    for line in read_regular(path, name).split(b"\n"):
        event = parse_event(line) if line else None
        if event is not None:
            events.append(event)
        elif line:
            malformed.append(Malformed(offset, len(line), f"not an event: {escape(line[:60])}"))
        offset += len(line) + 1
    return events, malformed


def parse_event(line: bytes) -> dict[str, Any] | None:
    """One line of events.jsonl or files.jsonl; None if it is not an object with a name and a time."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        return None
    when = event.get("t_ns")
    return event if type(when) is int and 0 <= when < 1 << 58 else None


def _document(path: Path, name: str) -> dict[str, Any]:
    raw = read_regular(path, name, DOCUMENT_LIMIT)
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        at = f" at byte {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        raise BundleReadError(f"{name} is not JSON{at}: it was cut or changed") from error
    if not isinstance(value, dict):
        raise BundleReadError(f"{name} is not a JSON object")
    return value
