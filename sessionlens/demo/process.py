"""A program on a terminal of its own or on three pipes: what sshd(8) starts for a shell or exec request.

No SSH in here. POSIX only: openpty(3), TIOCSWINSZ, process groups. Output ends when the program has ended and
what it wrote has been read; on pipes it lasts as long as anybody holds them, as with sshd. One thread reads
`output`, another may write; `close` comes after both.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LEADER = Path(__file__).with_name("leader.py")
LAST_WORDS_S = 0.1
"""How long a terminal is read after its leader's end, for what is still on its way through the kernel."""


@dataclass(frozen=True, slots=True)
class Pty:
    """What a pty-req asks for (RFC 4254, 6.2): cells, pixels (0 where unknown) and the value of TERM."""

    columns: int
    rows: int
    width: int = 0
    height: int = 0
    term: str = "xterm"

    def window(self) -> bytes:
        """The size as `struct winsize`."""
        sides = (self.rows, self.columns, self.width, self.height)
        return struct.pack("HHHH", *(min(max(side, 0), 0xFFFF) for side in sides))


class Process:
    """A running program; on a terminal of the given size where `pty` is given, else on pipes."""

    def __init__(self, argv: list[str], *, cwd: Path, env: dict[str, str], pty: Pty | None) -> None:
        self._terminal: int | None = None
        if pty is None:
            pipes = [os.pipe() for _ in range(3)]
            (stdin, self._input), (out, stdout), (err, stderr) = pipes
            self._open = {out: False, err: True}  # what is read -> is it stderr
        else:
            ours, stdin = os.openpty()
            fcntl.ioctl(ours, termios.TIOCSWINSZ, pty.window())
            argv = [sys.executable, "-I", "-S", str(LEADER), *argv]
            stdout = stderr = stdin
            self._terminal, self._input, self._open = ours, ours, {ours: False}
        os.set_blocking(self._input, False)
        try:
            self._child = subprocess.Popen(
                argv, cwd=cwd, env=env, stdin=stdin, stdout=stdout, stderr=stderr, start_new_session=True
            )
        finally:
            for end in {stdin, stdout, stderr}:
                os.close(end)
        self._ended, self._alarm = os.pipe()
        self._waiter = threading.Thread(target=self._wait, daemon=True)
        self._waiter.start()

    def _wait(self) -> None:
        self._child.wait()
        os.close(self._alarm)  # from now on `_ended` can be read: whoever selects on it wakes

    def output(self) -> Iterator[tuple[bytes, bool]]:
        """Everything that the program prints, with whether it was stderr, until nothing more can come."""
        while self._open:
            ended = self._child.poll() is not None
            watched = [*self._open] if ended else [*self._open, self._ended]
            last_words = LAST_WORDS_S if ended and self._terminal is not None else None
            ready = select.select(watched, [], [], last_words)[0]
            if not ready:
                return
            for end in ready:
                if end != self._ended:
                    yield from self._read(end)

    def _read(self, end: int) -> Iterator[tuple[bytes, bool]]:
        try:
            data = os.read(end, 32768)
        except BlockingIOError:
            return
        except OSError:  # EIO: nobody holds the other side of the terminal any more
            data = b""
        if data:
            yield data, self._open[end]
        else:
            del self._open[end]
            if end != self._terminal:
                os.close(end)

    def write(self, data: bytes) -> None:
        """Give the program input; raises BrokenPipeError once it has ended or takes none."""
        while data:
            ended, ready, _ = select.select([self._ended], [self._input], [])
            if ended:
                raise BrokenPipeError("the program has ended")
            with contextlib.suppress(BlockingIOError):
                data = data[os.write(ready[0], data) :]

    def end_of_input(self) -> None:
        """Close its standard input, from the thread that writes; a terminal has no such end."""
        if self._terminal is None and self._input >= 0:
            os.close(self._input)
            self._input = -1

    def resize(self, pty: Pty) -> None:
        """Tell the terminal its new size; the kernel sends SIGWINCH."""
        if self._terminal is not None:
            fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, pty.window())

    def signal(self, number: int) -> None:
        """Send the program's process group a signal; nothing happens when it is gone."""
        if self._child.poll() is not None:
            return  # its number may be somebody else's by now
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, number)

    def hang_up(self) -> None:
        """The user is gone: SIGHUP and, where that does not help, SIGKILL; returns when it is gone."""
        self.signal(signal.SIGHUP)
        self.signal(signal.SIGCONT)
        try:
            self._child.wait(1)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self._child.wait()

    def result(self) -> int:
        """Wait for its end: its exit code, or minus the number of the signal that killed it."""
        return self._child.wait()

    def close(self) -> None:
        """Give back what the system lent, when nobody reads or writes any more."""
        self._waiter.join()
        self.end_of_input()
        for end in {*self._open, self._ended, *([] if self._terminal is None else [self._terminal])}:
            os.close(end)
        self._open.clear()
