"""`sessionlens events`: what was typed and not run, on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sessionlens.cli import main

Maker = Callable[..., Path]
PROMPT = "john@web01:~$ "


@pytest.fixture
def recording(typescript: Maker) -> Path:
    """A line thrown away with a control character in it, and a password."""
    events, at = [(0.1, "o", PROMPT.encode())], 0.2
    typed = 2 * [("ls", "ls"), ("\r", "\r\nnotes\r\n" + PROMPT)]
    typed += [("rm -rf /\x16\x1b]x", "rm -rf /^[]x"), ("\x03", "^C\r\n" + PROMPT), ("su", "su")]
    for keys, shown in [*typed, ("\r", "\r\nPassword: "), ("hunter2", ""), ("\r", "\r\n# ")]:
        events += [(at, "i", keys.encode()), (at + 0.01, "o", shown.encode())]
        at += 0.1
    return typescript([event for event in events if event[2]], "session")


def test_cancelled_and_hidden_lines(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["events", str(recording)]) == 0
    told = capsys.readouterr().out
    assert "cancelled" in told and "rm -rf /" in told and "hidden input  [hidden input]" in told
    assert "hunter2" not in told and "\x1b" not in told
    assert "hidden input, 1 cancelled" in told.splitlines()[-1]


def test_events_of_one_kind_for_programs(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["events", str(recording), "--kind", "hidden input", "--json"]) == 0
    assert {each["text"] for each in json.loads(capsys.readouterr().out)} == {"[hidden input]"}


def test_events_of_many_sessions_say_of_which(
    recording: Path, shell_session: Maker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell_session([("date", "now\n")], "other")
    assert main(["events", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("session ")
