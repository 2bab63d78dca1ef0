"""Shells without a terminal: their input is their script, and every line of it is listed."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sessionlens.commands import Extraction
from sessionlens.commands.model import HIDDEN
from sessionlens.commands.piped import reads_commands
from sessionlens.commands.stdin import leaves_input

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
        "sh", "sudo -S id", "[hidden input]", "mysql -p", "[hidden input]", "echo fin",
    ]  # fmt: skip
    assert [each.hidden for each in found.commands] == [False, False, True, False, True, False]
    assert "Secret" not in repr(found) and len(found.hidden) == 2
    assert not found.events


def test_the_input_of_other_programs_is_data(taken: Taken) -> None:
    found = taken([(1 * MS, "i", b"rm -rf /\n")], kind="exec", command="cat > x", columns=None)
    assert [each.text for each in found.commands] == ["cat > x"] and found.hidden == []


def test_a_quote_that_never_closes_swallows_nothing(taken: Taken) -> None:
    found = taken([(1 * MS, "i", b"echo 'a\nid\nls\n")], kind="exec", command="sh", columns=None)
    assert [each.text for each in found.commands] == ["sh", "echo 'a", "id", "ls"]


class Piped:
    """A real shell without a terminal, everything that passes recorded; waits on output, never on time."""

    def __init__(self, home: Path, *argv: str) -> None:
        self.events: list[tuple[int, str, bytes]] = []
        self.argv, self.seen, self.t = argv, b"", 0
        self.process = subprocess.Popen(
            argv, cwd=home, env={"PATH": f"{home}:{os.environ['PATH']}", "HOME": str(home)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def feed(self, text: str, until: str = "") -> None:
        """Send some lines at once; wait for what comes."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self._note("i", text.encode())
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()
        while until and not re.search(until.encode(), self.seen):
            assert select.select([self.process.stdout], [], [], 20)[0], (until, self.seen)
            data = os.read(self.process.stdout.fileno(), 65536)
            assert data, (until, self.seen)
            self.seen += data
            self._note("o", data)
        self.seen = b""

    def _note(self, stream: str, data: bytes) -> None:
        self.t += MS
        self.events.append((self.t, stream, data))

    def read(self, taken: Taken) -> Extraction:
        """What we make of it, with everything that was printed until the shell ended."""
        rest, _ = self.process.communicate(timeout=20)
        self._note("o", rest)
        return taken(self.events, kind="exec", command=" ".join(self.argv), columns=None)


