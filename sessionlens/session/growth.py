"""Whether more of a recording may come, and how much of it there is."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import BinaryIO

from sessionlens_recorder.bundle import BundleReadError, is_live

from sessionlens.formats import script_advanced, script_classic

POLL_S = 0.2
_DONE = re.compile(rb"\nScript done on [^\n]*\n?\Z")
_TAIL = 512
_ADVANCED, _LAST = b"H ", b" DURATION "


def grows(place: Path) -> bool:
    """May more come? A bundle ends when its recorder lets go of it, a typescript with its last line; other
    formats do not say that they have ended.
    """
    if (place / "journal").exists():
        return is_live(place)
    log, *others = _files(place)
    return _DONE.search(_end(log)) is None or any(_lacks_its_end(other) for other in others)


def _lacks_its_end(timing: Path) -> bool:
    """Anybody can print script(1)'s last line; an advanced timing file says too that it was the last."""
    with _open(timing) as file:
        advanced = file.read(len(_ADVANCED)) == _ADVANCED
    return advanced and _LAST not in _end(timing)


def _end(path: Path) -> bytes:
    with _open(path) as file:
        file.seek(max(os.fstat(file.fileno()).st_size - _TAIL, 0))
        return file.read()


def _open(path: Path) -> BinaryIO:
    """What is no file (a pipe would wait for who writes into it) is a BundleReadError."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(path, flags), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise BundleReadError(f"{path} is not a regular file (pipes and devices are not read)")
    return file


def sizes(place: Path) -> dict[str, int]:
    """Of each of its files."""
    files = [file for file in place.rglob("*") if file.is_file()] if place.is_dir() else _files(place)
    return {file.relative_to(place.parent).as_posix(): file.stat().st_size for file in files if file.exists()}


def _files(place: Path) -> list[Path]:
    """What script writes, that with the output first; else the file itself."""
    found = script_advanced.written(place) or script_classic.written(place)
    return found or [place / "out" if place.is_dir() else place]
