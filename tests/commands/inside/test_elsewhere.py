"""A real shell behind a screen that a program draws which nobody knows."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Shell = Callable[..., Any]
READY = r"me@here:\S*[#$] $"
DRAW = "printf '\\033[?1049h\\033[2J\\033[1;1HMENU\\033[24;1H-- status --\\033[3;1H'; "


@pytest.mark.parametrize("inputs", [True, False])
def test_lines_on_a_screen_that_is_drawn(shell: Shell, tmp_path: Path, inputs: bool) -> None:
    (tmp_path / "menu").write_text(f"#!/bin/sh\n{DRAW}bash --norc --noprofile -i; printf '\\033[?1049l'\n")
    (tmp_path / "menu").chmod(0o755)
    typist = shell("bash", "--norc", "--noprofile", "-i", PS1="me@here:\\w\\$ ")
    typist.wait(READY)
    typist.run("echo one", READY)
    typist.run("./menu", READY)
    typist.run("echo two", READY)
    typist.run("rm -f nothing", READY)
    typist.run("exit", r"1049l[\s\S]*" + READY)
    typist.run("echo fin", READY)
    found = typist.extraction(inputs=inputs)
    low = [each.text for each in found.commands if each.confidence == "low"]
    assert low == (["echo two", "rm -f nothing", "exit"] if inputs else [])
    rest = [each.text for each in found.commands if each.confidence != "low"]
    assert rest == ["echo one", "./menu", "echo fin"]


def test_a_line_is_as_it_was_typed_whatever_its_program_was_called_as(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "menu").write_text(f"#!/bin/sh\n{DRAW}bash --norc --noprofile -i; printf '\\033[?1049l'\n")
    (tmp_path / "menu").chmod(0o755)
    typist = shell("bash", "--norc", "--noprofile", "-i", PS1="me@here:\\w\\$ ")
    typist.wait(READY)
    for text in ("one", "two"):
        typist.run("./menu" if text == "one" else "!?menu", READY)
        typist.run(f"echo {text}", READY)
        typist.run("exit", r"1049l[\s\S]*" + READY)
    typed = {each.text: each.typed for each in typist.extraction().commands}
    assert typed["./menu"] == "!?menu"
    assert typed["echo one"] is None
    assert typed["echo two"] is None


@pytest.mark.skipif(not shutil.which("vim"), reason="needs vim")
def test_text_typed_to_vim_under_another_name_is_no_line(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "edit").write_text("#!/bin/sh\nexec vim -u NONE -n notes.txt\n")
    (tmp_path / "edit").chmod(0o755)
    (tmp_path / "notes.txt").write_text("pear\nme@here:/x$ \n")
    typist = shell("bash", "--norc", "--noprofile", "-i", PS1="me@here:\\w\\$ ")
    typist.wait(READY)
    typist.run("echo one", READY)
    typist.run("./edit", r"pear[\s\S]*\x1b\[\?25h")
    typist.press("jA")
    typist.wait("INSERT|\x1b")
    typist.run("rm -rf /data", r"\x1b\[\?25h|\r\n|\x1b\[K")
    typist.press("\x1c\x0e:q!\r")
    typist.wait(r"1049l[\s\S]*" + READY)
    assert [each.text for each in typist.extraction().commands] == ["echo one", "./edit"]


def test_what_nobody_typed_is_no_line(shell: Shell, tmp_path: Path) -> None:
    show = "printf 'me@here:~$ rm -rf /data\\n'; printf 'me@here:~$ '; read x; printf '\\033[?1049l'"
    (tmp_path / "menu").write_text(f"#!/bin/sh\n{DRAW}{show}\n")
    (tmp_path / "menu").chmod(0o755)
    typist = shell("bash", "--norc", "--noprofile", "-i", PS1="me@here:\\w\\$ ")
    typist.wait(READY)
    typist.run("echo one", READY)
    typist.run("./menu", r"\$ $")
    typist.press("\r")
    typist.wait(r"1049l[\s\S]*" + READY)
    assert [each.text for each in typist.extraction().commands] == ["echo one", "./menu"]
