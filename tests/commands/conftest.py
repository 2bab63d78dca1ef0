"""Sessions for these tests: made by hand, or a real shell under a pseudo-terminal, recorded as it runs."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sessionlens.commands import Extraction, extract
from sessionlens.formats import find, open_source
from sessionlens.recording import Info, Recording
from sessionlens.terminal import Terminal, replay

Event = tuple[int, str, bytes]
DEADLINE_S = 40.0
READY = r"me@box:~\$ $"


def recording(
    events: Sequence[Event], *, columns: int = 80, rows: int = 24, inputs: bool = True, **info: object
) -> Recording:
    """A recording of (ns, "i" or "o", bytes), its files with a first line as on disk."""
    blobs = {"o": b"first line\n", "i": b"first line\n"}
    table: list[tuple[int, int, int, int]] = []
    for t_ns, stream, data in events:
        table.append((t_ns, ord(stream), len(blobs[stream]), len(data)))
        blobs[stream] += data
    if not inputs:
        table = [row for row in table if row[1] != ord("i")]
        del blobs["i"]
    described = Info("00000000", "test", "test", columns=columns, rows=rows, **info)  # type: ignore[arg-type]
    return Recording(described, list(np.array(table, dtype=np.int64).reshape(-1, 4).T), blobs)


def read(events: Sequence[Event], **more: object) -> Extraction:
    """The extraction of a recording made by hand."""
    made = recording(events, **more)  # type: ignore[arg-type]
    return extract(made, replay(made))


@pytest.fixture(scope="session")
def record() -> Callable[..., Recording]:
    """`recording`, as a fixture."""
    return recording


@pytest.fixture(scope="session")
def taken() -> Callable[..., Extraction]:
    """`read`, as a fixture."""
    return read


def untimely(found: Extraction) -> Iterator[tuple[str, int, int, int | None]]:
    """Commands that were not submitted, then taken, then ended."""
    for each in found.commands:
        if each.start_ns > each.taken_ns or (each.end_ns is not None and each.taken_ns > each.end_ns):
            yield each.text, each.start_ns, each.taken_ns, each.end_ns


class Typist:
    """A program under a pseudo-terminal, everything that passes recorded; waits on output, never on time."""

    def __init__(self, argv: Sequence[str], home: Path, env: dict[str, str], size: tuple[int, int]) -> None:
        self.columns, self.rows = size
        self.events: list[Event] = []
        self.seen = b""
        self.terminal, self.fed = Terminal(self.columns, self.rows), 0
        self.start = time.monotonic_ns()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(home)
            base = {
                "PATH": os.environ["PATH"],
                "HOME": str(home),
                "TERM": "xterm-256color",
                "LANG": "C.UTF-8",
            }
            os.execvpe(argv[0], list(argv), base | env)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))

    def wait(self, pattern: str) -> None:
        """Read until the output since the last wait matches."""
        until = time.monotonic() + DEADLINE_S
        while not re.search(pattern.encode(), self.seen):
            if not select.select([self.fd], [], [], max(until - time.monotonic(), 0))[0]:
                raise AssertionError(f"{pattern!r} did not come: {self.seen[-500:]!r}")
            if not self._read():
                raise AssertionError(f"{pattern!r} did not come before the end: {self.seen[-500:]!r}")
        self.seen = b""
        self._asleep()

    def _asleep(self) -> None:
        """Until the program that has the terminal waits, for a key perhaps, as whenever a person types; for
        some seconds at most, since it may have work to do.

        A Ctrl-C between a prompt and the reading behind it may be lost, and zsh takes a key that came before
        it reads an answer for no answer. What it has said by then is recorded before the next key.
        """
        until = time.monotonic() + 5
        while time.monotonic() < until and self._works():
            os.sched_yield()
        if select.select([self.fd], [], [], 0)[0]:
            self._read()

    def _works(self) -> bool:
        """Runs, or would if there were a processor for it, or reads from a disk."""
        try:
            stat = Path(f"/proc/{os.tcgetpgrp(self.fd)}/stat").read_text()
        except OSError:  # it has just ended
            return False
        return stat.rpartition(")")[2].split()[0] in "RD"

    def until(self, holds: Callable[[Terminal], bool]) -> None:
        """Read until the screen is as it should be."""
        deadline = time.monotonic() + DEADLINE_S
        while True:
            for _, stream, data in self.events[self.fed :]:
                if stream == "o":
                    self.terminal.feed(data)
            self.fed = len(self.events)
            if holds(self.terminal):
                break
            if (
                not select.select([self.fd], [], [], max(deadline - time.monotonic(), 0))[0]
                or not self._read()
            ):
                raise AssertionError("it never showed:\n" + "\n".join(self.terminal.display))
        self.seen = b""
        self._asleep()

    def _read(self) -> bool:
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        if data:
            self.seen += data
            self.events.append((time.monotonic_ns() - self.start, "o", data))
        return bool(data)

    def wait_blind(self, lines: bool = True) -> None:
        """Until the terminal hands lines (or keys) over and echoes nothing: a password is asked for."""
        until = time.monotonic() + DEADLINE_S
        wanted = termios.ICANON if lines else 0
        while termios.tcgetattr(self.fd)[3] & (termios.ECHO | termios.ICANON) != wanted:
            if time.monotonic() > until:
                raise AssertionError("the terminal still echoes")
            os.sched_yield()

    def press(self, data: bytes | str) -> None:
        """Send bytes in one go."""
        raw = data.encode() if isinstance(data, str) else data
        self.events.append((time.monotonic_ns() - self.start, "i", raw))
        os.write(self.fd, raw)

    def type(self, text: str) -> None:
        """Type text key by key, each echoed before the next."""
        for char in text:
            self.press(char)
            self.wait(re.escape(char) if char.strip() else "[ \x1b\x08]")

    def run(self, text: str, until: str) -> None:
        """Type a line, press Enter, wait for what comes."""
        self.type(text)
        self.press("\r")
        self.wait(until)

    def close(self) -> None:
        """Read what is left and end the program."""
        while select.select([self.fd], [], [], 0.05)[0] and self._read():
            pass
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)

    def extraction(self, *, inputs: bool = True, lag_ns: int = 0, each_ns: int = 0) -> Extraction:
        """What we make of it; as if the output came later, or the keys at least so far apart."""
        events = _slower(self.events, each_ns) if each_ns else self.events
        late = [(t_ns + lag_ns * (stream == "o"), stream, data) for t_ns, stream, data in events]
        late.sort(key=lambda event: event[0])
        found = read(late, columns=self.columns, rows=self.rows, inputs=inputs)
        assert list(untimely(found)) == []
        return found

    def texts(self, **how: Any) -> list[str]:
        """The commands that are listed."""
        return [command.text for command in self.extraction(**how).commands]

    def confidence(self, text: str, **how: Any) -> str:
        """How sure the first of them with this text is."""
        return next(each.confidence for each in self.extraction(**how).commands if each.text == text)


def _slower(events: Sequence[Event], each_ns: int) -> list[Event]:
    """The same, typed by somebody slower: at least so much time between two keys."""
    slowed: list[Event] = []
    extra, last = 0, -each_ns
    for t_ns, stream, data in events:
        if stream == "i":
            extra += max(last + each_ns - t_ns - extra, 0)
            last = t_ns + extra
        slowed.append((t_ns + extra, stream, data))
    return slowed


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Callable[..., Typist]]:
    """Start programs that are ended with the test."""
    started: list[Typist] = []

    def start(*argv: str, size: tuple[int, int] = (80, 24), **env: str) -> Typist:
        started.append(Typist(argv, tmp_path, env, size))
        return started[-1]

    yield start
    for typist in started:
        typist.close()


@pytest.fixture(scope="session")
def fixtures(root: Path) -> list[tuple[str, Recording]]:
    """The sessions of real programs that are part of the project."""
    paths = find(root / "fixtures" / "sessions")
    channels = [(path, channel) for path in paths for channel in open_source(path).channels]
    return [(f"{p.parent.name} {c.name}", c.load()) for p, c in channels if c.recorded]


@pytest.fixture
def bash(shell: Callable[..., Typist]) -> Typist:
    """bash, at its second prompt."""
    return _at_prompt(shell("bash", "--norc", "--noprofile", PS1="me@box:~$ "))


@pytest.fixture
def dash(shell: Callable[..., Typist]) -> Typist:
    """dash, at its second prompt."""
    return _at_prompt(shell("dash", PS1="me@box:~$ "))


def _at_prompt(typist: Typist) -> Typist:
    typist.wait(READY)
    typist.run("pwd", READY)
    return typist
