"""Classic script(1) and scriptreplay(1): a typescript and a timing file of two columns, `<delta> <bytes>`.

Only output was recorded. The timing lies beside the typescript under one of the usual names; without it the
output is shown at 0. A start time in local words without an offset names no instant, and is left unknown.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from sessionlens.errors import FormatError
from sessionlens.formats.script import (
    STARTED,
    TWO_COLUMNS,
    Files,
    count,
    first_line,
    head,
    load,
    read_file,
    session_id,
    started,
)
from sessionlens.formats.script_advanced import detect as detect_advanced
from sessionlens.formats.script_copies import interleaved
from sessionlens.formats.source import Channel, Source
from sessionlens.formats.typescript import add_exit
from sessionlens.recording import Info, Recording

NAME = "script-classic"
_EXIT = re.compile(rb'COMMAND_EXIT_CODE="(-?\d{1,9})"')


def detect(path: Path) -> bool:
    """Whether the path is a typescript, its timing file, or a folder with exactly one typescript."""
    return _typescript(path) is not None


def is_typescript(path: Path) -> bool:
    """Whether a file begins as script's data files do."""
    return head(path).startswith(STARTED)


def is_timing_file(path: Path) -> bool:
    """Whether a file begins as a two-column timing file does."""
    return TWO_COLUMNS.match(head(path)) is not None


def _typescript(path: Path) -> Path | None:
    if path.is_dir():
        inside = sorted(p for p in path.iterdir() if is_typescript(p) and not detect_advanced(p))
        return inside[0] if len(inside) == 1 else None
    if is_typescript(path):
        return path
    if is_timing_file(path):
        beside = (p for p in sorted(path.parent.iterdir()) if is_typescript(p))
        return next((p for p in beside if _timing(p) == path), None)
    return None


def _timing(typescript: Path) -> Path | None:
    """The timing file that belongs to a typescript: the usual names, else the only one there is."""
    name, stem, folder = typescript.name, typescript.stem, typescript.parent
    usual = [f"{stem}.timing", f"{name}.timing", f"{stem}.tm", f"{name}.tm", f"{stem}.time", f"{name}.time"]
    usual += ["timing", "timingfile", "timing.txt", "timing.log"]
    for candidate in usual:
        if candidate != name and is_timing_file(folder / candidate):
            return folder / candidate
    files = [p for p in folder.iterdir() if p != typescript]
    timings = [p for p in files if is_timing_file(p)]
    lonely = not any(is_typescript(p) for p in files)
    return timings[0] if len(timings) == 1 and lonely else None


def written(path: Path) -> list[Path]:
    """The files of a recording of this form, the typescript first; none where it is another."""
    typescript = _typescript(path)
    timing = _timing(typescript) if typescript else None
    return [each for each in (typescript, timing) if each]


def open_classic(path: Path) -> Source:
    """Open a typescript with its timing."""
    typescript = _typescript(path)
    if typescript is None:
        raise FormatError(f"{path} is not a typescript of script(1)")
    raw = read_file(typescript)
    if _timing(typescript) is None and interleaved(raw):
        raise FormatError(
            f"{typescript} holds what was typed between what was shown (script --log-io): without its timing "
            "nobody can tell the two apart, and passwords would show. Put the timing file of the same "
            "session beside it"
        )
    when, facts = first_line(raw)
    ns, offset = started(when)
    code = _EXIT.search(raw[-512:])
    info = Info(
        session=session_id(raw),
        name=typescript.name,
        source_format=NAME,
        started_ns=ns,
        tz=offset,
        term=facts.get("TERM"),
        columns=count(facts.get("COLUMNS")),
        rows=count(facts.get("LINES")),
        command=facts.get("COMMAND"),
        exit_code=int(code[1]) if code else None,
        input="off",
    )
    channel = Channel(0, "shell", {}, interactive=True, load=lambda: _load(typescript, info))
    return Source(path, NAME, info, [channel])


def _load(typescript: Path, info: Info) -> Recording:
    beside = _timing(typescript)
    name = beside.name if beside else f"{typescript.stem}.timing"
    files = Files(lambda name: read_file(typescript.parent / name), name, typescript.name, None)
    loaded = load(files, classic=True)
    assembly = loaded.assembly
    add_exit(assembly, assembly.end_ns, info.exit_code)
    info = replace(info, duration_ns=assembly.end_ns)
    return Recording(info, assembly.columns(), loaded.blobs, notes=assembly.notes, gaps=assembly.gaps)
