"""What an order makes that root gives (sudo): it is the recorder's all the same, and has to be its user's.

Whoever owns a folder can put a link in place of anything in it, at any moment. So nothing here goes by a path
twice: what was made is given by its descriptor, to the owner of the folder that was open when it was made.
"""

from __future__ import annotations

import os
from pathlib import Path

_MORE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_AROUND = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _MORE


def open_made(path: Path, flags: int, mode: int = 0o600) -> int:
    """A descriptor of a file, which is made if nothing is there. Links are not followed, and what was there
    stays whose it was.
    """
    folder = _open_folder(path.parent)
    try:
        try:
            made = os.open(path.name, flags | os.O_CREAT | os.O_EXCL | _MORE, mode, dir_fd=folder)
        except FileExistsError:
            if flags & os.O_EXCL:
                raise
            return os.open(path.name, flags & ~os.O_CREAT | _MORE, dir_fd=folder)
        return _given(made, folder)
    finally:
        os.close(folder)


def make_folders(path: Path) -> None:
    """A folder of mode 0700 and those around it, as far as they are missing: all belong to whom the last that
    was there belongs to. OSError.
    """
    missing = []
    while not path.exists():
        missing.append(path.name)
        path = path.parent
    at = _open_folder(path)
    try:
        for name in reversed(missing):
            at, around = _make_folder(name, at), at
            os.close(around)
    finally:
        os.close(at)


def _make_folder(name: str, around: int) -> int:
    try:
        os.mkdir(name, 0o700, dir_fd=around)
    except FileExistsError:  # somebody else was quicker
        return os.open(name, _FOLDER, dir_fd=around)
    return _given(os.open(name, _FOLDER, dir_fd=around), around)


def _open_folder(path: Path) -> int:
    return os.open(path, _AROUND)


def _given(made: int, folder: int) -> int:
    try:
        if os.geteuid() == 0:
            owner = os.fstat(folder)
            os.fchown(made, owner.st_uid, owner.st_gid)
    except OSError:
        os.close(made)
        raise
    return made
