"""Events as lines of a file (JSON Lines). It is opened anew when it was moved away, as logrotate does."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from sessionlens_recorder.bundle.giving import open_made
from sessionlens_recorder.sinks.endpoints import SinkError
from sessionlens_recorder.sinks.record import Told, encode

_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Lines:
    """One file, mode 0600. A batch is in it as a whole and synced, or not at all."""

    most = 500

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1

    def send(self, events: list[Told]) -> str:
        data = b"".join(encode(told) for told in events)
        try:
            if not self._is_there():
                self._open()
            self._write(data)
        except OSError as error:
            self.close()
            raise SinkError(f"{self._path} cannot be written: {error.strerror}") from error
        return f"written to {self._path}"

    def _is_there(self) -> bool:
        """Whether the path still leads to the file that is open."""
        if self._fd < 0:
            return False
        try:
            there, ours = self._path.lstat(), os.fstat(self._fd)
        except FileNotFoundError:
            return False
        return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)

    def _open(self) -> None:
        self.close()
        self._fd = open_made(self._path, _FLAGS)
        if not stat.S_ISREG(os.fstat(self._fd).st_mode):
            self.close()
            raise OSError(0, "it is not a regular file")

    def _write(self, data: bytes) -> None:
        size = os.fstat(self._fd).st_size
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._fd, view) :]
            os.fsync(self._fd)
        except OSError:
            os.ftruncate(self._fd, size)  # no half line for the next to be glued to
            raise

    def look(self) -> bool:
        return False

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
