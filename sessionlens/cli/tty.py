"""The viewer's own terminal while a session is played in it: its keys, its size, and how it was before.

It is put back however the replay ends: by a key, an error or a signal, and while it is suspended. Where there
is no termios (Windows) there are no keys, and Ctrl-C ends the replay.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

try:
    import termios
    import tty
except ImportError:  # Windows
    termios = tty = None  # type: ignore[assignment]

_ENDING = ("SIGTERM", "SIGHUP", "SIGQUIT")
_BYTES = 1 << 10
_FALLBACK = os.terminal_size((80, 24))


class Tty:
    """Standard output, which is a terminal, and the keys of standard input if that is one."""

    def __init__(self, enter: str, leave: str) -> None:
        self._enter, self._leave = enter, leave
        self._before: list[Any] | None = None
        self._out = sys.stdout.fileno()
        self.keyed = termios is not None and sys.stdin is not None and sys.stdin.isatty()
        self.changed = False
        """Has it another size, or was it somebody else's meanwhile? Then all has to be drawn again."""

    def take(self) -> None:
        """Each key comes at once and without echo; Ctrl-C and Ctrl-Z stay what they are."""
        if self.keyed:
            self._before = termios.tcgetattr(0)
            tty.setcbreak(0, termios.TCSADRAIN)
        self.write(self._enter)

    def give_back(self) -> None:
        """As it was."""
        try:
            self.write(self._leave)
        finally:
            if self._before is not None:
                termios.tcsetattr(0, termios.TCSAFLUSH, self._before)

    def write(self, text: str) -> None:
        """At once, and not through a buffer, which a signal could find half written."""
        data = text.encode(sys.stdout.encoding or "utf-8", "replace")
        while data:
            data = data[os.write(self._out, data) :]

    @property
    def size(self) -> os.terminal_size:
        """Columns and rows; 80 by 24 where they are not told."""
        try:
            told = os.get_terminal_size(self._out)
        except OSError:
            return _FALLBACK
        return told if all(told) else _FALLBACK

    def keys(self, seconds: float | None) -> bytes:
        """What was pressed meanwhile; None: wait for a key or a signal."""
        if not self.keyed:
            time.sleep(seconds or 0)
            return b""
        ready, _, _ = select.select([0, self._woken], [], [], seconds)
        if self._woken in ready:
            os.read(self._woken, _BYTES)
        return os.read(0, _BYTES) if 0 in ready else b""

    @contextmanager
    def taken(self) -> Iterator[Tty]:
        """Ours for as long as it lasts."""
        self._woken, waker = os.pipe()
        os.set_blocking(waker, False)
        known = {name: getattr(signal, name) for name in dir(signal) if name.startswith("SIG")}
        handlers = dict.fromkeys(_ENDING, _end) | {
            "SIGWINCH": self._resized,
            "SIGTSTP": self._suspended,
            "SIGCONT": self._resumed,
        }
        ours = {known[name]: handler for name, handler in handlers.items() if name in known}
        woken = signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        before = {number: signal.signal(number, handler) for number, handler in ours.items()}
        try:
            self.take()
            yield self
        finally:
            for number in ours:
                signal.signal(number, signal.SIG_IGN)
            try:
                self.give_back()
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)
                signal.set_wakeup_fd(woken)
                os.close(waker)
                os.close(self._woken)

    def _resized(self, number: int, frame: FrameType | None) -> None:
        self.changed = True

    def _suspended(self, number: int, frame: FrameType | None) -> None:
        self.give_back()
        os.kill(os.getpid(), signal.SIGSTOP)

    def _resumed(self, number: int, frame: FrameType | None) -> None:
        self.take()
        self.changed = True


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
