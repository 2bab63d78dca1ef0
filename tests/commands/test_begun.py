"""Lines begun before a prompt came that looks like none: whole where the row says so, else never sure."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from sessionlens.commands import partly
from sessionlens.commands.begun import BEGUN, EATEN

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Shell = Callable[..., Any]
LINES = [("mkdir -", "p victim/a"), ("rm -rf ", "victim"), ("ls -la ", "/dev/null"), ("echo", " last")]
WHOLE = [begun + rest for begun, rest in LINES]


class Gated:
    """A bash whose prompt comes once something was written to its gate; `truth` is what it says it ran."""

    def __init__(self, shell: Shell, home: Path, prompt: str, paste: bool) -> None:
        if not which("bash"):
            pytest.skip("bash is not installed")
        self.gate, self.log, self.end = home / "gate", home / "log", prompt.split()[-1]
        os.mkfifo(self.gate)
        (home / "inputrc").write_text(f"set enable-bracketed-paste {'on' if paste else 'off'}\n")
        first = f"history 1 >> {self.log}; read -r _ < {self.gate}"
        self.typist = shell(
            "bash", "--norc", PROMPT_COMMAND=first, PS1=prompt, INPUTRC=str(home / "inputrc"), HISTFILE=""
        )

    def line(self, begun: str, key: str, rest: str) -> None:
        """A line whose beginning, and maybe another key, was typed before its prompt came."""
        for char in begun:
            self.typist.press(char)
            self.typist.wait(re.escape(char))
        if key:
            self.typist.press(key)
            self.typist.wait(re.escape(f"^{chr(ord(key[0]) + 64)}"))
        self.gate.write_text("go\n")
        self.typist.wait(rf"{self.end}(?s:.)*{re.escape(begun[:4].strip())}")
        self.typist.press(rest + "\r")
        self.typist.wait("\r\n")

    def truth(self) -> list[str]:
        self.gate.write_text("go\n")
        self.typist.wait(self.end)
        return [line.split(maxsplit=1)[1].strip() for line in self.log.read_text().splitlines()]


@pytest.mark.parametrize("paste", [True, False])
@pytest.mark.parametrize("prompt", ["work", "me at work", r"root@vm:\W# "])
def test_every_line_is_begun_early(shell: Shell, tmp_path: Path, prompt: str, paste: bool) -> None:
    bash = Gated(shell, tmp_path, prompt, paste)
    bash.end = prompt.split()[-1].replace(r"\W", ".*")
    for begun, rest in LINES:
        bash.line(begun, "", rest)
    assert bash.truth() == WHOLE
    found = bash.typist.extraction().commands
    assert [each.text for each in found] == WHOLE


@pytest.mark.parametrize("paste", [True, False])
@pytest.mark.parametrize("key", ["\x01", "\x1bb"])
def test_what_another_key_changed_before_the_prompt(
    shell: Shell, tmp_path: Path, key: str, paste: bool
) -> None:
    bash = Gated(shell, tmp_path, "work", paste)
    for begun, pressed, rest in [
        ("mkdir -", "", "p victim/a"),
        ("rm -rf vic", key, "im"),
        ("echo d", "", "one"),
    ]:
        bash.line(begun, pressed, rest)
    truth = bash.truth()
    found = bash.typist.extraction()
    assert {each.text for each in found.commands if each.confidence == "high"} <= set(truth)
    assert any(map(partly, found.commands)) or "unread" in {each.kind for each in found.events}
    if paste and key == "\x01":
        told = [(each.text, each.evidence.prompt, each.evidence.reason) for each in found.commands]
        assert told[:2] == [("mkdir -p victim/a", "work", BEGUN), ("im", "rm -", EATEN)]


@pytest.mark.parametrize("paste", [True, False])
def test_a_beginning_that_ends_as_the_prompt_does(shell: Shell, tmp_path: Path, paste: bool) -> None:
    bash = Gated(shell, tmp_path, r"root@vm:~# ", paste)
    lines = [("echo a", "b"), ("echo #", "x"), ("echo a", "b")]
    for begun, rest in lines:
        bash.line(begun, "", rest)
    assert bash.truth() == [begun + rest for begun, rest in lines]
    found = bash.typist.extraction().commands
    assert [(each.text, each.confidence) for each in found] == [
        (begun + rest, "high") for begun, rest in lines
    ]
