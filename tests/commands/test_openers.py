"""What a command line opens, as far as its words say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sessionlens.commands import Extraction, operands
from sessionlens.commands.openers import runs_script

Taken = Callable[..., Extraction]
ON, OFF = b"\x1b[?2004h", b"\x1b[?2004l\r"


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("vim +3 notes.txt", "notes.txt"),
        ("sudo less -N /var/log/syslog", "/var/log/syslog"),
        ("vim", None),
        ("top -d 1 -u mia", None),
        ("tmux -L work", None),
    ],
)
def test_what_an_editor_or_pager_was_opened_on(text: str, on: str | None) -> None:
    assert operands(text) == on


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("python3", False),
        ("python3 -q", False),
        ("python3 -i app.py", False),
        ("python3 -m pdb app.py", False),
        ("python3 app.py", True),
        ("python3 -c 'input()'", True),
        ("node server.js", True),
        ("sqlite3 shop.db", False),
        ("bash", False),
        ("bash deploy.sh", True),
        ("./deploy", True),
        ("/usr/bin/python3", False),
        ("ls /tmp", False),
    ],
)
def test_scripts_may_ask_anything(text: str, script: bool) -> None:
    assert runs_script(text) is script


@pytest.mark.parametrize(("command", "name"), [("dash", "dash"), ("/bin/zsh -i", "zsh"), (None, "bash")])
def test_the_shell_that_was_asked_for(taken: Taken, command: str | None, name: str) -> None:
    events = [(0, "o", ON + b"$ "), (1, "i", b"ls\r"), (2, "o", b"ls\r\n" + OFF), (3, "o", ON + b"$ ")]
    assert [each.context for each in taken(events, command=command).commands] == [name]
