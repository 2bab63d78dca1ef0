"""What kinds of pictures there are, at which pace, and where results may be written: never into a recording,
never over what is there unless told so."""

from __future__ import annotations

from pathlib import Path

from sessionlens.errors import UsageError
from sessionlens.formats.bundle import root_of

MP4, GIF, PNG = SUFFIXES = (".mp4", ".gif", ".png")
EXHIBITS = 50  # with a picture each, in one report
EXHIBIT = "exhibit"
PRESETS = {"review": (2.0, 1.0), EXHIBIT: (0.0, 1.0)}  # idle limit in seconds (0: none), speed


def is_video(path: Path) -> bool:
    """Whether `verify` takes it for a video."""
    return path.suffix.lower() in (MP4, GIF) and path.is_file()


def check_output(path: Path, *suffixes: str, overwrite: bool = True) -> None:
    """Raise UsageError where a result must not go: wrong suffix, inside a bundle, or over another file."""
    if path.suffix.lower() not in suffixes:
        raise UsageError(f"{path}: what is written there is {' or '.join(suffixes)}; name it so")
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name a file")
    inside = next((p for p in path.absolute().resolve().parents if root_of(p) is not None), None)
    if inside is not None:
        raise UsageError(f"{path}: lies inside the recording {inside}; evidence is never changed")
    if path.exists() and not overwrite:
        raise UsageError(f"{path}: is there already; --force replaces it")
