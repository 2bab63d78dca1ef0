"""A forked process as the accept process knows it: its duty, what it says, and how it is told something."""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sessionlens_recorder.live.desk import LOOK
from sessionlens_recorder.net.admission import Arrival


@dataclass(slots=True, eq=False)
class Child:
    """`report` is the pipe in which it names bundles and waiting sessions (live/desk.py)."""

    duty: str
    report: int
    slot: int  # of the counters
    arrival: Arrival | None = None  # of a connection
    orders: socket.socket | None = None
    asks: int | None = None  # the Unix user whom it answers
    bundles: list[Path] = field(default_factory=list)
    waiting: dict[str, dict[str, Any]] = field(default_factory=dict)
    jumps: dict[str, dict[str, Any]] = field(default_factory=dict)  # one at most: the outer of `ssh -J`
    spoke: bool = False  # somebody has logged in
    _endings: dict[Path, str] = field(default_factory=dict)
    _part: bytes = b""

    def hear(self) -> bool:
        """Take what it has said up to now; `report` does not block. True if it says no more: it ends."""
        with suppress(BlockingIOError):
            while data := os.read(self.report, 65536):
                *entries, self._part = (self._part + data).split(b"\0")
                for entry in entries:
                    self.spoke = True
                    self._heard(json.loads(entry))
            return True
        return False

    def _heard(self, entry: dict[str, Any]) -> None:
        match entry:
            case {"bundle": path}:
                self.bundles.append(Path(path))
            case {"ending": path, "reason": reason}:
                self._endings[Path(path)] = str(reason)
            case {"waiting": session, **facts}:
                self.waiting[session] = facts
            case {"jump": session, **facts}:
                self.jumps[session] = facts
            case {"settled": session}:
                self.waiting.pop(session, None)

    def unsealed(self) -> list[Path]:
        return [path for path in self.bundles if not (path / "MANIFEST.sig").exists()]

    def look(self) -> None:
        """Have its sessions look whether they may go on."""
        if self.orders is not None:
            with suppress(OSError):  # it is just ending, or has orders to read, after which it looks anyway
                self.orders.send(LOOK, socket.MSG_DONTWAIT)

    def ended(self, path: Path) -> str | None:
        """Why that session ended, if it came to say so."""
        return self._endings.get(path)

    def close(self) -> None:
        os.close(self.report)
        if self.orders is not None:
            self.orders.close()
