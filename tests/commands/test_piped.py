"""Shells without a terminal: their input is their script, and every line of it is listed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sessionlens.commands import Extraction
from sessionlens.commands.piped import reads_commands

MS = 1_000_000
Taken = Callable[..., Extraction]


@pytest.mark.parametrize(
    ("command", "shell"),
    [
        ("bash", "bash"), ("bash -s", "bash"), ("/bin/sh -l", "sh"), ("env -i A=b bash --norc", "bash"),
        ("sudo -i", "sh"), ("sudo -u www bash -s a b", "bash"), ("su - app", "sh"), ("su", "sh"),
        ("cd /srv && exec zsh", "zsh"), ("nohup dash", "dash"), ("busybox ash", "ash"),
        ("bash -o pipefail", "bash"),
        ("bash -c id", None), ("bash script.sh", None), ("bash < script", None), ("tar xf -", None),
        ("su -c id", None), ("scp -t /tmp", None), ("sudo cat", None), ("'", None), ("", None),
    ],
)  # fmt: skip
def test_which_commands_read_commands(command: str, shell: str | None) -> None:
    assert reads_commands(command) == shell


def test_every_line_fed_to_a_shell_is_listed(taken: Taken) -> None:
    events = [
        (1 * MS, "i", b"id\nfor i in 1 2\ndo echo $i\n"),
        (2 * MS, "o", b"me\n"),
        (3 * MS, "i", b"done\nrm -rf /data"),
        (4 * MS, "o", b"1\n2\n"),
    ]
    found = taken(events, kind="exec", command="bash -s", columns=None)
    assert [(each.kind, each.text) for each in found.commands] == [
        ("exec", "bash -s"),
        ("shell", "id"),
        ("shell", "for i in 1 2\ndo echo $i\ndone"),
        ("shell", "rm -rf /data"),
    ]
    assert {(each.source, each.confidence) for each in found.commands[1:]} == {("keys", "low")}
    assert found.hidden == []


def test_a_line_behind_a_password_prompt_is_hidden(taken: Taken) -> None:
    events = [
        (1 * MS, "i", b"sudo -S id\nfirst-Secret\nmysql -p\n"),
        (2 * MS, "o", b"uid=0\n" + b"x" * 600 + b"\nEnter password: "),
        (3 * MS, "i", b"second-Secret\n"),
        (4 * MS, "o", b"\n"),
        (5 * MS, "i", b"echo fin\n"),
    ]
    found = taken(events, kind="exec", command="sh", columns=None)
    assert [each.text for each in found.commands] == [
        "sh", "sudo -S id", "[hidden input]", "mysql -p", "echo fin",
    ]  # fmt: skip
    assert [each.hidden for each in found.commands] == [False, False, True, False, False]
    assert "Secret" not in repr(found) and len(found.hidden) == 2
    assert [each.kind for each in found.events] == ["hidden input"]


def test_the_input_of_other_programs_is_data(taken: Taken) -> None:
    found = taken([(1 * MS, "i", b"rm -rf /\n")], kind="exec", command="cat > x", columns=None)
    assert [each.text for each in found.commands] == ["cat > x"] and found.hidden == []


def test_a_quote_that_never_closes_swallows_nothing(taken: Taken) -> None:
    found = taken([(1 * MS, "i", b"echo 'a\nid\nls\n")], kind="exec", command="sh", columns=None)
    assert [each.text for each in found.commands] == ["sh", "echo 'a", "id", "ls"]