LOGIN = """#!/bin/sh
for what in Username Password Email; do
    printf '%s: ' $what
    read answer
done
echo "logged in"
"""
SECRETS = "zqxwHUNTERvk", "it's; rm -x", "ls"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where programs are that ask like others do."""
    for name in ("npm", "frob"):
        (tmp_path / name).write_text(LOGIN)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "quiet").write_text("#!/bin/sh\nread a; echo got it\n")
    (tmp_path / "quiet").chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("program", ["npm login", "frob", "frob --now; true"])
@pytest.mark.parametrize("shell", ["sh", "bash -s"])
def test_a_program_that_asks(taken: Taken, home: Path, shell: str, program: str, secret: str) -> None:
    piped = Piped(home, *shell.split())
    piped.feed("echo on\n", "on")
    piped.feed(f"{program}\n", "Username: $")
    piped.feed("bob\n", "Password: $")
    piped.feed(f"{secret}\n", "Email: $")
    piped.feed("bob@example.org\n", "logged in\n$")
    piped.feed("echo off\n", "off")
    found = piped.read(taken)
    assert [each.text for each in found.commands[1:]] == ["echo on", program, *[HIDDEN] * 3, "echo off"]
    assert len(found.hidden) == 3


@pytest.mark.parametrize("program", ["npm login", "frob"])
def test_answers_that_came_with_the_command(taken: Taken, home: Path, program: str) -> None:
    piped = Piped(home, "bash")  # dash reads more than a line, and leaves nothing to its programs
    piped.feed(f"{program}\nbob\n{SECRETS[0]}\nbob@example.org\nrm -rf /nonesuch/x\necho off\n", "off")
    found = piped.read(taken)
    assert [each.text for each in found.commands[1:]] == [
        program, *[HIDDEN] * 3, "rm -rf /nonesuch/x", "echo off",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "until"),
    [
        ("openssl enc -aes-128-cbc -pass stdin -in frob -out x", ""),
        (f"{sys.executable} -c 'import getpass; getpass.getpass(); print()'", "Password: $"),
        ("read -p 'me: ' -r answer", ""),
        ("printf 'Password: '; quiet", "Password: $"),
        ("printf 'anything'; quiet", "anything$"),
    ],
)
def test_real_programs_that_read_a_secret(taken: Taken, home: Path, line: str, until: str) -> None:
    piped = Piped(home, "bash")
    piped.feed(f"{line}\n", until)
    piped.feed(f"{SECRETS[0]}\n", "\n" if "python" in line else "")
    piped.feed("echo off\n", "off")
    found = piped.read(taken)
    assert [each.text for each in found.commands[1:]] == [line, HIDDEN, "echo off"]


def test_a_question_that_nobody_asked_hides_no_row(taken: Taken, home: Path) -> None:
    piped = Piped(home, "bash")
    piped.feed("printf 'Password: '\n", "Password: $")
    piped.feed("touch victim\n")
    piped.feed("echo; ls\n", "victim")
    found = piped.read(taken)
    assert [each.hidden for each in found.commands[1:]] == [False, True, True]


def test_what_leaves_its_input_alone_hides_nothing(taken: Taken, home: Path) -> None:
    lines = [
        "echo 'token: a'", "printf x", "cd /", "cat /etc/passwd | head -1", "echo $(id -un)", "ls -a >x",
        "echo pw | npm login", "make --version >/dev/null", "git --version", "env A=b id", "frob < /dev/null",
        "for i in 1 2; do echo $i; done", "true",
    ]  # fmt: skip
    piped = Piped(home, "bash")
    for line in lines:
        piped.feed(f"{line}\necho -e '\\nnext'\n", "next\n")
    found = piped.read(taken)
    assert [each.text for each in found.commands[1::2]] == lines


def test_the_shells_own_prompt_is_no_question(taken: Taken, home: Path) -> None:
    piped = Piped(home, "bash", "--norc", "-i")
    piped.feed("PS1='me@box:~$ '\n", r"me@box:~\$ $")
    for line in ("id", "make -v", "sed --version", "id -un"):
        piped.feed(f"{line}\n", r"me@box:~\$ $")
    piped.feed("npm login\n", "Username: $")
    piped.feed(f"bob\n{SECRETS[0]}\nme\n", r"me@box:~\$ $")
    piped.feed("exit\n", "exit")
    found = piped.read(taken)
    assert [each.text for each in found.commands[2:]] == [
        "id", "make -v", "sed --version", "id -un", "npm login", *[HIDDEN] * 3, "exit",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "ls", "cat x", "echo pw | sudo -S id", "grep x f", "foo < x", "for i in 1 2; do ls; done", "a=1",
        "head -n 5 f", "ls | cat", "echo $(id)", "cat > f <<EOF", "cd /x && ls 2>/dev/null",
        "echo 2>&1 | tee x",
    ],
)  # fmt: skip
def test_what_is_known_to_leave_its_input_alone(line: str) -> None:
    assert leaves_input(line)


@pytest.mark.parametrize(
    "line",
    [
        "cat", "cat f -", "sudo -S id", "foo", "read x", "while read l; do :; done", "head -n 5",
        "echo $(cat)", "", "bash < /dev/tty", "rm -i x", "./x", "curl x | sh", "cat <&0", "ls | sh /dev/tty",
        "find . -ok rm {} ;", "cp --interactive a b", "awk 'BEGIN{getline x}' f",
    ],
)  # fmt: skip
def test_what_may_read_it(line: str) -> None:
    assert not leaves_input(line)
