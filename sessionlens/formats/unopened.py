"""What looks like a recording and was not opened, so that nobody takes "could not be seen" for "not there".

By name, or by the first bytes of a file: not a reader of these formats. An ordinary file beside recordings
(notes, pictures, goldens, archives of no known recorder) looks like none. Links are not followed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from sessionlens_recorder.bundle import BundleReadError, channel_dirs

from sessionlens.formats.script import head
from sessionlens.formats.unpack import packer

BEGINNING = 4096
"""Bytes of a file that are looked at."""
_NAMES = (
    (r".*\.cast", "an asciicast"),
    (r".*\.ttyrec\d?", "a ttyrec"),
    (r"typescript|.*\.typescript", "a typescript of script(1)"),
    (r".*\.timing", "a timing file of script(1)"),
    (r".*\.guac", "a recording of Guacamole"),
    (r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tar", "a recording of Teleport"),
)
_NAMED = tuple(
    (re.compile(rf"(?i)(?:{name})(?:\.(?:gz|zst|xz|bz2|lz4|zip|z))?"), what) for name, what in _NAMES
)
_BEGUN = (
    (re.compile(rb"\0{7}[\1-\3].{16}\x1f\x8b", re.DOTALL), "a recording of Teleport"),
    (re.compile(rb"ContainerSSH-Auditlog\0"), "an audit log of ContainerSSH"),
    (re.compile(rb"\d{1,2}\.(?:size|sync|name|mouse|img),\d{1,2}\.\d"), "a recording of Guacamole"),
    (re.compile(rb'.*?\{\\?"ver\\?":\s*\\?"[^{}]{0,999}\\?"rec\\?":[^{}]{0,999}\\?"timing\\?":', re.DOTALL),
     "a log of tlog"),
    (re.compile(rb'__CURSOR=s=|\{[^\n]{0,4000}"__CURSOR"'), "a journal export (tlog writes there)"),
    (re.compile(rb'\s*\{\s*"format":\s*"sessionlens-bundle"'), "a bundle of which the rest is missing"),
    (re.compile(rb"sessionlens-journal \d"), "a bundle of which the rest is missing"),
)  # fmt: skip
_BUNDLE = re.compile(r"\d{8}T\d{6}Z-.+-[0-9a-f]{8}")
_TIMED = (
    ({"log", "log.json"}, "an I/O log of sudo"),
    ({"out", "in"}, "files of script(1)"),
)
_NOT_READ = "and is none that can be read here"


def unopened(
    root: Path, folder: Path, folders: list[str], files: list[str], left: list[str]
) -> Iterator[tuple[Path, str]]:
    """Path and reason of what in a folder below `root` looks like a recording and belongs to none.

    `left` are those of its `files` that belong to no recording that was found.
    """
    if what := _whole(folder, files, left):
        yield folder, f"looks like {what}, {_NOT_READ}"
        left = [name for name in left if name != "timing"]
    for name in left:
        path = folder / name
        if (what := _looks_like(path)) and not (_is_link(path) and _is_below(root, path)):
            yield path, f"looks like {what}, {_why(path)}"
    for name in folders:
        if _is_link(folder / name) and not _is_below(root, folder / name):
            yield folder / name, "is a link to a folder elsewhere, and links are not followed"


def _whole(folder: Path, files: list[str], left: list[str]) -> str:
    """What a folder as a whole looks like; it is none of a recording that is known."""
    if "timing" in left:
        for beside, what in _TIMED:
            if beside & set(files):
                return what
    if _BUNDLE.fullmatch(folder.name) or "MANIFEST.sig" in left or _has_channels(folder):
        return "a bundle"
    return ""


def _has_channels(folder: Path) -> bool:
    try:
        return any(os.path.lexists(channel / "channel.json") for channel in channel_dirs(folder))
    except BundleReadError:
        return False


def _looks_like(path: Path) -> str:
    named = next((what for pattern, what in _NAMED if pattern.fullmatch(path.name)), "")
    if named:
        return named
    start = head(path, BEGINNING)
    return next((what for pattern, what in _BEGUN if pattern.match(start)), "")


def _why(path: Path) -> str:
    """Why nothing was opened there."""
    if _is_link(path):
        return "and is a link, which is not followed"
    try:
        if not path.is_file():
            return "and is no regular file"
        if not path.stat().st_size:
            return "and is empty"
        with path.open("rb"):
            pass
    except OSError as error:
        return f"and may not be read: {error.strerror}"
    packed = packer(path)
    return f"and is packed with {packed}: unpack it first" if packed else _NOT_READ


def _is_link(path: Path) -> bool:
    return os.path.islink(path)  # noqa: PTH114  Path raises in a folder that may not be searched


def _is_below(root: Path, link: Path) -> bool:
    """Whether a link leads to what is looked at in its own place."""
    return Path(os.path.realpath(link)).is_relative_to(os.path.realpath(root))
