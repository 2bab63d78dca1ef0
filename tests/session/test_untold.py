"""An answer "not there" is only given where everything that was handed over is a command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sessionlens
from sessionlens.cli import main

ON, OFF = "\x1b[?2004h", "\x1b[?2004l\r"


def recorded(path: Path, *pieces: tuple[str, str]) -> Path:
    """An asciicast of these events, 50 ms apart."""
    events = [[(at + 1) / 20, stream, data] for at, (stream, data) in enumerate(pieces)]
    lines = [{"version": 2, "width": 80, "height": 24}, *events]
    path.write_text("\n".join(map(json.dumps, lines)) + "\n")
    return path


def typed(text: str) -> list[tuple[str, str]]:
    return [("o", ON + "me@box:~$ "), ("o", text), ("o", "\r\n" + OFF)]


@pytest.mark.parametrize("inside", [False, True])
def test_a_multiplexer_without_keystrokes_is_no_clean_answer(tmp_path: Path, inside: bool) -> None:
    stay = [("o", "\x1b[?1049h\x1b[H\x1b[2J$ rm -rf x"), ("o", "\x1b[?1049l[exited]\r\n")]
    pieces = [*typed("tmux"), *(stay if inside else []), *typed("pwd"), ("o", ON + "me@box:~$ ")]
    path = recorded(tmp_path / "a.cast", *pieces)
    assert sessionlens.open(path).commands["command"].tolist() == ["tmux", "pwd"]
    coverage = sessionlens.open(path).coverage_of_commands
    assert (len(coverage.untold), coverage.complete) == (int(inside), not inside)
    assert main(["commands", str(path), "--ran", "rm"]) == (2 if inside else 1)
    assert main(["commands", str(path), "--ran", "pwd"]) == 0


def test_a_search_of_the_screen_has_it_all(tmp_path: Path) -> None:
    stay = [("o", "\x1b[?1049h\x1b[H\x1b[2J$ rm -rf x"), ("o", "\x1b[?1049l[exited]\r\n")]
    session = sessionlens.open(recorded(tmp_path / "a.cast", *typed("tmux"), *stay, *typed("pwd")))
    assert session.coverage.untold == () and len(session.search("rm -rf"))


@pytest.mark.parametrize(
    ("name", "asked", "at"),
    [
        ("bash-sideways", "zeep", "00:00:08.114"),  # only the end of a line that is wider than the screen
        ("bash-rare-keys", "echo macro", "00:00:04.809"),  # a macro typed the rest
        ("bash-many-prompts", "uname -r", "00:00:13.320"),  # old letters before it
        ("bash-stty-echo", "halt", "00:00:"),  # listed as hidden input
        ("bash-ssh-tmux-lag", "cat releases/current/VERSION", "00:00:"),  # panes under lag
    ],
)
def test_commands_that_are_only_partly_told_are_no_clean_answer(
    root: Path, name: str, asked: str, at: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = root / "fixtures" / "truth" / "sessions" / name
    assert main(["commands", str(path), "--ran", asked]) == 2
    said = capsys.readouterr().out
    session = sessionlens.open(path).info.session
    assert f"({session} at {at}" in said and "no command tells whole" in said


def test_a_plain_session_is_a_clean_answer(root: Path) -> None:
    path = root / "fixtures" / "truth" / "sessions" / "bash-plain"
    assert main(["commands", str(path), "--ran", "zeep"]) == 1


def test_what_was_typed_without_echo_is_not_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recorded(
        tmp_path / "a.cast",
        ("o", ON + "me@box:~$ "),
        *((stream, key) for key in "read -s PW" for stream in "io"),
        ("i", "\r"),
        ("o", "\r\n" + OFF),
        *(("i", key) for key in "hunter2\r"),
        ("o", "\r\n" + ON + "me@box:~$ "),
    )
    assert main(["search", str(path), "hunter2"]) == 2, "it is there, and nobody looked"
    assert "1 hidden input (typed without echo) not looked at" in capsys.readouterr().out
    assert main(["search", str(path), "read -s"]) == 0
    assert main(["commands", str(path), "--ran", "hunter2"]) == 1, "no command was typed like that"
