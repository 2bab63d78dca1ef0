"""Lines pasted while something runs, and what becomes of them: run, eaten, or thrown away by Ctrl-C."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sessionlens.commands import Extraction

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Shell = Callable[..., Any]
READY = r"me@box:~\$ "
SHELLS = {"bash": ["bash", "--norc", "--noprofile"], "zsh": ["zsh", "-f", "-i"], "dash": ["dash"]}
LONG = "sh -c 'echo begun; exec sleep 60'"
SECOND = "rm -rf victim"


def started(shell: Shell, home: Path, name: str, paste: str = "off") -> Any:
    """A shell at its first prompt but one; bash with or without bracketed paste."""
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    (home / ".inputrc").write_text(f"set enable-bracketed-paste {paste}\n")
    (home / "victim").touch()
    typist = shell(*SHELLS[name], PS1="me@box:~$ ")
    end = READY + (r".*\x1b\[\?2004h" if name == "zsh" else "$")
    typist.wait(end)
    typist.run("pwd", end)
    return typist


def told(found: Extraction) -> list[tuple[str, str]]:
    """What may be the second line: a row of it, or an event that keeps "not there" from being said."""
    rows = [("row", each.confidence) for each in found.commands if SECOND in each.text]
    return rows + [(each.kind, each.text) for each in found.events if each.kind == "unread"]


@pytest.mark.parametrize("key", ["\x03", "\x1c", "\x1a"])
@pytest.mark.parametrize("typed", ["wo", ""])
@pytest.mark.parametrize(("name", "paste"), [("bash", "off"), ("bash", "on"), ("zsh", ""), ("dash", "")])
def test_a_pasted_line_that_a_key_threw_away(
    shell: Shell, tmp_path: Path, name: str, paste: str, typed: str, key: str
) -> None:
    typist = started(shell, tmp_path, name, paste)
    typist.press(f"{LONG}\r{SECOND}\r")
    typist.wait("[\r\n]begun\r\n")
    if typed:
        typist.press(typed)
        typist.wait("wo")
    typist.press(key)
    typist.wait(READY)
    typist.press("\r")
    typist.wait(READY)
    assert (tmp_path / "victim").exists()
    found = told(typist.extraction())
    assert found and ("row", "high") not in found


def test_a_paste_that_ends_in_ctrl_c(shell: Shell, tmp_path: Path) -> None:
    bash = started(shell, tmp_path, "bash")
    bash.press(f"sleep 60\r{SECOND}\rwo\x03")
    bash.wait(READY)
    bash.press("\r")
    bash.wait(READY)
    assert told(bash.extraction())


def test_a_pasted_line_that_read_ate(shell: Shell, tmp_path: Path) -> None:
    bash = started(shell, tmp_path, "bash")
    bash.press(f"read x\r{SECOND}\r")
    bash.wait("read x\r\n")
    bash.press("\r")
    bash.wait(READY)
    bash.run("pwd", READY)
    assert (tmp_path / "victim").exists() and told(bash.extraction()) == [("unread", "[hidden input]")]


def test_a_pasted_line_that_ran_without_echo(shell: Shell, tmp_path: Path) -> None:
    bash = started(shell, tmp_path, "bash")
    bash.press(f"stty -echo; sleep 0.1\r{SECOND}\r")
    bash.wait(READY)
    bash.press("stty echo; pwd\r")
    bash.wait(str(tmp_path))
    assert not (tmp_path / "victim").exists() and told(bash.extraction())


@pytest.mark.parametrize("name", ["bash", "zsh", "dash"])
def test_a_pasted_line_that_ran_is_a_row(shell: Shell, tmp_path: Path, name: str) -> None:
    typist = started(shell, tmp_path, name)
    typist.press(f"sleep 0.1\r{SECOND}\r")
    typist.wait(f"{READY}.*{READY}" if name == "dash" else f"{SECOND}(?s:.)*{READY}")
    typist.run("pwd", READY)
    assert not (tmp_path / "victim").exists()
    assert [kind for kind, _ in told(typist.extraction())] == ["row"]


def test_a_password_behind_its_question_is_no_line_that_was_typed_ahead(shell: Shell, tmp_path: Path) -> None:
    bash = started(shell, tmp_path, "bash")
    bash.run("read -s -p 'Secret: ' x", "Secret: $")
    bash.wait_blind()
    bash.press("hunter two\r")
    bash.wait(READY)
    kinds = [each.kind for each in bash.extraction().events]
    assert kinds == ["hidden input"]


def test_what_was_typed_without_enter_is_cancelled(shell: Shell, tmp_path: Path) -> None:
    bash = started(shell, tmp_path, "bash")
    bash.press(f"{LONG}\r")
    bash.wait("[\r\n]begun\r\n")
    bash.type(SECOND)
    bash.press("\x03")
    bash.wait(READY)
    bash.run("pwd", READY)
    assert [(each.kind, each.text) for each in bash.extraction().events] == [("cancelled", SECOND)]


@pytest.mark.parametrize("paste", ["off", "on"])
@pytest.mark.parametrize("opened", ["for i in a; do", "echo '"])
def test_what_stood_before_a_continuation_that_was_thrown_away(
    shell: Shell, tmp_path: Path, paste: str, opened: str
) -> None:
    """bash has run each row of a paste that was complete; nobody can say "not there" of them."""
    typist = started(shell, tmp_path, "bash", paste)
    text = f"{SECOND}\n{opened}"
    typist.press(f"\x1b[200~{text}\x1b[201~\r" if paste == "on" else text.replace("\n", "\r") + "\r")
    typist.wait("> $")
    typist.press("\x03")
    typist.wait(READY)
    typist.press("\r")
    typist.wait(READY)
    assert not (tmp_path / "victim").exists()
    assert told(typist.extraction())


def test_a_row_that_asks_for_more_and_is_thrown_away_ran_nothing(shell: Shell, tmp_path: Path) -> None:
    typist = started(shell, tmp_path, "bash")
    typist.run(f"{SECOND} \\", "> $")
    typist.press("\x03")
    typist.wait(READY)
    typist.press("\r")
    typist.wait(READY)
    assert (tmp_path / "victim").exists()
    assert not told(typist.extraction())
