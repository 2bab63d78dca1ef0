"""`why(n)`: the screen, the model and the keystrokes behind a command, and no secret."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import sessionlens as sl
from sessionlens.session.why import Why


@pytest.fixture(scope="module")
def bash(root: Path) -> sl.Session:
    return sl.open(root / "fixtures" / "sessions" / "bash")


def test_a_completed_line(bash: sl.Session) -> None:
    n = int(bash.commands.loc[bash.commands["command"] == "cd src/payments/", "n"].iloc[0])
    found = bash.why(n)
    assert found.command.text == "cd src/payments/"
    assert found.keys == "cd src/pay⟨Tab⟩⟨Enter⟩"
    assert found.command.evidence.screen.endswith("$ cd src/payments/")
    assert found.command.evidence.model is None
    assert "completion" in repr(found)


def test_the_accessor_opens_the_recording_again(bash: sl.Session) -> None:
    assert repr(bash.commands.sl.why(1)) == repr(bash.why(1))
    assert repr(bash.commands[bash.commands["n"] > 2].sl.why(3)) == repr(bash.why(3))


def test_a_number_that_is_not_there(bash: sl.Session) -> None:
    with pytest.raises(sl.NotFoundError, match="no command 99"):
        bash.why(99)
    with pytest.raises(sl.NotFoundError, match="no command 99 in this table"):
        bash.commands.sl.why(99)
    with pytest.raises(sl.UsageError, match="2 commands have the number 1: choose one session"):
        pd.concat([bash.commands, bash.commands]).sl.why(1)
    with pytest.raises(sl.UsageError, match="columns n, command"):
        bash.lines.sl.why(1)


def test_where_the_two_texts_differ_is_said_in_words(bash: sl.Session) -> None:
    command = bash.why(1).command

    def differ(typed: str, listed: str) -> list[str]:
        found = replace(command.evidence, model=typed)
        return Why(1, replace(command, text=listed, evidence=found), "").differences

    assert differ("", "half a line") == ["only in the command as listed: 'half a line'"]
    assert differ("ls x", "ls") == ["only in the line as typed: ' x'"]
    assert differ("cp a la", "cp a ls") == ["typed 'la', listed 'ls'"]
    assert differ("echo one; ls -la x", "echo two; ls -l y") == [
        "typed 'one; ls -la x', listed 'two; ls -l y'"
    ]
    assert differ("ls", "ls") == []


def test_each_command_of_each_fixture_can_be_explained_and_no_secret_is_told(root: Path) -> None:
    for folder in sorted((root / "fixtures" / "sessions").iterdir()):
        secrets = json.loads((folder / "truth.json").read_text())["secrets"]
        session = sl.open(folder)
        for n in session.commands["n"]:
            found = session.why(n)
            told = repr(found) + found._repr_html_()
            assert found.command.evidence.reason
            assert found.command.text == session.commands["command"].iloc[n - 1]
            assert not any(secret in told for secret in secrets)


def test_text_from_the_recording_runs_nothing_in_a_notebook(tmp_path: Path) -> None:
    parts = [b"$ ", b"echo <script>alert(1)</script>\x1b]0;x\x07\r\n<script>\r\n$ ", b"ls\r\nx\r\n$ "]
    (tmp_path / "out").write_bytes(b"Script started\n" + b"".join(parts) + b"\nScript done\n")
    (tmp_path / "timing").write_text("".join(f"O 0.100000 {len(part)}\n" for part in parts))
    session = sl.open(tmp_path)
    assert len(session.commands)
    assert "<script>" not in session.why(1)._repr_html_()


def test_the_command_line_tells_it_too(root: Path) -> None:
    argv = [sys.executable, "-m", "sessionlens", "commands", "fixtures/sessions/bash", "--why", "3"]
    told = subprocess.run(argv, cwd=root, check=True, capture_output=True, text=True).stdout
    assert "cd src/pay⟨Tab⟩⟨Enter⟩" in told and "confidence medium" in told
