"""Whether more of a recording may come, and how much of it there is."""

from __future__ import annotations

import re
from pathlib import Path

from sessionlens_recorder.bundle import is_live

from sessionlens.formats import script_advanced, script_classic

POLL_S = 0.2
_DONE = re.compile(rb"\nScript done on [^\n]*\n?\Z")
_TAIL = 512


def grows(place: Path) -> bool:
    """May more come? A bundle ends when its recorder lets go of it, a typescript with its last line; other
    formats do not say that they have ended.
    """
    if (place / "journal").exists():
        return is_live(place)
    log = _files(place)[0]
    with log.open("rb") as file:
        file.seek(max(log.stat().st_size - _TAIL, 0))
        return _DONE.search(file.read()) is None


def sizes(place: Path) -> dict[str, int]:
    """Of each of its files."""
    files = [file for file in place.rglob("*") if file.is_file()] if place.is_dir() else _files(place)
    return {file.relative_to(place.parent).as_posix(): file.stat().st_size for file in files if file.exists()}


def _files(place: Path) -> list[Path]:
    """What script writes, that with the output first; else the file itself."""
    found = script_advanced.written(place) or script_classic.written(place)
    return found or [place / "out" if place.is_dir() else place]
