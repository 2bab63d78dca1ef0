"""Somebody who types in the panes of real tmux and GNU screen, and the home they do it in."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sessionlens.terminal import Terminal

Shell = Callable[..., Any]
READY = re.compile(r"me@here:\S* (\d+)[#$] $")
BASH = "bash --norc --noprofile -i"
PASSWORD = "import getpass; print(getpass.getpass('Password: ') and 'ok')"


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not shutil.which(program), reason=f"needs {program}")


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Path]:
    """A home with files, and an end for the servers that tests leave behind."""
    (tmp_path / "quarterly").write_text("one\ntwo\n")
    (tmp_path / "typescript").write_text("me@here:~ 7# rm -rf /data\nme@here:~ 7# \n" * 9)
    (tmp_path / "ask.py").write_text(PASSWORD)
    (tmp_path / "rc").write_text("PS1='me@here:\\w '$$'\\$ '\n")  # so that every shell can be told apart
    inner = f"bash --noprofile --rcfile {tmp_path}/rc -i"
    (tmp_path / "tmux.conf").write_text(f'set -g default-command "{inner}"\nset -g assume-paste-time 0\n')
    (tmp_path / "inner").write_text(f"#!/bin/sh\nexec {inner}\n")
    (tmp_path / "inner").chmod(0o755)
    (tmp_path / "screenrc").write_text(f"startup_message off\nshell {tmp_path}/inner\n")
    (tmp_path / "sockets").mkdir(mode=0o700)
    yield tmp_path
    around = {**os.environ, "TMUX_TMPDIR": str(tmp_path), "SCREENDIR": str(tmp_path / "sockets")}
    for end in (["tmux", "-L", "t", "kill-server"], ["screen", "-S", "t", "-X", "quit"]):
        if shutil.which(end[0]):
            subprocess.run(end, env=around, capture_output=True, check=False)


def left(terminal: Terminal) -> str:
    """What stands left of the cursor in its row."""
    return terminal.display[terminal.cursor.y][: terminal.cursor.x]


def ready(terminal: Terminal) -> bool:
    """Is the cursor behind a prompt with nothing typed?"""
    return bool(READY.search(left(terminal)))


def shell_of(terminal: Terminal) -> str:
    """The process whose prompt that is."""
    match = READY.search(left(terminal))
    return match[1] if match else ""


def sleeps(process: str) -> None:
    """Wait until a shell waits for keys: before, Ctrl-C would show the next prompt only at the next key."""
    deadline = time.monotonic() + 10
    while Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "S":
        assert time.monotonic() < deadline
        os.sched_yield()


class Session:
    """What is typed in the panes of a multiplexer, and which commands come of it."""

    def __init__(
        self, shell: Shell, home: Path, draw: random.Random, family: str, size: tuple[int, int] = (80, 24)
    ) -> None:
        self.draw, self.family = draw, family
        self.prefix = "\x02" if family == "tmux" else "\x01"
        self.ran: list[str] = []
        around = {"TMUX_TMPDIR": str(home), "SCREENDIR": str(home / "sockets"), "SHELL": "/bin/bash"}
        self.typist = shell("bash", "--noprofile", "--rcfile", "rc", "-i", size=size, **around)
        self.typist.until(ready)
        self.panes, self.windows = 1, 1

    def press(self, keys: str, holds: Callable[[Terminal], bool] = ready) -> None:
        """Keys that change the screen, and what it is to be then."""
        terminal = self.typist.terminal
        before = (terminal.display, terminal.cursor, terminal.alternate)
        self.typist.press(keys)
        self.typist.until(lambda t: (t.display, t.cursor, t.alternate) != before and holds(t))

    def type(self, text: str) -> None:
        """A line, key by key; the terminal shows each."""
        for char in text:
            self.press(char, lambda t: True)

    def run(self, text: str, holds: Callable[[Terminal], bool] = ready) -> None:
        """A command."""
        self.answer(text, holds)
        self.ran.append(text)

    def answer(self, text: str, holds: Callable[[Terminal], bool] = ready) -> None:
        """A line that is no command."""
        self.type(text)
        self.press("\r", holds)

    def order(self, key: str, holds: Callable[[Terminal], bool] = ready) -> None:
        """A key behind the prefix."""
        self.typist.press(self.prefix)
        self.press(key, holds)

    def go(self, key: str) -> None:
        """A key behind the prefix that leads to another shell."""
        here = shell_of(self.typist.terminal)
        self.order(key, lambda t: shell_of(t) not in ("", here))

    def start(self) -> None:
        """The multiplexer."""
        ways = {"tmux": "tmux -L t -f tmux.conf new", "screen": "screen -c screenrc -S t"}
        self.run(ways[self.family], lambda t: t.alternate and ready(t))

    def leave(self) -> None:
        """Detach, and end it."""
        self.order("d", lambda t: not t.alternate and ready(t))
        ways = {"tmux": "tmux -L t kill-server", "screen": "screen -S t -X quit"}
        self.run(ways[self.family])
        self.run("echo fin")

    # ---- lines

    def said(self) -> None:
        self.run("echo " + " ".join(self.draw.choice(["one", "two  three", "four"]) for _ in range(3)))

    def wide(self) -> None:
        self.run("echo " + " ".join(f"word{at}" for at in range(self.draw.choice([14, 25]))))

    def tall(self) -> None:
        self.run("seq 70")

    def quiet(self) -> None:
        self.run("true")

    def cleared(self) -> None:
        self.run("clear")

    def completed(self) -> None:
        self.type("cat ~/quar")
        self.press("\t", lambda t: left(t).endswith("terly "))
        self.press("\r")
        self.ran.append("cat ~/quarterly")

    def edited(self) -> None:
        self.type("echo helo")
        self.press("\x1b[D", lambda t: left(t).endswith("hel"))
        self.press("l", lambda t: left(t).endswith("hell"))
        self.press("\r")
        self.ran.append("echo hello")

    def recalled(self) -> None:
        self.run("echo again")
        self.press("\x1b[A", lambda t: left(t).endswith("echo again"))
        self.press("\r")
        self.ran.append("echo again")

    def searched(self) -> None:
        self.run("echo needle")
        self.press("\x12", lambda t: "search" in left(t))
        for key in "need":
            self.press(key, lambda t: "search" in left(t))
        self.press("\r")
        self.ran.append("echo needle")

    def cancelled(self) -> None:
        shell = shell_of(self.typist.terminal)
        self.type("rm -rf /data")
        sleeps(shell)
        self.press("\x03")

    def looped(self) -> None:
        self.answer("for i in 1 2", lambda t: left(t).endswith("> "))
        self.answer("do echo $i; done")
        self.ran.append("for i in 1 2\ndo echo $i; done")

    # ---- panes

    def split(self) -> None:
        if self.panes > 2:
            return
        self.panes += 1
        if self.family == "tmux":
            self.go(self.draw.choice('%"'))
            return
        self.order(self.draw.choice("S|"))
        self.order("\t", lambda t: not ready(t))
        self.go("c")

    def other(self) -> None:
        if self.panes > 1:
            self.go("o" if self.family == "tmux" else "\t")
            self.quiet()

    def zoomed(self) -> None:
        if self.panes > 1 and self.family == "tmux":
            self.order("z")
            self.said()
            self.order("z")

    def window(self) -> None:
        self.go("c")
        self.windows += 1
        if self.family == "tmux":
            self.panes = 1

    def copied(self) -> None:
        self.order("[", lambda t: True)
        self.press("k" if self.family == "screen" else "\x1b[A", lambda t: True)
        self.press("\x1b" if self.family == "screen" else "q")
        self.said()

    def renamed(self) -> None:
        if self.family == "tmux":
            self.order(",", lambda t: "rename" in left(t))
            self.press("\x15rm -rf /data\r")
            self.said()

    def attached(self) -> None:
        self.order("d", lambda t: not t.alternate and ready(t))
        ways = {"tmux": "tmux -L t attach", "screen": "screen -r t"}
        self.run(ways[self.family], lambda t: t.alternate and ready(t))
        if self.family == "screen":
            self.panes = 1


LINES = [
    Session.said, Session.wide, Session.tall, Session.quiet, Session.cleared, Session.completed,
    Session.edited, Session.recalled, Session.searched, Session.cancelled, Session.looped,
]  # fmt: skip
LAYOUT = [
    Session.split, Session.split, Session.other, Session.zoomed, Session.window, Session.copied,
    Session.renamed, Session.attached,
]  # fmt: skip
SIZES = [(80, 24), (100, 30), (132, 43)]
LOOKS = [
    "",
    "set -g status-position top\n",
    "set -g status off\n",
    "set -g status-style bg=default,fg=default\nset -g pane-border-status top\n",
]


def texts(found: Any) -> list[str]:
    return [command.text.rstrip() for command in found.commands]


def paced(events: list[tuple[int, str, bytes]], each_ms: int, slow: bytes) -> list[tuple[int, str, bytes]]:
    """The same at an even pace, whatever the machine was doing: a key each so many ms, an answer 1 ms later,
    or 31 where it ends so.
    """
    t, last, even = 0, -each_ms, []
    for _, stream, data in events:
        if stream == "i":
            t = last = max(last + each_ms, t)
        else:
            t += 31 if slow and data.endswith(slow) else 1
        even.append((t * 1_000_000, stream, data))
    return even


def shown(session: Session, found: Any) -> str:
    """The keys that are not hidden."""
    keys = bytearray(b"first line\n" + b"".join(d for _, stream, d in session.typist.events if stream == "i"))
    for first, last in found.hidden:
        keys[first : last + 1] = b"." * (last + 1 - first)
    return keys.decode()


def redrawn(session: Session, rows: list[str]) -> None:
    """As tmux draws what came too quickly: all that is left of it and the prompt at once, the line gone."""
    events, prompt = session.typist.events, left(session.typist.terminal)
    enter = max(at for at, event in enumerate(events) if event[1] == "i" and event[2].endswith(b"\r"))
    drawn = "".join(f"{row}\x1b[K\r\n" for row in rows)
    drawn = f"\x1b[1;23r\x1b[1;1H\x1b[23S{drawn}{prompt}\x1b[K\x1b[1;24r\x1b[23;{len(prompt) + 1}H"
    events[enter + 1 :] = [(events[enter + 1][0], "o", drawn.encode())]
    session.typist.fed = len(events)
