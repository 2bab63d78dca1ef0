"""What only one recorder may work with: recordings, which it seals at its start, and the queue of its sinks.

A lock of fcntl(2) on a file there: it goes with the process that holds it, and no child has it, so a recorder
that was killed leaves nothing that hinders the next one.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from sessionlens_recorder.config import Config
from sessionlens_recorder.config.sinks import FileSink

LOCK = ".recorder"


class Claims:
    """Held until the process ends. A file is opened only once: closing it would give up its lock."""

    def __init__(self) -> None:
        self._held: dict[Path, int] = {}

    def take(self, config: Config) -> None:
        """ValueError: another recorder works there."""
        folders = {"server.recordings": config.server.recordings}
        if config.sinks:
            folders["spool.folder"] = config.spool.folder
        for key, folder in folders.items():
            self._claim(folder / LOCK, f"{folder} ({key})")
        for sink in config.sinks:
            if isinstance(sink, FileSink):
                self._claim(sink.path, f"{sink.path} (sinks.{sink.name}.path)", needed=False)

    def _claim(self, file: Path, what: str, *, needed: bool = True) -> None:
        file = file.resolve()
        if file in self._held or (file.exists() and not file.is_file()):  # a device, say
            return
        try:
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            if not needed:  # such a sink says itself that it is down
                return
            raise ValueError(f"{what}: {file} cannot be opened: {error.strerror}") from error
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise ValueError(
                f"another recorder works with {what}; stop that one, or give this one a place of its own"
            ) from error
        self._held[file] = descriptor
