"""What is tried before the recorder says ready, so that no session is the first to find out.

Each function raises ValueError: what is wrong, and what to do.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from sessionlens_recorder.bundle.giving import make_folders
from sessionlens_recorder.sealing import PRIVATE_MARK, recipient_of


def check_recordings(folder: Path) -> None:
    """Bundles can be written there: tried with a file, which is removed again."""
    try:
        make_folders(folder)
        descriptor, probe = tempfile.mkstemp(prefix=".probe-", dir=folder)
        try:
            os.write(descriptor, b"can this be written?\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
            Path(probe).unlink()
    except OSError as error:
        raise ValueError(
            f"recordings cannot be written to {folder}: {error.strerror}; "
            "give the recorder's user a folder of its own there, or change server.recordings"
        ) from error


def check_private(key: Path, what: str = "a private key") -> None:
    """Nobody else reads a secret. As for sshd, a group may that was given somebody else's file."""
    try:
        found = key.stat()
    except OSError as error:
        raise unreadable(key, error) from error
    if found.st_mode & (0o077 if found.st_uid == os.geteuid() else 0o007):
        mode = found.st_mode & 0o777
        raise ValueError(
            f"{key} is {what} that others can use (mode {mode:04o}), so it is refused; "
            f"if nobody has had it: chmod 600 {key}"
        )


def unreadable(key: Path, error: OSError) -> ValueError:
    return ValueError(f"{key} cannot be read: {error.strerror}; it has to belong to the recorder's user")


KEY_LIMIT = 64 * 1024  # bytes of a file that may hold a key


def find_input_keys(folder: Path, recipients: Collection[str]) -> Iterator[Path]:
    """Files in the bastion's folder, and in the folders in it, that can open the input that it seals."""
    for path in sorted([*folder.glob("*"), *folder.glob("*/*")]):
        with suppress(OSError):  # what the recorder cannot read is no danger to it
            if path.is_file() and 0 < path.stat().st_size <= KEY_LIMIT and _opens(path, recipients):
                yield path


def _opens(path: Path, recipients: Collection[str]) -> bool:
    keys = [word for word in path.read_bytes().upper().split() if word.startswith(PRIVATE_MARK)]
    for key in keys:
        with suppress(ValueError):
            if recipient_of(key.decode()) in recipients:
                return True
    return False
