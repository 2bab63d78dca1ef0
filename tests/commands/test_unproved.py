"""Lines that nobody saw come, at the shell's prompt: a row where they are known, and never nothing."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from sessionlens.commands import HIDDEN, Extraction

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Shell = Callable[..., Any]
READY = r"me@box:~\$ $"


def bash(shell: Shell, home: Path) -> Any:
    """A bash that nobody sees take a line."""
    if not which("bash"):
        pytest.skip("bash is not installed")
    (home / ".inputrc").write_text("set enable-bracketed-paste off\n")
    (home / "victim").touch()
    started = shell("bash", "--norc", "--noprofile", PS1="me@box:~$ ", HISTFILE="")
    started.wait(READY)
    return started


def unread(found: Extraction) -> list[str]:
    return [each.text for each in found.events if each.kind == "unread"]


@pytest.mark.parametrize(
    ("keys", "text", "confidence"),
    [
        ("rm -rf vi\t /nonexistent\r", "rm -rf victim  /nonexistent", "medium"),
        ("rm -rf VICTIM\x1bb\x1bl\r", "rm -rf victim", "high"),
        ("rm -rf xx victim\x1bb\x1bb\x1bd\r", "rm -rf  victim", "high"),
    ],
)
def test_a_line_sent_in_one_piece(
    shell: Shell, tmp_path: Path, keys: str, text: str, confidence: str
) -> None:
    started = bash(shell, tmp_path)
    started.run("echo victim", READY)
    started.press(keys)
    started.wait(READY)
    started.run("id -u", READY)
    assert not (tmp_path / "victim").exists()
    found = started.extraction()
    assert [each.text for each in found.commands] == ["echo victim", text, "id -u"]
    assert found.commands[1].confidence == confidence
    assert unread(found) == []


@pytest.mark.parametrize(
    ("bound", "keys"), [('"Z": "rm -rf v"', "Zictim\r"), ('"\\C-t": "rm -rf victim"', "\x14\r")]
)
def test_one_that_cannot_be_told_from_a_secret(shell: Shell, tmp_path: Path, bound: str, keys: str) -> None:
    started = bash(shell, tmp_path)
    started.run(f"bind '{bound}'", READY)
    started.press(keys)
    started.wait(READY)
    started.run("id -u", READY)
    assert not (tmp_path / "victim").exists()
    found = started.extraction()
    assert "rm -rf victim" in [each.text for each in found.commands] or HIDDEN in unread(found)


@pytest.mark.parametrize(
    ("bound", "keys"),
    [
        ('"Z": "rm -rf victim\\n"', "Z"),
        ('"\\C-t": "; rm -rf victim\\n"', "ls\x14"),
        ('"\\C-t": " -rf victim\\n"', "rm\x14"),
        ('"\\C-x9": "rm -rf victim\\n"', "\x189"),
        ('"Z": accept-line', "rm -rf victimZ"),
        ('"\\C-t": accept-line', "rm -rf victim\x14"),
    ],
)
@pytest.mark.parametrize("ahead", [False, True])
def test_a_line_that_another_key_ended(
    shell: Shell, tmp_path: Path, bound: str, keys: str, ahead: bool
) -> None:
    started = bash(shell, tmp_path)
    started.run("pwd", READY)
    started.run(f"bind '{bound}'", READY)
    for key in re.findall("\x18.|.", keys)[:-1]:
        started.press(key)
        started.wait("")
    started.press(re.findall("\x18.|.", keys)[-1] + "id" * ahead)
    started.wait(rf"\n{READY[:-1]}{'id' * ahead}$")
    started.run(" -u" if ahead else "id -u", READY)
    assert not (tmp_path / "victim").exists()
    found = started.extraction()
    listed = "\n".join(each.text for each in found.commands)
    assert any("rm -rf victim" in each or each == HIDDEN for each in unread(found)), listed
    assert {each.text for each in found.commands if each.confidence == "high"} <= {
        "pwd", f"bind '{bound}'", "id -u",
    }  # fmt: skip


@pytest.mark.parametrize("argv", [("bash", "--norc", "--noprofile"), ("dash",)])
@pytest.mark.parametrize("script", ["sh -c 'stty -echo'", "./quiet"])
def test_blind_lines_behind_a_script(
    shell: Shell, tmp_path: Path, argv: tuple[str, ...], script: str
) -> None:
    if not which(argv[0]):
        pytest.skip(f"{argv[0]} is not installed")
    (tmp_path / ".inputrc").write_text("set enable-bracketed-paste off\n")
    (tmp_path / "victim").touch()
    (tmp_path / "quiet").write_text("#!/bin/sh\nstty -echo\n")
    (tmp_path / "quiet").chmod(0o755)
    started = shell(*argv, PS1="me@box:~$ ")
    started.wait(READY)
    started.run(script, READY)
    for line in ("rm -rf victim", "stty echo"):
        started.press(f"{line}\r")
        started.wait(READY)
    started.run("id -u", READY)
    assert not (tmp_path / "victim").exists()
    found = started.extraction()
    assert [each.text for each in found.commands] == [script, "id -u"]
    assert unread(found) == [HIDDEN, HIDDEN]


def test_a_password_is_no_such_line(shell: Shell, tmp_path: Path) -> None:
    started = bash(shell, tmp_path)
    started.type("read -rsp 'Password: ' x")
    started.press("\r")
    started.wait("Password: $")
    started.wait_blind()
    started.press("s3cr3t")
    started.press("\r")
    started.wait(READY)
    started.run("id -u", READY)
    found = started.extraction()
    assert [each.kind for each in found.events] == ["hidden input"]


def test_a_list_of_completions_ends_no_line(shell: Shell, tmp_path: Path) -> None:
    started = bash(shell, tmp_path)
    (tmp_path / "view").touch()
    started.run("pwd", READY)
    started.type("ls vi")
    started.press("\t")
    started.press("\t")
    started.wait(r"victim +view +\r\nme@box:~\$ ls vi$")
    started.press("c\t")
    started.wait("ctim $")
    started.press("\r")
    started.wait(READY)
    found = started.extraction()
    assert [each.kind for each in found.events] == []


SHELLS = [("bash", "on"), ("bash", "off"), ("dash", "off")]


def begun(shell: Shell, home: Path, name: str, paste: str) -> Any:
    """A shell with a script that switches the echo off and waits."""
    if not which(name):
        pytest.skip(f"{name} is not installed")
    (home / ".inputrc").write_text(f"set enable-bracketed-paste {paste}\n")
    (home / "victim").touch()
    os.mkfifo(home / "go")
    argv = {"bash": ("bash", "--norc", "--noprofile"), "dash": ("dash",)}[name]
    started = shell(*argv, PS1="me@box:~$ ", HISTFILE="")
    started.wait(READY)
    started.run("pwd", READY)
    return started


@pytest.mark.parametrize(("name", "paste"), SHELLS)
@pytest.mark.parametrize("more", ["", "; stty echo"])
def test_what_was_typed_blind_and_ahead(
    shell: Shell, tmp_path: Path, name: str, paste: str, more: str
) -> None:
    started = begun(shell, tmp_path, name, paste)
    started.type("sh -c 'stty -echo; echo begun; read x <go'")
    started.press("\r")
    started.wait(r"[\r\n]begun\r\n")
    started.press(f"rm -rf victim{more}\r")
    (tmp_path / "go").write_text("\n")
    started.wait(rf"(?s){READY[:-1]}.*{READY}")
    if not more:
        started.press("stty echo\r")
        started.wait(READY)
    started.run("id -u", READY)
    assert not (tmp_path / "victim").exists()
    found = started.extraction()
    assert HIDDEN in unread(found)
    assert "hidden input" not in {each.kind for each in found.events}
    assert not any("victim" in each.text for each in (*found.commands, *found.events))


@pytest.mark.parametrize(("name", "paste"), SHELLS)
def test_a_program_that_asks_for_a_secret(shell: Shell, tmp_path: Path, name: str, paste: str) -> None:
    started = begun(shell, tmp_path, name, paste)
    started.type("sh -c 'stty -echo; printf Pass:; read x; stty echo; echo; cat go'")
    started.press("\r")
    started.wait("Pass:$")
    started.press("s3cr3t\r")
    started.wait("\r\n")
    (tmp_path / "go").write_text("ok")
    started.wait(READY)
    started.press("\r")
    started.wait(READY)
    started.run("id -u", READY)
    assert [each.kind for each in started.extraction().events] == ["hidden input"]
