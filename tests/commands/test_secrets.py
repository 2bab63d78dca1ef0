"""Passwords that somebody typed, in every way in which a screen could be taken to have shown them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Shell = Callable[..., Any]
SECRET = "zqxwHUNTERvk"
READY = r"me@box:~\$ $"
ASK = f"{sys.executable} ask.py"

GETPASS = "import getpass\ngetpass.getpass()\n"
STARS = """
import os, sys, termios, tty
old = termios.tcgetattr(0)
tty.setraw(0)
os.write(1, b"\\x1b[?2004htoken> ")
while os.read(0, 1) != b"\\r":
    os.write(1, b"*")
os.write(1, b"\\x1b[?2004l\\r\\n")
termios.tcsetattr(0, termios.TCSADRAIN, old)
"""
DIALOG = """
import curses
def main(screen):
    curses.noecho()
    screen.addstr(5, 5, "Passphrase: ")
    screen.refresh()
    while screen.getch() not in (10, 13):
        screen.addstr("*")
        screen.refresh()
curses.wrapper(main)
"""
DOTS = """
import os, select, sys, termios
old = termios.tcgetattr(0)
quiet = termios.tcgetattr(0)
quiet[3] &= ~termios.ECHO
termios.tcsetattr(0, termios.TCSAFLUSH, quiet)
os.write(1, b"Password: ")
while not select.select([0], [], [], 0.05)[0]:
    os.write(1, b".")
