"""Files of a bundle: written once or appended to, hashed as given to write(2); read only if regular.

An AppendFile keeps what was written and not yet hashed; hashing is another thread's work. Nothing here
decides what is written: that is channel.py and journal.py.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .errors import BundleReadError, BundleWriteError
from .naming import is_safe_path

CHUNK = 1 << 20
_CREATE = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
    | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)  # fmt: skip
_READ = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a file under one journal line."""

    file: str
    offset: int
    length: int
    sha256: str


class AppendFile:
    """One file that only grows. Not thread-safe: its channel or journal holds the lock."""

    def __init__(self, root: Path, name: str, *, new: bool = True) -> None:
        self.name = name
        self.size = 0
        self.spoiled = False
        self._pending: list[bytes] = []
        self._hashed = self._blocked = 0  # up to where, and up to where there are blocks
        self._whole, self._block = hashlib.sha256(), hashlib.sha256()
        self._begun = False  # whether there is something for the next block
        try:
            self.fd = os.open(root / name, _CREATE if new else _CREATE & ~(os.O_CREAT | os.O_EXCL), 0o600)
        except OSError as error:
            raise BundleWriteError(f"cannot open {name} in {root}: {error.strerror}") from error

    def append(self, data: bytes) -> None:
        """Everything is with the kernel when this returns; on failure nothing of it is left."""
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self.fd, view) :]
        except OSError as error:
            self._truncate(self.size)
            where = f"{self.name} at byte {self.size}"
            raise BundleWriteError(f"cannot write to {where}: {error.strerror}") from error
        self.size += len(data)
        self._pending.append(bytes(data))

    def retract(self) -> None:
        """Take the last append back, because what belongs with it could not be written."""
        self.size -= len(self._pending.pop())
        self._truncate(self.size)

    def _truncate(self, size: int) -> None:
        # Truncating works on a full disk. Where it fails too, the surplus is as torn as after a crash.
        try:
            os.ftruncate(self.fd, size)
        except OSError:
            self.spoiled = True

    def adopt(self, data: bytes) -> None:
        """What the file, opened and not made, already holds."""
        self._pending, self.size = [data], len(data)

    def cut(self, length: int) -> None:
        """Take so many bytes off the end of what was adopted."""
        self._pending = [self._pending[0][: self.size - length]]
        self.size -= length
        try:
            os.ftruncate(self.fd, self.size)
        except OSError as error:
            where = f"{self.name} at byte {self.size}"
            raise BundleWriteError(f"cannot cut {where}: {error.strerror}") from error

    def take(self) -> list[bytes]:
        """What was written since the last take; for hash()."""
        taken, self._pending = self._pending, []
        return taken

    def hash(self, chunks: list[bytes]) -> None:
        """These chunks, taken in order, become a part of the next block."""
        for chunk in chunks:
            self._block.update(chunk)
            self._whole.update(chunk)
            self._hashed += len(chunk)
        self._begun = self._begun or bool(chunks)

    def end_block(self, least: int = 0) -> Block | None:
        """What was hashed since the last one, once it is so much; None if there is nothing."""
        length = self._hashed - self._blocked
        if not self._begun or length < least:
            return None
        block = Block(self.name, self._blocked, length, self._block.hexdigest())
        self._block, self._blocked, self._begun = hashlib.sha256(), self._hashed, False
        return block

    @property
    def settled(self) -> bool:
        """Whether everything in it is hashed."""
        return self._hashed == self.size

    @property
    def sha256(self) -> str:
        """Of the whole file, as far as it was hashed."""
        return self._whole.hexdigest()

    def sync(self) -> None:
        """On stable storage when this returns."""
        try:
            os.fsync(self.fd)
            deleted = os.fstat(self.fd).st_nlink == 0
        except OSError as error:
            raise BundleWriteError(f"cannot sync {self.name} to disk: {error.strerror}") from error
        if deleted:
            raise BundleWriteError(f"{self.name} was deleted while it was being written")

    def close(self) -> None:
        """Give the descriptor back; the file stays as it is."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def write_once(root: Path, name: str, data: bytes) -> Block:
    """A whole new file, synced; returns its only block."""
    file = AppendFile(root, name)
    try:
        file.append(data)
        file.sync()
    finally:
        file.close()
    file.hash([data])
    return file.end_block() or Block(name, 0, 0, file.sha256)


def make_directory(path: Path, *, exist_ok: bool = False, parents: bool = False) -> None:
    """A directory of mode 0700."""
    try:
        path.mkdir(mode=0o700, parents=parents)
    except FileExistsError as error:
        if not exist_ok or not path.is_dir():
            raise BundleWriteError(f"cannot create directory {path}: it exists") from error
    except OSError as error:
        raise BundleWriteError(f"cannot create directory {path}: {error.strerror}") from error


def discard_directory(path: Path) -> None:
    """Remove a directory of ours that could not be filled, and what is in it; what stays is unlisted."""
    with suppress(OSError):
        for entry in path.iterdir():
            entry.unlink()
        path.rmdir()


def sync_directory(path: Path) -> None:
    """New names in a directory on stable storage (where directories can be synced: POSIX)."""
    if os.name != "posix":
        return
    try:
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
    except OSError as error:
        raise BundleWriteError(f"cannot sync directory {path}: {error.strerror}") from error


def open_regular(root: Path, name: str) -> BinaryIO:
    """Open a file of a bundle for reading; links, pipes, devices and paths out of the bundle are refused."""
    if not is_safe_path(name):
        raise BundleReadError(f"{name!r} is not a path inside a bundle")
    parent = root
    try:
        for part in name.split("/")[:-1]:
            parent = parent / part
            if not stat.S_ISDIR(parent.lstat().st_mode):
                raise BundleReadError(f"{name}: {part} is not a directory (links are not followed)")
        if not stat.S_ISREG((root / name).lstat().st_mode):
            raise BundleReadError(f"{name} is not a regular file (links, pipes and devices are not read)")
        fd = os.open(root / name, _READ)
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise BundleReadError(f"{name} is not a regular file (links, pipes and devices are not read)")
    except FileNotFoundError as error:
        raise BundleReadError(f"{name} is missing") from error
    except OSError as error:
        raise BundleReadError(f"{name} cannot be opened: {error.strerror}") from error
    return os.fdopen(fd, "rb")


def read_regular(root: Path, name: str, limit: int | None = None) -> bytes:
    """The content of a file of a bundle; refuses what open_regular refuses, and more than limit bytes."""
    with open_regular(root, name) as file:
        if limit is None:
            return file.read()
        raw = file.read(limit + 1)
    if len(raw) > limit:
        raise BundleReadError(f"{name} is larger than {limit} bytes, which no recorder writes")
    return raw


def pieces(file: BinaryIO, length: int) -> Iterator[bytes]:
    """The next length bytes of a file in pieces, fewer if it ends before."""
    while length > 0 and (piece := file.read(min(CHUNK, length))):
        length -= len(piece)
        yield piece
