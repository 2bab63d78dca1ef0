"""Bundles that a process left unsealed, and why their sessions ended: sealed at once, and, where that failed
(a full disk), again once there is room.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sessionlens_recorder.config import Config
from sessionlens_recorder.net.left import find_unsealed, is_sealed, seal_left
from sessionlens_recorder.net.processes import Processes
from sessionlens_recorder.space import shortage

AGAIN = "seal again"
TRIES = 10  # then the next start does it, or says what is wrong

Start = Callable[[str, Callable[[int], int]], None]


class Unsealed:
    """What the accept process knows of them; another process does it."""

    def __init__(self, processes: Processes, start: Start) -> None:
        self._processes, self._start = processes, start
        self._left: dict[Path, str] = {}
        self._tries = 0

    def find(self, root: Path, sign: Callable[[bytes], str]) -> None:
        """At the start: what the recorder before left."""
        reason = "found unsealed when the recorder started"
        self._start("seal", lambda _: seal_left(((path, reason) for path in find_unsealed(root)), sign))

    def add(self, left: dict[Path, str], sign: Callable[[bytes], str]) -> None:
        """Seal these now; the reasons are what their journals end with."""
        self._left.update(left)
        self._tries = 0
        self._start(f"seal {next(iter(left)).name}", lambda _: seal_left(left.items(), sign))

    def tick(self, config: Config, sign: Callable[[bytes], str]) -> None:
        self._left = {path: why for path, why in self._left.items() if not is_sealed(path)}
        if not self._left or self._tries >= TRIES or self._processes.doing(AGAIN):
            return
        if shortage(config.server.recordings, config.disk) is None:
            self._tries += 1
            left = dict(self._left)
            self._start(AGAIN, lambda _: seal_left(left.items(), sign))