sys.stdin.readline()
termios.tcsetattr(0, termios.TCSAFLUSH, old)
"""


@pytest.fixture(params=["bash", "dash"])
def started(request: pytest.FixtureRequest, shell: Shell) -> Any:
    """A shell at its prompt."""
    more = ("--norc", "--noprofile") if request.param == "bash" else ()
    typist = shell(request.param, *more, PS1="me@box:~$ ")
    typist.wait(READY)
    return typist


def shown(typist: Any) -> str:
    """Everything that is told: the extraction, and the keys that are not hidden."""
    found = typist.extraction()
    keys = bytearray(b"first line\n" + b"".join(data for _, stream, data in typist.events if stream == "i"))
    for first, last in found.hidden:
        keys[first : last + 1] = b"?" * (last + 1 - first)
    return repr(found) + keys.decode()


def key_by_key(typist: Any, text: str) -> None:
    for char in text:
        typist.press(char)


@pytest.mark.parametrize(
    "ending", ["\r", "\x7f" * len(SECRET) + "\r", "\x15\r", "\x7f" * len(SECRET) + "\x03"]
)
def test_typed_blind_and_rubbed_out(started: Any, tmp_path: Path, ending: str) -> None:
    (tmp_path / "ask.py").write_text(GETPASS)
    started.run(ASK, "Password: $")
    key_by_key(started, SECRET + ending)
    started.wait(READY)
    started.run("pwd", READY)
    told = shown(started)
    assert SECRET not in told and SECRET[:6] not in told and "'pwd'" in told


@pytest.mark.parametrize("program", [STARS, DIALOG, DOTS])
def test_programs_that_show_something_else(started: Any, tmp_path: Path, program: str) -> None:
    (tmp_path / "ask.py").write_text(program)
    asked = {STARS: "token> $", DIALOG: "Passphrase: ", DOTS: r"\.\.\."}[program]
    started.run(ASK, asked)
    key_by_key(started, SECRET + "\r")
    started.wait(READY)
    started.run("pwd", READY)
    told = shown(started)
    assert SECRET not in told and SECRET[:6] not in told and "'pwd'" in told


def test_a_password_whose_beginning_was_echoed(started: Any, tmp_path: Path) -> None:
    (tmp_path / "ask.py").write_text("import time\ntime.sleep(0.5)\n" + GETPASS)
    started.run(ASK, "\n")
    started.press(SECRET[:3])
    started.wait("Password: $")
    key_by_key(started, SECRET[3:] + "\r")
    started.wait(READY)
    assert SECRET[3:] not in shown(started)


def test_a_key_that_types_a_line_after_a_password(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "ask.py").write_text(GETPASS)
    bash = shell("bash", "--norc", "--noprofile", PS1="me@box:~$ ")
    bash.wait(READY)
    bash.run(r"""bind '"\C-x1":"pwd\n"'""", READY)
    bash.run(ASK, "Password: $")
    key_by_key(bash, SECRET + "\r")
    bash.wait(READY)
    bash.press("\x181")
    bash.wait(READY)
    bash.run("true", READY)
    assert SECRET not in shown(bash)


def test_a_search_that_was_left_on_the_screen_proves_nothing(shell: Shell) -> None:
    bash = shell("bash", "--norc", "--noprofile", PS1="me@box:~$ ")
    bash.wait(READY)
    bash.press("\x12")
    bash.wait("i-search")
    bash.type(SECRET[-2:])
    bash.press("\x03")
    bash.wait(r"\^C")
    bash.press("\r")  # readline does not always draw its prompt again by itself
    bash.wait(r"\n[\s\S]*" + READY)
    bash.run("read -s -p ask: x", "ask:$")
    key_by_key(bash, SECRET + "\r")
    bash.wait(READY)
    bash.run("pwd", READY)
    assert SECRET not in shown(bash)


def test_a_name_that_means_something_else_asks_with_the_shells_prompt(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "ask.py").write_text(
        "import sys\nprint('me@box:~$ ', end='', flush=True)\nsys.stdin.readline()\n"
    )
    dash = shell("dash", PS1="me@box:~$ ")
    dash.wait(READY)
    dash.run(f"alias date='{ASK}'", READY)
    dash.run("stty -echo", READY)
    dash.press("date\r")
    dash.wait(READY)
    dash.press(SECRET + "\r")
    dash.wait(READY)
    dash.press("stty echo\r")
    dash.wait(READY)
    dash.run("pwd", READY)
    assert SECRET not in shown(dash)


@pytest.mark.parametrize(
    "odd", ["   ", "\x1bx\x1by\x1bz", "\x01\x02\x05", " \x1bq\x02 ", "\x1b[A\x1b[B"], ids=repr
)
@pytest.mark.parametrize("prompt", ["Password: ", "me@box:~$ "])
def test_blanks_alt_and_control_keys_are_characters_too(
    started: Any, tmp_path: Path, odd: str, prompt: str
) -> None:
    (tmp_path / "ask.py").write_text(f"import getpass\ngetpass.getpass({prompt!r})\n")
    started.run(ASK, prompt.replace("$", r"\$") + "$")
    key_by_key(started, odd + "\r")
    started.wait(READY)
    started.run("pwd", READY)
    started.run("pwd", READY)
    assert odd not in shown(started) and repr(odd)[1:-1] not in shown(started)
    assert any(each.kind == "hidden input" for each in started.extraction().events)


@pytest.mark.parametrize("odd", ["  ", "\x1bx", "\x01\x02"], ids=repr)
def test_blanks_alt_and_control_keys_that_were_echoed(shell: Shell, odd: str) -> None:
    dash = shell("dash", PS1="me@box:~$ ")
    dash.wait(READY)
    dash.run("cat", "\n")
    key_by_key(dash, odd)
    dash.press("\r")
    dash.wait(r"\n[\s\S]*\n")
    dash.press("\x04")
    dash.wait(READY)
    dash.run("pwd", READY)
    found = dash.extraction()
    assert not found.hidden and not any(each.kind == "hidden input" for each in found.events)


def test_a_password_that_is_the_end_of_its_question(started: Any, tmp_path: Path) -> None:
    (tmp_path / "ask.py").write_text("import getpass\ngetpass.getpass('Your magic zqxw')\n")
    started.run(ASK, "zqxw$")
    key_by_key(started, "zqxw\r")
    started.wait(READY)
    started.run("pwd", READY)
    assert any(each.kind == "hidden input" for each in started.extraction().events)


def test_an_empty_line_of_blanks_is_no_secret(started: Any) -> None:
    started.press("  ")
    started.wait("  ")
    started.press("\r")
    started.wait(READY)
    started.press("\r")
    started.wait(READY)
    started.run("pwd", READY)
    assert not started.extraction().hidden


def test_a_letter_typed_for_a_password_that_was_killed_proves_nothing(shell: Shell) -> None:
    bash = shell("bash", "--norc", "--noprofile", PS1="me@box:~$ ")
    bash.wait(READY)
    bash.run("pwd", READY)
    bash.run("read -s -p ask: x; echo Sorry", "ask:$")
    bash.wait_blind()
    key_by_key(bash, SECRET + "\x15" + "y\r")
    bash.wait(READY)
    bash.run("pwd", READY)
    assert SECRET not in shown(bash)


def test_a_password_without_enter_is_no_part_of_the_line_after_it(shell: Shell) -> None:
    bash = shell("bash", "--norc", "--noprofile", PS1="me@box:~$ ", size=(200, 24))
    bash.wait(READY)
    bash.run("pwd", READY)
    bash.run(f"read -s -n {len(SECRET)} -p ask: x", "ask:$")
    bash.wait_blind(lines=False)
    bash.press(SECRET)
    bash.wait(READY)
    bash.type("echo " + " ".join(f"word{at}" for at in range(20)))
    bash.press("\x1bb\x1bf\r")
    bash.wait(READY)
    bash.run("pwd", READY)
    assert SECRET not in shown(bash)
