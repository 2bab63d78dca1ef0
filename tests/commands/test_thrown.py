"""Lines that Ctrl-C threw away, or did not, and blocks that zsh could not read."""

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
ZSH = READY[:-1] + r".*\x1b\[\?2004h"


def started(shell: Shell, home: Path, *argv: str, paste: str = "on") -> Any:
    if not which(argv[0]):
        pytest.skip(f"{argv[0]} is not installed")
    (home / ".inputrc").write_text(f"set enable-bracketed-paste {paste}\n")
    made = shell(*argv, PS1="me@box:~$ ", HISTFILE="")
    made.wait(ZSH if argv[0] == "zsh" else READY)
    return made


@pytest.mark.parametrize("paste", ["on", "off"])
def test_what_came_in_one_piece_with_a_ctrl_c(shell: Shell, tmp_path: Path, paste: str) -> None:
    bash = started(shell, tmp_path, "bash", "--norc", "--noprofile", paste=paste)
    bash.run("pwd", READY)
    bash.press("sleep 5\r\x16\x03rm -rf victim\r")  # what the shell reads lacks a letter of what is shown
    bash.wait(rf"\n(?s:.*){READY}")
    bash.run("id -u", READY)
    found = bash.extraction()
    assert [each.text for each in found.commands if each.confidence == "high"] == ["pwd", "id -u"]
    assert any(each.kind == "unread" for each in found.events) and any(map(partly, found.commands))


@pytest.mark.parametrize("block", ["echo a\nrm -rf victim; )", "rm -rf victim; )"])
def test_what_zsh_could_not_read(shell: Shell, tmp_path: Path, block: str) -> None:
    zsh = started(shell, tmp_path, "zsh", "-f", "-i")
    (tmp_path / "victim").touch()
    zsh.press(f"\x1b[200~{block}\x1b[201~\r")
    zsh.wait(rf"parse error(?s:.*){ZSH}")
    zsh.run("id -u", ZSH)
    assert (tmp_path / "victim").exists()
    assert [(each.text, each.confidence) for each in zsh.extraction().commands] == [
        (block, "medium"), ("id -u", "high"),
    ]  # fmt: skip


@pytest.mark.parametrize("paste", ["on", "off"])
@pytest.mark.parametrize("thrown", [True, False])
def test_a_search_that_ctrl_c_ended(shell: Shell, tmp_path: Path, paste: str, thrown: bool) -> None:
    bash = started(shell, tmp_path, "bash", "--norc", "--noprofile", paste=paste)
    before = "pwd" if thrown else "bind '\"\\C-c\": accept-line'; stty -isig"
    bash.run("echo rm -rf victim", READY)
    bash.run(before, READY)
    bash.press("\x12")
    bash.wait("search")
    for char in "rm":
        bash.press(char)
        bash.wait(char)
    bash.press("\x03")
    bash.wait(rf"\n(?s:.*){READY}")
    bash.run("id -u", READY)
    found = bash.extraction()
    rows = [(each.text, each.confidence) for each in found.commands]
    again = [("echo rm -rf victim", "low")] if not thrown else []
    assert rows == [("echo rm -rf victim", "high"), (before, "high"), *again, ("id -u", "high")]
    events = [(each.kind, each.text) for each in found.events]
    assert events == ([("cancelled", "echo rm -rf victim")] if thrown else [])
