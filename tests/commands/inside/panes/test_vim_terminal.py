"""Commands typed to a shell in a window of real vim (`:terminal`), and what is typed to vim beside it."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sessionlens.terminal import Terminal

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals"),
    pytest.mark.skipif(not shutil.which("vim"), reason="needs vim"),
]
Shell = Callable[..., Any]
READY = re.compile(r"me@here:\S*[#$] $")
PASSWORD = "import getpass; print(getpass.getpass('Password: ') and 'ok')"


def left(terminal: Terminal) -> str:
    return terminal.display[terminal.cursor.y][: terminal.cursor.x]


def ready(terminal: Terminal) -> bool:
    return bool(READY.search(left(terminal)))


def running(terminal: Terminal) -> bool:
    return ready(terminal) and any("[running]" in row for row in terminal.display)


class Vim:
    """vim with a text, and a shell in a window of it."""

    def __init__(self, shell: Shell, home: Path, opened: str) -> None:
        (home / "notes.txt").write_text("pear\napple\n")
        (home / "ask.py").write_text(PASSWORD)
        (home / "inner").write_text(f"#!/bin/sh\nexec bash --noprofile --rcfile {home}/rc -i\n")
        (home / "inner").chmod(0o755)
        (home / "rc").write_text("PS1='me@here:\\w\\$ '\n")
        self.typist = shell("bash", "--noprofile", "--rcfile", "rc", "-i", size=(100, 30))
        self.ran: list[str] = []
        self.typist.until(ready)
        self.run("vim -n notes.txt", lambda t: "pear" in t.display[0])
        self.line(f":{opened} ++shell ./inner" if "++" in opened else f":{opened} ./inner", running)

    def press(self, keys: str, holds: Callable[[Terminal], bool] = lambda t: True) -> None:
        terminal = self.typist.terminal
        before = (terminal.display, terminal.cursor, terminal.alternate)
        self.typist.press(keys)
        self.typist.until(lambda t: (t.display, t.cursor, t.alternate) != before and holds(t))

    def line(self, text: str, holds: Callable[[Terminal], bool] = lambda t: True) -> None:
        for char in text:
            self.press(char, lambda t, char=char: left(t).endswith(char) or not left(t))  # type: ignore[misc]
        self.press("\r", holds)

    def run(self, text: str, holds: Callable[[Terminal], bool] = running) -> None:
        self.line(text, holds)
        self.ran.append(text)

    def leave(self) -> Any:
        self.run("exit", lambda t: "[running]" not in "".join(t.display))
        self.line(":qa!", lambda t: not t.alternate and ready(t))
        self.run("echo fin", ready)
        return self.typist.extraction(each_ns=60_000_000)

    def shell(self, found: Any) -> list[str]:
        return [each.text for each in found.commands if each.kind == "shell"]


@pytest.mark.parametrize("opened", ["terminal", "vertical terminal", "botright terminal ++rows=8"])
def test_lines_in_a_terminal_window(shell: Shell, tmp_path: Path, opened: str) -> None:
    vim = Vim(shell, tmp_path, opened)
    vim.run("echo one")
    vim.run("seq 50")
    vim.run("cat notes.txt")
    vim.run("echo " + " ".join(f"word{at}" for at in range(20)))
    vim.press("\x17")
    vim.press("w", lambda t: not ready(t))
    vim.press("o", lambda t: "INSERT" in "".join(t.display))
    for text in ("me@here:~# rm -rf /data", "rm -rf /data"):
        vim.line(text)
    vim.press("\x1c\x0e", lambda t: "INSERT" not in "".join(t.display))
    vim.press("\x17")
    vim.press("w", running)
    vim.run("echo two")
    found = vim.leave()
    assert vim.shell(found) == vim.ran
    inner = [each for each in found.commands if each.text.startswith("echo") and each.text != "echo fin"]
    assert {each.context for each in inner} == {"bash > vim > bash"}
    assert {each.confidence for each in inner} == {"high"}
    assert next(each.output for each in inner if each.text == "echo one") == "one"
    assert "rm -rf" not in repr([each.text for each in found.commands])
    shown = vim.typist.extraction(inputs=False, each_ns=60_000_000)
    assert "rm -rf" not in repr([each.text for each in shown.commands])
    assert set(vim.shell(shown)) <= set(vim.ran)


def test_a_password_in_a_terminal_window_stays_hidden(shell: Shell, tmp_path: Path) -> None:
    vim = Vim(shell, tmp_path, "terminal")
    vim.run(f"{sys.executable} ask.py", lambda t: left(t).endswith("Password: "))
    vim.typist.press("right-Secret2\r")
    vim.typist.until(running)
    vim.run("echo one")
    found = vim.leave()
    assert vim.shell(found) == vim.ran
    assert "Secret" not in repr(found)
    keys = b"first line\n" + b"".join(data for _, stream, data in vim.typist.events if stream == "i")
    assert any(b"Secret2" in keys[first : last + 1] for first, last in found.hidden)


def test_a_prompt_behind_a_question_in_a_terminal_window(shell: Shell, tmp_path: Path) -> None:
    vim = Vim(shell, tmp_path, "terminal")
    vim.run("pwd")
    vim.run("read -s -p 'Password: ' x", lambda t: left(t).endswith("Password: "))
    vim.typist.press("right-Secret2\r")
    vim.typist.until(running)
    vim.run("echo two")
    vim.run("read -n 1 -p 'Sure? ' x", lambda t: left(t).endswith("Sure? "))
    vim.typist.press("y")
    vim.typist.until(running)
    vim.run("echo three")
    found = vim.leave()
    assert vim.shell(found) == vim.ran
    assert "Secret" not in repr(found)
    assert [each.text for each in found.events if each.kind == "unread"] == []
