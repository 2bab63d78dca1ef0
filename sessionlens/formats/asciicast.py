"""asciicast 1, 2 and 3, as asciinema records: https://docs.asciinema.org/manual/asciicast/v3/ (/v2/, /v1/).

Text in JSON, so the bytes of a Recording are its UTF-8, and gaps count in the file. Times in version 2 are
since the start, in 1 and 3 since the event before. Only what asciinema was told to record is there: without
`i` events nothing says what was typed. How a damaged line is read is in asciicast_lines.py.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sessionlens.errors import FormatError
from sessionlens.formats.asciicast_lines import EVENT, read_frames, read_lines
from sessionlens.formats.elapsed import LATEST_NS, LONGEST_NS, number_ns, steady, summed
from sessionlens.formats.facts import inner, integer
from sessionlens.formats.script import head, session_id
from sessionlens.formats.source import Channel, Source
from sessionlens.formats.tape import Tape
from sessionlens.formats.unpack import GZIP, PROBE, beginning, content
from sessionlens.recording import EXIT, Gap, Info, Recording

NAME = "asciicast"
NEWEST = 3
_VERSION = re.compile(rb'"version"\s{0,9}:\s{0,9}(\d{1,9})\b')
_SIZES = (re.compile(rb'"(?:width|cols)"\s{0,9}:\s{0,9}(\d{1,5})\b'),
          re.compile(rb'"(?:height|rows)"\s{0,9}:\s{0,9}(\d{1,5})\b'))  # fmt: skip
_FRAMES = re.compile(rb'"stdout"\s{0,99}:\s{0,99}\[')
_AN_EVENT = re.compile(rb"(?m)^%b" % EVENT)


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the events."""

    version: int
    facts: dict[str, Any]
    end: int
    """Where the events begin."""
    whole: bool

    @property
    def size(self) -> tuple[int | None, int | None]:
        """Columns and rows."""
        if self.version == NEWEST:
            term = inner(self.facts, "term")
            return _positive(term.get("cols")), _positive(term.get("rows"))
        return _positive(self.facts.get("width")), _positive(self.facts.get("height"))


def detect(path: Path) -> bool:
    """Whether a file begins as an asciicast does, or is called one and has an event near its beginning."""
    start = head(path)
    named = ".cast" in path.suffixes[-2:]
    if not (start.lstrip()[:1] == b"{" or start.startswith(GZIP) or named):
        return False
    start = beginning(path)
    return _begins(start) or (named and _AN_EVENT.search(start) is not None)


def _begins(start: bytes) -> bool:
    line = start.lstrip().partition(b"\n")[0].rstrip()
    found = _VERSION.search(line)
    if found and int(found[1]) > 1:
        return line.endswith(b"}") and all(size.search(line) for size in _SIZES)
    found = found or _VERSION.search(start)
    keys = found is not None and int(found[1]) == 1 and _SIZES[0].search(start)
    return bool(keys) and _FRAMES.search(start) is not None


def open_asciicast(path: Path) -> Source:
    """Open such a file."""
    raw, gaps = content(path)
    header = _header(raw)
    if not 1 <= header.version <= NEWEST:
        raise FormatError(
            f"{path}: asciicast version {header.version}, and this SessionLens reads 1 to {NEWEST}; "
            "`asciinema convert` makes one of version 2 of it"
        )
    facts, columns_rows = header.facts, header.size
    env = {key: _text(value) for key, value in inner(facts, "env").items()}
    started = number_ns(str(facts.get("timestamp")))
    lasted = number_ns(str(facts.get("duration")))
    info = Info(
        session=session_id(raw),
        name=path.name,
        source_format=NAME,
        started_ns=started if started and started < LATEST_NS else None,
        duration_ns=None if lasted is None else min(lasted, LONGEST_NS),
        term=_text(inner(facts, "term").get("type")) or env.get("TERM"),
        columns=columns_rows[0],
        rows=columns_rows[1],
        shell=env.get("SHELL"),
        command=_text(facts.get("command")),
        palette=_palette(inner(facts, "theme") or inner(inner(facts, "term"), "theme")),
    )
    channel = Channel(0, "shell", facts, interactive=True, load=lambda: _load(raw, header, info, gaps))
    return Source(path, NAME, info, [channel], meta=facts)


def _palette(theme: dict[str, Any]) -> tuple[str, ...]:
    """Foreground, background and the 8 or 16 colours of a theme."""
    said = [_text(theme.get(key)) or "" for key in ("fg", "bg", "palette")]
    return (*said[:2], *said[2].split(":")) if any(said) else ()


def _load(raw: bytes, header: Header, info: Info, gaps: list[Gap]) -> Recording:
    tape = Tape()
    if not header.whole:
        text = "the header cannot be read whole: what it said of the terminal and the session may be missing"
        tape.damage("broken", 0, header.end, text)
    if header.version == 1:
        read_frames(tape, raw, header.end)
    else:
        read_lines(tape, raw, header.end, version=header.version)
    stamps = np.array(tape.stamps, dtype=np.int64)
    if header.version == 2:
        t_ns, odd = steady(stamps, 0)
    else:
        t_ns, reached = summed(stamps)
        odd = np.arange(reached, len(stamps))[:1]
    for at in odd.tolist():
        text = "a time that those around it contradict: it is shown at the time of the event before"
        tape.damage("clock", tape.places[at], 0, text, at)
    ends = [at for at, stream in enumerate(tape.stream) if stream == EXIT]
    last = int(t_ns[-1]) if len(t_ns) else 0
    code = tape.offset[ends[-1]] if ends else None
    info = replace(info, exit_code=code, duration_ns=max(info.duration_ns or 0, last))
    return tape.recording(info, t_ns, exact=False, gaps=gaps)


def _header(raw: bytes) -> Header:
    """The header, as far as it can be read."""
    start = len(raw) - len(raw.lstrip())
    if frames := _FRAMES.search(raw, start, start + PROBE):
        before = raw[start : frames.end()]
        facts = _object(before + b"]}")
        if facts and facts.get("version") == 1:
            return Header(1, facts, frames.end(), True)
        told = _VERSION.search(before)
        if told is None or int(told[1]) == 1:
            return _guess(before, 1, frames.end())
    end = raw.find(b"\n", start) + 1 or len(raw)
    facts = _object(raw[start:end])
    version = integer(facts.get("version"), 0) if facts else 0
    if facts and version > 1:
        return Header(version, facts, end, True)
    told = _VERSION.search(raw, start, end)
    return _guess(raw[start:end], int(told[1]) if told else 2, start if _AN_EVENT.match(raw, start) else end)


def _guess(damaged: bytes, version: int, end: int) -> Header:
    """What can be told of a header that is no JSON."""
    columns, rows = (int(found[1]) if (found := size.search(damaged)) else None for size in _SIZES)
    facts: dict[str, Any] = {"version": version, "width": columns, "height": rows}
    return Header(version, facts | {"term": {"cols": columns, "rows": rows}}, end, False)


def _object(raw: bytes) -> dict[str, Any] | None:
    """A JSON object, its fractions as text; None if it is none."""
    try:
        found = json.loads(raw.decode("utf-8", "backslashreplace"), parse_float=str)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _positive(value: object) -> int | None:
    return integer(value, None) if integer(value, 0) > 0 else None


def _text(value: object) -> str | None:
    """A text without halves of surrogate pairs, which no file and no terminal takes."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else None
