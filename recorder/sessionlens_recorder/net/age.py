"""How long the outer connection of a jump may last: `longest` and `idle` of [server].

Nothing passes on it but what is recorded inside, so it ends only while nobody is inside; those have times of
their own. Past `longest` it lets nobody in any more.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sessionlens_recorder.config import Server
from sessionlens_recorder.net.lasting import in_words
from sessionlens_recorder.net.recording import End


class Age:
    """Of one outer connection. A thread of its own looks at the clock, where there is anything to look for;
    `over` hears of the end.
    """

    def __init__(self, server: Server, over: Callable[[End], None]) -> None:
        self._idle, self._longest, self._over = server.idle, server.longest, over
        self._changed = threading.Condition()
        self._inside, self._stopped = 0, False
        self._began = self._quiet = time.monotonic()
        if self._idle is not None or self._longest is not None:
            threading.Thread(target=self._watch, name="age", daemon=True).start()

    def inside(self, more: int) -> None:
        """One session inside begins (1) or has ended (-1)."""
        with self._changed:
            self._inside += more
            self._quiet = time.monotonic()
            self._changed.notify_all()

    def over_for(self) -> str | None:
        """Why nobody may begin another session."""
        if self._longest is None or time.monotonic() < self._began + self._longest:
            return None
        return f"a login may last {in_words(self._longest)}, and this one has: log in anew"

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _watch(self) -> None:
        with self._changed:
            while not self._stopped:
                end, due = min(self._ends(), key=lambda one: one[1])
                left = due - time.monotonic()
                if not self._inside and left <= 0:
                    self._over(end)
                    return
                self._changed.wait(None if self._inside else left)

    def _ends(self) -> list[tuple[End, float]]:
        """Which ends there are, and when."""
        found: list[tuple[End, float]] = []
        if self._longest is not None:
            found.append((End(f"lasted for {in_words(self._longest)}"), self._began + self._longest))
        if self._idle is not None:
            found.append((End(f"idle for {in_words(self._idle)}"), self._quiet + self._idle))
        return found
