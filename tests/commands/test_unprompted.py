"""Shells that show no prompt for what they read: behind a pipe, or with their prompt and echo elsewhere."""

from __future__ import annotations

import sys
import termios
import time
from collections.abc import Callable
from typing import Any

import pytest

from sessionlens.commands.unprompted import reads_unseen

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
READY = r"me@box:~\$ $"


@pytest.fixture
def bash(shell: Callable[..., Any]) -> Any:
    typist = shell("bash", "--norc", "--noprofile", PS1="me@box:~$ ")
    typist.wait(READY)
    typist.run("pwd", READY)
    return typist


def settled(typist: Any, *, echo: bool) -> None:
    """Wait until the terminal echoes, or a line editor has it: nothing on the screen says so."""
    until = time.monotonic() + 20
    while bool(termios.tcgetattr(typist.fd)[3] & termios.ECHO) != echo:
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize(
    "line", ["cat | sh", "tee log | bash", "sh /dev/stdin", "bash --norc 2>/dev/null", "ls; sed -u p | sh"]
)
def test_lines_that_the_terminal_echoed(bash: Any, line: str) -> None:
    bash.run(line, "\n")
    settled(bash, echo=True)
    bash.run("touch who; echo did1", "did1\r\n.*did1\r\n" if "sed" in line else "\ndid1\r\n")
    bash.run("echo did2", "\ndid2\r\n")
    bash.press("\x04")
    bash.wait(READY)
    bash.run("pwd", READY)
    found = bash.extraction().commands
    assert [each.text for each in found] == ["pwd", line, "touch who; echo did1", "echo did2", "pwd"]
    assert [each.confidence for each in found] == ["high", "high", "low", "low", "high"]
    assert {each.kind for each in found} == {"shell"} and not any(each.hidden for each in found)


def test_lines_that_came_at_once(bash: Any) -> None:
    bash.run("cat | sh", "\n")
    settled(bash, echo=True)
    bash.press("echo did1\recho did1\recho did2\r")
    bash.wait("did2\r\ndid2\r\n$|\ndid2\r\n$")
    bash.press("\x04")
    bash.wait(READY)
    bash.run("pwd", READY)
    assert [each.text for each in bash.extraction().commands][2:] == [
        "echo did1",
        "echo did1",
        "echo did2",
        "pwd",
    ]


def test_what_was_typed_blind_is_a_row_without_its_text(bash: Any) -> None:
    bash.run("exec 2>/dev/null", "\n")
    for at in (1, 2):
        settled(bash, echo=False)
        for key in f"echo did{at}\r":
            bash.press(key)
        bash.wait(f"did{at}\r\n")
    settled(bash, echo=False)
    for key in "exec 2>/dev/tty\r":
        bash.press(key)
    bash.wait(READY)
    bash.run("pwd", READY)
    found = bash.extraction()
    assert [each.text for each in found.commands] == [
        "pwd",
        "exec 2>/dev/null",
        *["[hidden input]"] * 3,
        "pwd",
    ]
    assert [each.hidden for each in found.commands] == [False, False, True, True, True, False]
    assert "did" not in repr([each.text for each in found.events]) and not found.events


@pytest.mark.parametrize(
    "text",
    [
        "cat | sudo sh", "sh <&0", "ssh web01 sh", "ssh -T web01", "docker exec -i web sh", 'eval "$(cat)"',
        ". /dev/stdin", "exec 2> log", "exec &>/dev/null", "sh 2>/dev/null", "cd /; exec bash 2>>log",
    ],
)  # fmt: skip
def test_what_reads_without_a_prompt(text: str) -> None:
    assert reads_unseen(text)


@pytest.mark.parametrize(
    "text",
    [
        "echo id | sh", "curl x | grep y", "sh", "ssh web01", "ssh -t web01 sh", "docker exec -it web sh", "",
        "make 2>log", "sh x 2>&1 | tee log", "exec 2>&1", "cat f | sh", "sh -c id", "exec 2>/dev/tty",
    ],
)  # fmt: skip
def test_what_does_not(text: str) -> None:
    assert not reads_unseen(text)
