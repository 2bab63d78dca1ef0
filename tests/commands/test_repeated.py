"""Prompts that somebody prepared: what the shell read as text is no sure command, nor code a sure text."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from sessionlens.commands import partly

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Shell = Callable[..., Any]
READY = r"me@box:~\$ $"
MORE = "> $"
COMPUTED = """PROMPT_COMMAND='[ -e p ] && PS1="> " || PS1="me@box:~$ "'"""


def started(shell: Shell, home: Path, name: str, paste: str = "off") -> Any:
    if not which(name):
        pytest.skip(f"{name} is not installed")
    (home / ".inputrc").write_text(f"set enable-bracketed-paste {paste}\n")
    (home / "victim").touch()
    argv = {"bash": ("bash", "--norc", "--noprofile"), "dash": ("dash",)}[name]
    made = shell(*argv, PS1="me@box:~$ ", HISTFILE="")
    made.wait(READY)
    return made


@pytest.mark.parametrize(("name", "paste"), [("bash", "off"), ("bash", "on"), ("dash", "off")])
@pytest.mark.parametrize(
    "lines",
    [
        ("cat <<X", "rm -rf victim", "X"),
        ("echo 'a", "rm -rf victim", "'"),
        ("while false; do", "rm -rf victim", "done"),
    ],
)
def test_a_continuation_prompt_like_the_first(
    shell: Shell, tmp_path: Path, name: str, paste: str, lines: tuple[str, ...]
) -> None:
    typist = started(shell, tmp_path, name, paste)
    typist.run('PS2="$PS1"', READY)
    for line in (*lines, "pwd"):
        typist.run(line, READY)
    assert (tmp_path / "victim").exists()
    print(typist.extraction())
    sure = [each.text for each in typist.extraction().commands if each.confidence == "high"]
    assert sure == ['PS2="$PS1"', "pwd"]


@pytest.mark.parametrize("thrown", [True, False])
@pytest.mark.parametrize(
    ("name", "begun", "end"),
    [
        ("bash", "cat <<a\\\nb\nab", "a"),
        ("zsh", ': !"', '"'),
        ("zsh", ": <1-5>", ""),
    ],
)
def test_a_first_prompt_that_looks_like_one_of_more(
    shell: Shell, tmp_path: Path, name: str, begun: str, end: str, thrown: bool
) -> None:
    if not which(name):
        pytest.skip(f"{name} is not installed")
    more = r"> (?:\x1b[^ ]*)*$"
    (tmp_path / "victim").touch()
    argv = ("zsh", "-f", "-i") if name == "zsh" else ("bash", "--norc", "--noprofile")
    typist = shell(*argv, PS1="> ", PS2="> ", HISTFILE="")
    typist.wait(more)
    for line in (*begun.split("\n"), "rm -rf victim", "\x03" if thrown else end, "pwd"):
        typist.press(line if line == "\x03" else line + "\r")
        typist.wait(r"\n[^\n]*" + more)
    assert not (tmp_path / "victim").exists()
    found = typist.extraction()
    told = [each for each in found.commands if "victim" in each.text]
    told += [each for each in found.events if each.kind == "unread" and "victim" in each.text]
    assert told
    assert all(partly(each) or each.text == "rm -rf victim" for each in found.commands if each in told)


def test_a_prompt_that_came_back_at_once_is_no_doubt(shell: Shell, tmp_path: Path) -> None:
    typist = started(shell, tmp_path, "bash")
    lines = [": a", "cd .", "echo 'a' >/dev/null", "true; # don't", "x=$((1<<2))"]
    for line in lines:
        typist.run(line, READY)
    found = typist.extraction().commands
    assert [(each.text, each.confidence) for each in found] == [(line, "high") for line in lines]


@pytest.mark.parametrize("paste", ["on", "off"])
@pytest.mark.parametrize(
    "opened", [("read -r BASH_ALIASES[x]", "{}"), ("declare -n a=BASH_ALIASES", "a[x]='{}'")]
)
def test_a_prompt_that_is_computed(shell: Shell, tmp_path: Path, paste: str, opened: tuple[str, str]) -> None:
    typist = started(shell, tmp_path, "bash", paste)
    typist.run(COMPUTED, READY)
    typist.run("X() { rm p; }", READY)
    for line, until in zip(opened, (r"\]\r\n" if opened[1] == "{}" else READY, READY), strict=True):
        typist.press(line.format(">p #") + "\r")
        typist.wait(until)
    typist.run("x <<X", MORE)
    typist.run("rm -rf victim", MORE)
    typist.run("X", READY)
    typist.run("pwd", READY)
    assert not (tmp_path / "victim").exists()
    joined = [each for each in typist.extraction().commands if "\n" in each.text]
    assert [(each.text, each.confidence) for each in joined] == [("x <<X\nrm -rf victim\nX", "medium")]
    assert all(map(partly, joined))


@pytest.mark.parametrize(("file", "sure"), [(False, "medium"), (True, "low")])
def test_a_line_that_was_run_before_the_one_that_was_thrown_away(
    shell: Shell, tmp_path: Path, file: bool, sure: str
) -> None:
    typist = started(shell, tmp_path, "bash")
    alias = "alias x=\"PS1='> ' #\""
    (tmp_path / "f").write_text(alias + "\n")
    typist.run(". ./f" if file else alias, READY)
    typist.run("rm -rf victim; x <<X", MORE)
    typist.type("y")
    typist.press("\x03")
    typist.wait(MORE)
    typist.run("PS1='me@box:~$ '", READY)
    assert not (tmp_path / "victim").exists()
    found = {each.text: each.confidence for each in typist.extraction().commands}
    assert found["rm -rf victim; x <<X"] == sure
