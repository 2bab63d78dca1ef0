"""util-linux script(1) with `--log-timing` in the advanced format: timing, output, maybe input.

A folder that holds `timing` and `out` (and `in`), or any timing file whose OUTPUT_LOG and INPUT_LOG headers
name the files beside it. The classic two-column timing is script_classic.py's.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path, PurePath

from sessionlens_recorder.bundle import Timing, read_timing

from sessionlens.errors import FormatError, RecordingError
from sessionlens.formats.script import (
    STARTED,
    TWO_COLUMNS,
    Files,
    count,
    first_line,
    head,
    load,
    read_file,
    seconds_ns,
    session_id,
    started,
)
from sessionlens.formats.script_copies import BOTH, copy_of, timings_of
from sessionlens.formats.source import Channel, Source
from sessionlens.formats.typescript import add_exit
from sessionlens.recording import Info, Recording

NAME = "script-advanced"
_ENTRY = re.compile(rb"[HIOS] \d+\.\d+ ")


def is_timing(path: Path) -> bool:
    """Whether a file begins as an advanced timing file does."""
    return _ENTRY.match(head(path)) is not None


def detect(path: Path) -> bool:
    """Whether the path is such a folder, or one of its files."""
    return _files(path) is not None


def _files(path: Path) -> Files | None:
    """The files, if this is a recording of this form."""
    if path.is_dir():
        if not is_timing(path / "timing") and not _is_damaged(path):
            return None
        timing = _head(path / "timing")
        out = _there(path, "out", timing.headers.get("OUTPUT_LOG"))
        if _is_shared(timing):
            return _beside(path, "timing", out, out)
        logged = timing.headers.get("INPUT_LOG")
        into = _there(path, "in", logged) if logged or (path / "in").exists() else None
        return _beside(path, "timing", out, into)
    if path.name in ("timing", "out", "in") and _files(path.parent):
        return _files(path.parent)
    if head(path).startswith(STARTED):
        return _of_data(path)
    return _named(path) if is_timing(path) else None


def _named(path: Path) -> Files:
    """The files that a timing file names."""
    timing = _head(path)
    out, into = (PurePath(timing.headers.get(name, "")).name for name in ("OUTPUT_LOG", "INPUT_LOG"))
    if _is_shared(timing):
        out = into = copy_of(path, out or "out", BOTH)
    else:
        out, into = copy_of(path, out or "out", b"O"), copy_of(path, into, b"I") if into else ""
    return _beside(path.parent, path.name, out, into or None)


def _of_data(path: Path) -> Files | None:
    """The files of which this one is a data file: a timing beside it names it, or is of its size."""
    timings = [timing for timing in sorted(path.parent.iterdir()) if is_timing(timing)]
    for files in map(_named, timings):
        if path.name in files.names:
            return files
    timing = next(timings_of(path, iter(timings)), None)
    if timing is None:
        return None
    return _beside(path.parent, timing.name, path.name, path.name if _is_shared(_head(timing)) else None)


def _there(folder: Path, usual: str, logged: str | None) -> str:
    """The usual name, or the one that the timing tells if only that is there."""
    name = PurePath(logged or "").name
    return name if name and not (folder / usual).exists() and (folder / name).exists() else usual


def _is_shared(timing: Timing) -> bool:
    """Whether one file has both directions (`--log-io`): the headers name it twice."""
    into = timing.headers.get("INPUT_LOG")
    return into is not None and into == timing.headers.get("OUTPUT_LOG")


def _is_damaged(folder: Path) -> bool:
    """Whether the output says what this is where the timing does not (missing, cut or changed)."""
    classic = TWO_COLUMNS.match(head(folder / "timing"))
    return head(folder / "out").startswith(STARTED) and not classic


def _beside(folder: Path, timing: str, out: str, into: str | None) -> Files:
    return Files(lambda name: read_file(folder / name), timing, out, into)


def _headers(timing: Path) -> dict[str, str]:
    return _head(timing).headers


def _head(timing: Path) -> Timing:
    return read_timing(head(timing, 65536))


def written(path: Path) -> list[Path]:
    """The files of a recording of this form, the one with the output first; none where it is another."""
    files = _files(path)
    if files is None:
        return []
    folder = path if path.is_dir() else path.parent
    return [folder / name for name in dict.fromkeys((*files.names, files.timing))]


def open_script(path: Path) -> Source:
    """Open such a folder or timing file."""
    files = _files(path)
    if files is None:
        raise FormatError(f"{path} is not an advanced log of script(1)")
    timing, out = (_content(files, name) for name in (files.timing, files.out))
    info = _info(path.name, read_timing(timing).headers, out, files.into is not None)
    channel = Channel(0, "shell", {}, interactive=True, load=lambda: _load(files, info))
    return Source(path, NAME, info, [channel])


def _info(name: str, headers: dict[str, str], out: bytes, has_input: bool) -> Info:
    when, facts = first_line(out)
    facts = facts | headers
    ns, offset = started(facts.get("START_TIME") or when)
    code = facts.get("EXIT_CODE", "")
    return Info(
        session=session_id(out),
        name=name,
        source_format=NAME,
        started_ns=ns,
        tz=offset,
        duration_ns=seconds_ns(facts.get("DURATION")),
        term=facts.get("TERM"),
        columns=count(facts.get("COLUMNS")),
        rows=count(facts.get("LINES")),
        shell=facts.get("SHELL"),
        command=facts.get("COMMAND"),
        exit_code=int(code) if re.fullmatch(r"-?\d{1,9}", code, re.ASCII) else None,
        input="plain" if has_input else "off",
    )


def _load(files: Files, info: Info) -> Recording:
    loaded = load(files)
    assembly = loaded.assembly
    duration = max(info.duration_ns or 0, assembly.end_ns)
    add_exit(assembly, duration, info.exit_code)
    info = replace(info, duration_ns=duration)
    return Recording(
        info,
        assembly.columns(),
        loaded.blobs,
        notes=assembly.notes,
        gaps=assembly.gaps,
        places=loaded.places,
        input_ends_ns=assembly.input_ends_ns,
    )


def _content(files: Files, name: str) -> bytes:
    try:
        return files.read(name)
    except RecordingError:
        return b""  # load() has a gap for it
