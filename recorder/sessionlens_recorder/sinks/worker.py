"""One sink's thread: takes from its cursor, sends, waits longer and longer while that fails."""

from __future__ import annotations

import random
import threading
import time

from sessionlens_recorder import logs
from sessionlens_recorder.sinks.cursor import Cursor
from sessionlens_recorder.sinks.endpoints import Endpoint, SinkError, SinkRefused
from sessionlens_recorder.sinks.trouble import Trouble

POLL_S = 0.2  # how often an idle sink looks whether there is something
FIRST_S, LONGEST_S = 0.5, 60.0  # the wait after a failure; it doubles, and half of it is chance
TELL_S = 60.0  # a sink that comes and goes is not told of more often


class Worker(threading.Thread):
    """`stopping` ends it: at once while the endpoint is down, otherwise when everything is delivered."""

    def __init__(self, name: str, cursor: Cursor, endpoint: Endpoint, stopping: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self.cursor, self._trouble = cursor, Trouble(cursor.folder, name)
        self._endpoint, self._stopping = endpoint, stopping
        self._most = endpoint.most
        self._wait = FIRST_S
        self._down_told: float | None = None  # when, if it is told to be down
        self._last_told = -TELL_S

    def run(self) -> None:
        while True:
            events = self.cursor.take(self._most)
            if events:
                try:
                    self._endpoint.send(events)
                except SinkRefused as refusal:
                    self._refused(len(events), refusal)
                except SinkError as error:
                    if self._failed(error):
                        break
                else:
                    self._succeeded(len(events))
            elif self._rest():
                break
        self._endpoint.close()

    def _rest(self) -> bool:
        """There is nothing new. What a receiver may not have read it gets again now, and less and less often.
        True if the process ends.
        """
        seconds = POLL_S
        try:
            if self._endpoint.look():
                self._endpoint.send([])
                self._works()
                seconds = self._next_wait()
        except SinkError as error:
            return self._failed(error)
        return self._stopping.wait(seconds) and not self.cursor.take(1)

    def _succeeded(self, count: int) -> None:
        self.cursor.delivered(count)
        self._most = min(2 * self._most, self._endpoint.most)
        self._wait = FIRST_S
        self._works()
        self._tell_lost()

    def _works(self) -> None:
        self._trouble.over()
        if self._down_told is not None:
            self._down_told = None
            logs.event("sink-up", sink=self.name)

    def _tell_lost(self) -> None:
        if lost := self.cursor.lost:
            logs.error("sink-lost", sink=self.name, count=lost)
            self.cursor.told_lost(lost)

    def _refused(self, count: int, refusal: SinkRefused) -> None:
        """Find the event that it does not want by halves, and give that one up."""
        if count > 1:
            self._most = count // 2
            return
        self.cursor.refused()
        self._tell_down(refusal)

    def _failed(self, error: SinkError) -> bool:
        """Wait; True if the process ends."""
        self._tell_down(error)
        self._trouble.note(error)
        return self._stopping.wait(max(self._next_wait(), error.after))

    def _next_wait(self) -> float:
        seconds = self._wait * random.uniform(0.5, 1.0)  # noqa: S311
        self._wait = min(2 * self._wait, LONGEST_S)
        return seconds

    def _tell_down(self, error: SinkError) -> None:
        now = time.monotonic()
        if self._down_told is None and now - self._last_told >= TELL_S:
            self._down_told = self._last_told = now
            logs.warning("sink-down", sink=self.name, reason=error)
