"""Commands that are run from inside real full-screen programs, and what only looks like one."""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .vim import READY, RETURN, Vim

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Shell = Callable[..., Any]
BASH = ("bash", "--norc", "--noprofile", "-i")
DONE = r"done  \(press RETURN\)"


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not shutil.which(program), reason=f"needs {program}")


@pytest.fixture
def bash(shell: Shell, tmp_path: Path) -> Callable[..., Any]:
    """A bash in a folder with files to look at."""
    (tmp_path / "notes.txt").write_text("pear\napple\nfig\nme@here:~# rm -rf /data\n")
    (tmp_path / "long.txt").write_text("".join(f"line {at} of this file\n" for at in range(90)))

    def start(**more: Any) -> Any:
        typist = shell(*BASH, PS1="me@here:\\w\\$ ", **more)
        typist.wait(READY)
        return typist

    return start


def rows(found: Any, kind: str = "editor") -> list[tuple[str, str]]:
    return [(each.text, each.context) for each in found.commands if each.kind == kind]


STEPS = [
    Vim.bang, Vim.expanded, Vim.again, Vim.recalled, Vim.read, Vim.filtered, Vim.this_line, Vim.written,
    Vim.silent, Vim.mistyped, Vim.given_up, Vim.inserted, Vim.searched,
]  # fmt: skip


@needs("vim")
def test_what_was_typed_to_vim_and_when_it_ended(bash: Shell) -> None:
    vim = Vim(bash(), random.Random(0))
    vim.open("vim -n notes.txt")
    vim.ask(":!true", "true", RETURN)
    vim.back()
    vim.expanded()
    vim.typist.type(":q!")
    vim.typist.press("\r")
    vim.typist.wait(READY)
    found = [each for each in vim.typist.extraction(each_ns=60_000_000).commands if each.kind == "editor"]
    assert [(each.text, each.typed) for each in found] == [("true", None), ("wc -l notes.txt", ":!wc -l %")]
    assert [each.evidence.model for each in found] == ["true", "wc -l %"]
    assert all(each.end_ns is not None and each.end_ns >= each.taken_ns for each in found)


