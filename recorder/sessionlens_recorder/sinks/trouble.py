"""Since when a sink is down, and why: `NAME.down` in the queue's folder, for whoever asks by `sinks`."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path


class Trouble:
    """Of one sink. Nothing here fails: it is a note, and the events themselves are in the queue."""

    def __init__(self, folder: Path, name: str) -> None:
        self._file = folder / f"{name}.down"
        self._noted = True  # perhaps by the process before

    def note(self, reason: object) -> None:
        """It does not work. The first time says since when, the last one why."""
        told = self.read()
        since = told[0] if told else f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        new = self._file.with_suffix(".new")  # whoever asks meanwhile reads the whole note before
        with suppress(OSError):
            new.touch(0o600)
            new.write_text(f"{since} {' '.join(str(reason).split())}\n", "utf-8")
            new.replace(self._file)
        self._noted = True

    def over(self) -> None:
        """It works."""
        if self._noted:
            with suppress(OSError):
                self._file.unlink(missing_ok=True)
            self._noted = False

    def read(self) -> tuple[str, str] | None:
        """Since when, and why; None: it is not known to be down."""
        try:
            since, _, reason = self._file.read_text("utf-8", "replace").strip().partition(" ")
        except OSError:
            return None
        return (since, reason) if since else None
