"""Every line is begun before its prompt is drawn: by a slow PROMPT_COMMAND, precmd or `$(…)` in PS1."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import Any

import pytest

import sessionlens as sl
from sessionlens.commands import partly

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Shell = Callable[..., Any]
LINES = [
    ("cd wo", "rk"),
    ("mkdir -", "p victim/a"),
    ("rm -rf ", "victim"),
    ("ls -la ", "/dev/null"),
    ("cat /et", "c/hostname"),
    ("echo", " last"),
]
GATE = "read -r _ < {}"


def needs(name: str) -> Any:
    return pytest.mark.skipif(which(name) is None, reason=f"{name} is not installed")


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """What each prompt waits for: it is drawn once something was written there."""
    os.mkfifo(tmp_path / "gate")
    (tmp_path / "work").mkdir()
    return tmp_path / "gate"


def bash(shell: Shell, gate: Path, prompt: str = r"root@vm:\w# ", paste: bool = True) -> Any:
    inputrc = gate.with_name("inputrc")
    inputrc.write_text(f"set enable-bracketed-paste {'on' if paste else 'off'}\n")
    made = {"PROMPT_COMMAND": GATE.format(gate), "PS1": prompt, "INPUTRC": str(inputrc), "HISTFILE": ""}
    return shell("bash", "--norc", **made)


def zsh(shell: Shell, gate: Path) -> Any:
    gate.with_name(".zshrc").write_text(f"precmd() {{ {GATE.format(gate)} }}\nPS1='root@vm:%~# '\n")
    return shell("zsh", "-d", ZDOTDIR=str(gate.parent))


def dash(shell: Shell, gate: Path) -> Any:
    return shell("dash", PS1=f"$({GATE.format(gate)}; echo ${{PWD##*/}})# ", ENV="")


def typed(
    started: Any, gate: Path, begun: str, rest: str, *, mark: str = "# ", redrawn: str | None = None
) -> None:
    """A line whose beginning was typed before its prompt came."""
    for char in begun:
        started.press(char)
        started.wait(re.escape(char) if char.strip() else "[ \t\x1b\x08]")
    with gate.open("w") as opened:
        opened.write("go\n")
    wanted = mark + (begun if redrawn is None else redrawn)
    started.until(
        lambda terminal: (
            any(row.rstrip().endswith(wanted.rstrip()) for row in terminal.display)
            and terminal.display[terminal.cursor.y].rstrip().endswith(wanted.rstrip())
        )
    )
    started.type(rest)
    started.press("\r")
    started.wait("\r\n")


def told(started: Any) -> list[tuple[str, str]]:
    return [(command.text, command.confidence) for command in started.extraction().commands]


WHOLE = [begun + rest for begun, rest in LINES]


def honest(started: Any, words: str) -> bool:
    """Is it found, or said that not everything could be seen?"""
    found = started.extraction()
    hit = any(sl.ran(command.text, words) for command in found.commands)
    unread = any(event.kind == "unread" for event in found.events)
    return hit or unread or any(map(partly, found.commands))


@needs("bash")
@pytest.mark.parametrize("prompt", [r"root@vm:\w# ", "me at work: "])
@pytest.mark.parametrize("paste", [True, False])
def test_bash(shell: Shell, gate: Path, prompt: str, paste: bool) -> None:
    started = bash(shell, gate, prompt, paste)
    for begun, rest in LINES:
        typed(started, gate, begun, rest, mark=prompt[-2:])
    found = told(started)
    assert [text for text, _ in found] == WHOLE
    assert not paste or {how for _, how in found} == {"high"}


@needs("zsh")
def test_zsh(shell: Shell, gate: Path) -> None:
    started = zsh(shell, gate)
    for begun, rest in LINES:
        typed(started, gate, begun, rest)
    assert told(started) == [(text, "high") for text in WHOLE]


@needs("dash")
def test_dash(shell: Shell, gate: Path) -> None:
    started = dash(shell, gate)
    for begun, rest in LINES:
        typed(started, gate, begun, rest, redrawn="")
    assert told(started) == [(text, "high") for text in WHOLE]


@needs("bash")
@pytest.mark.parametrize("paste", [True, False])
def test_a_prompt_that_ends_within_a_word(shell: Shell, gate: Path, paste: bool) -> None:
    """Nothing tells where it ends: no wrong line is sure, and none is forgotten."""
    started = bash(shell, gate, "work", paste)
    for begun, rest in LINES:
        typed(started, gate, begun, rest, mark="work")
    assert {text for text, how in told(started) if how == "high"} <= set(WHOLE)
    assert honest(started, "rm -rf")


@needs("bash")
def test_a_word_completed_before_the_prompt(shell: Shell, gate: Path) -> None:
    """What Tab brought stands behind the prompt, and no key tells of it."""
    started = bash(shell, gate)
    gate.with_name("victim").mkdir()
    for begun, brought in [("ls -d vic", "tim/"), ("file vic", "tim/"), ("rm -rf vic", "tim/")]:
        typed(started, gate, begun + "\t", "", redrawn=begun + brought)
    found = [text for text, how in told(started) if how == "high"]
    assert found == []
    assert honest(started, "rm -rf")
