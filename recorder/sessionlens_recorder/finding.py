"""Recordings as the command line names them: the eight hex digits, a folder's name, or its path."""

from __future__ import annotations

import os
from pathlib import Path

DAYS = "[0-9]*/[0-9]*/[0-9]*"


def find_recording(recordings: Path, session: str) -> Path:
    """By id or name, below the bastion's recordings. ValueError."""
    found = [
        path for path in recordings.glob(f"{DAYS}/*")
        if path.is_dir() and (path.name == session or path.name.endswith(f"-{session}"))
    ]  # fmt: skip
    if len(found) != 1:
        many = f"{len(found)} recordings are called so" if found else "there is no such recording"
        raise ValueError(f"{session}: {many}; give the eight hex digits or the name of a folder")
    return found[0]


def find_or_path(recordings: Path, word: str) -> Path:
    """What is a path is taken as one, whether or not something is there. ValueError."""
    if os.sep in word or Path(word).is_dir():
        return Path(word).resolve()
    return find_recording(recordings, word)
