"""Rows of readline with more than prompt and line: a mark before the prompt, a prompt it does not know."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Shell = Callable[..., Any]
BASH = ("bash", "--norc", "--noprofile")


def rows(shell: Any, **how: Any) -> list[tuple[str, str]]:
    return [(each.text, each.confidence) for each in shell.extraction(**how).commands]


@pytest.mark.parametrize("paste", ["on", "off"])
def test_the_mark_of_a_line_that_was_recalled_and_changed(shell: Shell, tmp_path: Path, paste: str) -> None:
    lines = f"set enable-bracketed-paste {paste}\nset mark-modified-lines on\n"
    (tmp_path / ".inputrc").write_text(lines)
    bash, ready = shell(*BASH, PS1="box ⊳ "), "\nbox ⊳ $|\\?2004hbox ⊳ $"
    bash.wait("box ⊳ $")
    for text in ("echo one", "echo two", "echo three"):
        bash.run(text, ready)
    bash.press("\x1b[A")
    bash.wait("three$")
    bash.type("x")
    bash.press("\x1b[A")
    bash.wait("two")
    bash.press("\x1b[B")
    bash.wait("\\*box ⊳ ")
    bash.press("\r")
    bash.wait("threex\r\n.*box ⊳ $")
    assert rows(bash)[-1][0] == "echo threex"


def test_a_prompt_that_another_command_prints(shell: Shell) -> None:
    bash = shell(*BASH, PS1="", PROMPT_COMMAND="printf 'box> '")
    ready = "box> \x1b\\[\\?2004h$"
    bash.wait(ready)
    for text in ("echo first thing", "true", "true"):
        bash.run(text, ready)
    bash.press("\x12")
    bash.wait("search")
    bash.type("first")
    bash.press("\r")
    bash.wait(f"thing\r\n{ready}")
    bash.press("\x1b[A")
    bash.wait("thing$")
    bash.press("\x01")
    bash.wait("\r$")
    bash.press("echo \r")
    bash.wait(f"echo first thing\r\n{ready}")
    found = rows(bash)
    assert [text for text, _ in found[-2:]] == ["echo first thing", "echo echo first thing"]
    assert {how for _, how in found[-2:]} <= {"high", "medium"}


@pytest.mark.parametrize("name", ["ksh", "mksh", "tcsh", "yash"])
def test_without_keys_what_may_have_been_thrown_away_is_not_sure(shell: Shell, taken: Any, name: str) -> None:
    if not shutil.which(name):
        pytest.skip(f"needs {name}")
    other = shell(name, *(("-f",) if name == "tcsh" else ()), PS1="box $ ", HOME="/nonexistent")
    other.wait("[$>#%] ?")
    ready = "[$>#%] (\x1b.*)?$"
    if name == "tcsh":
        other.run("set prompt='box $ '", "box . ")
    other.run("pwd", f"/.*\n.*{ready}")
    other.type("rm -rf x")
    other.press("\x03")
    other.wait(ready)
    other.run("pwd", f"/.*\n.*{ready}")
    assert "rm -rf x" not in dict(rows(other))
    found = taken(other.events, inputs=False, shell=name)
    assert {each.confidence for each in found.commands if each.text == "rm -rf x"} <= {"low"}
