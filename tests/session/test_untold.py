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
    assert (coverage.untold, coverage.complete) == (int(inside), not inside)
    assert main(["commands", str(path), "--ran", "rm"]) == (2 if inside else 1)
    assert main(["commands", str(path), "--ran", "pwd"]) == 0


def test_a_search_of_the_screen_has_it_all(tmp_path: Path) -> None:
    stay = [("o", "\x1b[?1049h\x1b[H\x1b[2J$ rm -rf x"), ("o", "\x1b[?1049l[exited]\r\n")]
    session = sessionlens.open(recorded(tmp_path / "a.cast", *typed("tmux"), *stay, *typed("pwd")))
    assert session.coverage.untold == 0 and len(session.search("rm -rf"))
