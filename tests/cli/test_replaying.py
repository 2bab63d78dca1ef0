"""`sessionlens play --terminal` under a real pseudo-terminal: what it shows, its keys, and how it ends."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import struct
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sessionlens.cli import EX_USAGE, main
from sessionlens.player.terminal import GRAMMAR, LEAVE
from sessionlens.terminal import Terminal

termios, fcntl = pytest.importorskip("termios"), pytest.importorskip("fcntl")
DEADLINE_S = 60.0
FIXTURE = "fixtures/sessions/insider"


class Viewer:
    """A person's terminal in which the session is played."""

    def __init__(self, arguments: list[str], size: tuple[int, int]) -> None:
        self.sent, self.terminal = b"", Terminal(*size)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
            os.execv(sys.executable, [sys.executable, "-m", "sessionlens", "play", *arguments])
        self.before = termios.tcgetattr(self.fd)
        self.status: int | None = None

    def until(self, holds: Callable[[], object]) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not holds():
            ready = select.select([self.fd], [], [], max(deadline - time.monotonic(), 0))[0]
            if not ready or not self.read():
                raise AssertionError("it never came:\n" + "\n".join(self.terminal.display))

    def read(self) -> bool:
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        self.sent += data
        self.terminal.feed(data)
        return bool(data)

    def shows(self, pattern: str) -> None:
        self.until(lambda: re.search(pattern, "\n".join(self.terminal.display)))

    def press(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def end(self) -> int:
        """Read all, and wait for its exit code."""
        while self.read():
            pass
        if self.status is None:
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status

    def restored(self) -> bool:
        """Is the terminal as it was, with its own screen?"""
        there = not self.terminal.alternate and self.terminal.cursor.visible
        return there and LEAVE in self.sent.decode()


@pytest.fixture
def play(root: Path) -> Iterator[Callable[..., Viewer]]:
    viewers: list[Viewer] = []

    def start(*arguments: str, size: tuple[int, int] = (100, 30), path: str | Path = "") -> Viewer:
        viewers.append(Viewer(["--terminal", *arguments, str(path or root / FIXTURE)], size))
        return viewers[-1]

    yield start
    for viewer in viewers:
        if viewer.status is None:
            os.kill(viewer.pid, signal.SIGKILL)
            os.kill(viewer.pid, signal.SIGCONT)
            os.waitpid(viewer.pid, 0)
        os.close(viewer.fd)


def test_plays_to_its_end_and_is_left_with_q(play: Callable[..., Viewer]) -> None:
    viewer = play("--speed", "1000")
    viewer.shows("end 00:00:")
    assert any("rm -rf" in line for line in viewer.terminal.display) or b"rm -rf" in viewer.sent
    viewer.press("q")
    assert viewer.end() == 0
    assert viewer.restored()
    played = viewer.sent.decode().partition(LEAVE)[0]
    assert GRAMMAR.fullmatch(played[played.index("\x1b[?1049h") :])


def test_keys(play: Callable[..., Viewer]) -> None:
    viewer = play("--at", "0", size=(130, 45))
    viewer.shows(r"paused 00:00:00 / 00:00:\d\d   1x")
    viewer.press(">")
    viewer.shows("   2x")
    viewer.press("\x1b[A")
    viewer.shows("   4x")
    viewer.press("<\x1bOB")
    viewer.shows("   1x")
    viewer.press("\x1b[C")
    viewer.shows("paused 00:00:05")
    viewer.press("\x1b[D")
    viewer.shows("paused 00:00:00")
    viewer.press("....\x1b[99~\x1b[<0;1;1M\x00")
    viewer.press(" ")
    viewer.shows("playing")
    viewer.press("q")
    assert viewer.end() == 0


def test_a_smaller_terminal_is_told_so(play: Callable[..., Viewer]) -> None:
    viewer = play("--at", "2", size=(60, 10))
    viewer.shows(r"paused 00:00:02 / 00:00:\d\d   1x   cropped from 100x30")
    fcntl.ioctl(viewer.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 140, 0, 0))
    viewer.terminal.resize(columns=140, rows=40)
    viewer.shows(r"paused 00:00:02 / 00:00:\d\d   1x   space")
    viewer.press("q")
    assert viewer.end() == 0


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_signals_leave_the_terminal_as_it_was(play: Callable[..., Viewer], number: int, code: int) -> None:
    viewer = play("--at", "0")
    viewer.shows("paused")
    os.kill(viewer.pid, number)
    assert viewer.end() == code
    assert viewer.restored()


def test_keys_of_the_terminal_come_back(play: Callable[..., Viewer]) -> None:
    viewer = play("--at", "0")
    viewer.shows("paused")
    assert not termios.tcgetattr(viewer.fd)[3] & termios.ICANON
    viewer.press("\x1a")
    viewer.until(viewer.restored)
    os.waitid(os.P_PID, viewer.pid, os.WSTOPPED | os.WNOWAIT)
    assert termios.tcgetattr(viewer.fd) == viewer.before
    os.kill(viewer.pid, signal.SIGCONT)
    viewer.until(lambda: viewer.terminal.alternate)
    viewer.shows("paused")
    viewer.press("q")
    while not viewer.restored():
        viewer.read()
    assert viewer.end() == 0


def test_an_error_leaves_the_terminal_as_it_was() -> None:
    """The terminal is given back before anybody reads what went wrong."""
    program = (
        "from sessionlens.cli.tty import Tty\nfrom sessionlens.player.terminal import ENTER, LEAVE\n"
        "with Tty(ENTER, LEAVE).taken(): raise ValueError('went wrong')"
    )
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-c", program])
    before, sent = termios.tcgetattr(fd), b""
    while True:
        try:
            data = os.read(fd, 4096)
        except OSError:
            break
        sent += data
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1
    os.close(fd)
    assert sent.index(LEAVE.encode()) < sent.index(b"went wrong")
    assert before[3] & termios.ICANON


def test_a_hostile_recording_does_nothing(play: Callable[..., Viewer], tmp_path: Path) -> None:
    attack = (
        "\x1b]0;title\x07\x1b]52;c;cm0gLXJm\x07\x1b[6n\x1b[c\x1bP$qm\x1b\\\x1b[21t\x1b[?1000hend \u202eof it"
    )
    path = tmp_path / "x.ttyrec"
    data = attack.encode()
    path.write_bytes(struct.pack("<III", 1, 0, len(data)) + data)
    viewer = play("--speed", "1000", path=path)
    viewer.shows("end .*of it")
    viewer.press("q")
    assert viewer.end() == 0
    played = viewer.sent.decode().partition(LEAVE)[0]
    assert GRAMMAR.fullmatch(played[played.index("\x1b[?1049h") :])
    assert viewer.terminal.title == ""


def test_without_a_terminal(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["play", "--terminal", str(root / FIXTURE)]) == EX_USAGE
    assert "standard output is none" in capsys.readouterr().err