@needs("vim")
@pytest.mark.parametrize("seed", range(6))
def test_command_lines_of_vim(bash: Shell, seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    typist = bash(size=draw.choice([(80, 24), (100, 30), (61, 18)]))
    typist.run("alias edit=vim", READY)
    vim = Vim(typist, draw)
    vim.open(draw.choice(["vim notes.txt", "vim -u NONE -N notes.txt", "edit notes.txt", "view notes.txt"]))
    for step in draw.sample(STEPS, 7):
        step(vim)
    vim.leave()
    typist.run("echo fin", "fin[^$]*" + READY)
    found = typist.extraction()
    inner = [each for each in found.commands if each.kind == "editor"]
    assert [each.text for each in inner] == [text for text, _ in vim.ran]
    assert [each.confidence for each in inner] == [confidence for _, confidence in vim.ran]
    assert {each.context for each in inner} <= {"bash > vim", "bash > view"}
    assert "rm -rf" not in repr([each.text for each in found.commands])
    outputs = {each.text: each.output for each in inner}
    assert outputs.get("echo one  two", "one two") == "one two"
    assert [each.context for each in found.commands if each.kind == "shell"] == ["bash"] * 3
    offsets = [each.accepted for each in found.commands]
    assert offsets == sorted(set(offsets))


@needs("vim")
def test_a_shell_that_vim_leaves_open(bash: Shell) -> None:
    typist = bash(SHELL="/bin/bash", HOME="/nonexistent", size=(120, 30))
    typist.run("vim notes.txt", r"pear[\s\S]*\x1b\[\?25h")
    typist.run(":sh", r"[#$] $")
    typist.run("pwd", r"[#$] $")
    typist.run("exit", r"pear[\s\S]*\x1b\[\?25h")
    typist.run(":!bash --norc", r"[#$] $")
    typist.run("id -u", r"[#$] $")
    typist.run("exit", RETURN)
    typist.press("\r")
    typist.wait(r"pear[\s\S]*\x1b\[\?25h")
    typist.run(":!false", "shell returned 1[^$]*" + RETURN)
    typist.run(":q!", READY)
    typist.run("echo fin", "fin[^$]*" + READY)
    assert [(each.text, each.context, each.exit_code) for each in typist.extraction().commands] == [
        ("vim notes.txt", "bash", None),
        ("pwd", "bash > vim > bash", None),
        ("exit", "bash > vim > bash", None),
        ("bash --norc", "bash > vim", None),
        ("id -u", "bash > vim > bash", None),
        ("exit", "bash > vim > bash", None),
        ("false", "bash > vim", 1),
        ("echo fin", "bash", None),
    ]


@needs("vim")
def test_an_editor_that_git_starts(bash: Shell, tmp_path: Path) -> None:
    who = {f"GIT_{role}_{what}": "a@b" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    typist = bash(GIT_EDITOR="vim", GIT_CONFIG_GLOBAL="/dev/null", **who)
    typist.run("git init -q . && git add notes.txt", READY)
    typist.run("git commit", r"~[\s\S]*\x1b\[\?25h")
    typist.run(":!git status -s", RETURN)
    typist.press("\r")
    typist.wait(r"\x1b\[\?1049h[\s\S]*\x1b\[\?25h")
    typist.run(":q!", READY)
    assert rows(typist.extraction()) == [("git status -s", "bash > vim")]


@needs("vim")
def test_output_alone_tells_what_vim_ran(bash: Shell) -> None:
    typist = bash()
    typist.run("vim notes.txt", r"pear[\s\S]*\x1b\[\?25h")
    typist.run(":!echo one two", RETURN)
    typist.press("\r")
    typist.wait(r"pear[\s\S]*\x1b\[\?25h")
    typist.run(":%!sort", "filtered")
    typist.press("O")
    typist.wait("INSERT")
    typist.run(":!rm -rf /data", r"\x1b\[\?25h")
    typist.press("\x1c\x0e")
    typist.wait(r"\x1b\[K")
    typist.run(":q!", READY)
    found = typist.extraction(inputs=False, each_ns=60_000_000)
    inner = [each for each in found.commands if each.kind == "editor"]
    assert [(each.text, each.confidence) for each in inner] == [
        ("echo one two", "medium"),
        ("sort", "medium"),
    ]
    assert all(each.context.endswith("sh > vim") for each in inner)


@needs("less")
def test_command_lines_of_less(bash: Shell, tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("".join(f"!rm -rf /data{at}\n" for at in range(90)))
    typist = bash(LESSHISTFILE="-")
    typist.run("less long.txt", "long.txt")
    typist.press("\r\r")
    typist.wait("data2[45]")
    typist.run("!echo one", DONE)
    typist.press("\r")
    typist.wait("skipping")
    typist.run("!!", DONE)
    typist.press("\r")
    typist.wait("skipping")
    typist.press("|$")
    typist.wait("!")
    typist.run("wc -l", DONE)
    typist.press("\r")
    typist.wait("data[0-9]")
    typist.press("/")
    typist.wait("/")
    typist.press("!rm\r")  # the first character is an order to less
    typist.wait("data")
    typist.type("!rm -rf /data")
    typist.press("\x15")
    typist.wait("\x08| ")
    typist.press("\x7f")
    typist.wait(":")
    typist.press("q")
    typist.wait(READY)
    found = typist.extraction()
    assert rows(found) == [(text, "bash > less") for text in ("echo one", "echo one", "wc -l")]
    assert [each.confidence for each in found.commands if each.kind == "editor"] == ["high", "medium", "high"]
    outputs = [each.output for each in found.commands if each.kind == "editor"]
    assert outputs[:2] == ["one", "one"] and outputs[2].isdigit()


@needs("less")
@pytest.mark.parametrize(
    "pager", ["less -X long.txt", "cat long.txt | less", "git log --no-index long.txt", "more long.txt"]
)
def test_other_ways_to_a_pager(bash: Shell, pager: str) -> None:
    if pager.startswith("git"):
        pager = "git --no-optional-locks -c core.pager='less -FRX' diff --no-index /dev/null long.txt"
    typist = bash(LESS="", LESSHISTFILE="-")
    typist.run(pager, r"line 1[0-9] of[\s\S]*(?::|long.txt|More)")
    more = pager.startswith("more")
    typist.run("!echo one two", "-{24}" if more else DONE)
    if not more:
        typist.press("\r")
        typist.wait("skipping")
    typist.press("q")
    typist.wait(READY)
    found = typist.extraction()
    assert rows(found) == [("echo one two", "bash > more" if more else "bash > less")]
    assert next(each for each in found.commands if each.kind == "editor").output == "one two"


@needs("nano")
def test_commands_that_nano_executes(bash: Shell) -> None:
    typist = bash()
    typist.run("nano notes.txt", r"apple[\s\S]*\x1b\[\?25h")
    typist.run("me@here:~# rm -rf /data", r"\x1b\[\?25h")
    typist.press("\x14")
    typist.wait("to execute")
    typist.run("echo one", "Read 1 line")
    typist.press("\x14")
    typist.wait("to execute")
    typist.type("rm -rf /data")
    typist.press("\x03")
    typist.wait("Cancelled")
    typist.press("\x18")
    typist.wait("Save modified")
    typist.press("n")
    typist.wait(READY)
    assert rows(typist.extraction()) == [("echo one", "bash > nano")]
    assert "rm -rf" not in repr([each.text for each in typist.extraction().commands])


@needs("mc")
@pytest.mark.parametrize("same", [True, False])
def test_the_prompt_below_the_panels_of_mc(bash: Shell, tmp_path: Path, same: bool) -> None:
    prompt = "me@here" if same else "other"
    (tmp_path / ".bashrc").write_text(f"PS1='{prompt}:\\w\\$ '\n")
    ready = rf"{prompt}:\S*[#$] "
    typist = bash(SHELL="/bin/bash", size=(100, 30))
    typist.run("mc -u -b" if not same else "mc -b", "10.{0,60}Quit")
    if not same:
        typist.press("\x1b[21~")
        typist.wait(READY)
        typist.run("mc -b", "10.{0,60}Quit")
    typist.type("echo one")
    typist.press("\r")
    typist.wait(r"one\r\n[\s\S]*10.{0,60}Quit")
    typist.press("\x0f")
    typist.wait(ready)
    typist.press("\r")  # mc hands over to its shell some time after that prompt is back on the screen
    typist.wait(r"\n[\s\S]*" + ready)
    typist.run("echo two", r"two\r\n[\s\S]*" + ready)
    typist.press("\x0f")
    typist.wait("10.{0,60}Quit")
    typist.press("\x1b!")
    typist.wait("Filter command")
    typist.run("id -u", "UnWrap")
    typist.press("\x1b[21~")
    typist.wait("10.{0,60}(?:Quit)?[\\s\\S]*Left")
    typist.press("\x1b[21~")
    typist.wait(READY)
    typist.run("echo fin", "fin[^$]*" + READY)
    found = [(each.text, each.kind, each.context) for each in typist.extraction().commands]
    assert found[-4:] == [
        ("echo one", "editor", "bash > mc"),
        ("echo two", "shell", "bash > mc > bash"),
        ("id -u", "editor", "bash > mc"),
        ("echo fin", "shell", "bash"),
    ]
    typist.extraction(inputs=False, each_ns=20_000_000)  # in time, which conftest.py sees to


@needs("vim")
def test_what_a_file_shows_of_an_editor_is_no_command(bash: Shell, tmp_path: Path) -> None:
    typist = bash()
    typist.run("vim notes.txt", r"pear[\s\S]*\x1b\[\?25h")
    typist.run(":!echo one", RETURN)
    typist.press("\r")
    typist.wait(r"pear[\s\S]*\x1b\[\?25h")
    typist.run(":q!", READY)
    told = b"".join(data for _, stream, data in typist.events if stream == "o")
    (tmp_path / "told").write_bytes(told)
    typist.run("cat told", r"\x1b\[\?1049l[\s\S]*" + READY)
    typist.run("cat", r"\x1b\[\?2004l\r")
    typist.run(":!rm -rf /data", "data\r\n")
    typist.press("\x04")
    typist.wait(READY)
    for inputs in (True, False):
        assert "rm -rf" not in repr([each.text for each in typist.extraction(inputs=inputs).commands])
    assert rows(typist.extraction()) == [("echo one", "bash > vim")]


@needs("vim")
def test_lines_that_come_back_late(bash: Shell) -> None:
    typist = bash()
    typist.run("true", READY)
    typist.run("vim notes.txt", r"pear[\s\S]*\x1b\[\?25h")
    typist.run(":!echo one two", RETURN)
    typist.press("\r")
    typist.wait(r"pear[\s\S]*\x1b\[\?25h")
    typist.run(":r !echo three", r"three[\s\S]*\x1b\[\?25h")
    typist.run(":q!", READY)
    assert rows(typist.extraction(lag_ns=180_000_000, each_ns=40_000_000)) == [
        ("echo one two", "bash > vim"),
        ("echo three", "bash > vim"),
    ]
