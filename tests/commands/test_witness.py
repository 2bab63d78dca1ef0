"""Lines of which only the shells' own line editors, modelled, can say what the keys made."""

from __future__ import annotations

import sys
from collections.abc import Callable
from shutil import which
from typing import Any

import pytest

from sessionlens.commands.history import Shell as Editors
from sessionlens.commands.history import joined_rows
from sessionlens.commands.line import only_blanks
from sessionlens.commands.witness import AGREE

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Shell = Callable[..., Any]
READY = r"me@box:~\$ $"
UP, ESC = "\x1b[A", "\x1b"


@pytest.fixture
def bash(shell: Shell) -> Any:
    typist = shell("bash", "--norc", "--noprofile", PS1="me@box:~$ ", HISTFILE="", INPUTRC="/dev/null")
    typist.wait(READY)
    return typist


def last(typist: Any) -> tuple[str, str, str]:
    command = typist.extraction().commands[-1]
    return command.text, command.confidence, command.evidence.reason


def keyed(typist: Any, shown: str, *keys: str) -> None:
    """Press keys, wait for the line that they make, and for the next prompt."""
    for key in keys:
        typist.press(key)
    typist.until(lambda terminal: shown in terminal.display[terminal.cursor.y])  # above, it may stand already
    typist.press("\r")
    typist.wait(READY)


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ((UP, UP), "echo one two three"),
        ((UP, UP, "\x17", "five"), "echo one two five"),
        ((UP, UP, "\x01", ESC + "f", " -n"), "echo -n one two three"),
        (("\x12", "two"), "echo one two three"),
        (("\x12", "o", "\x12", "\x12", "\x05", "!"), "echo one two three!"),
        (("ls ", ESC + "."), "ls four"),
        (("echo b a", ESC + "b", "\x14"), "echo ba "),
        (("x y z", "\x17", "\x17", "\x19", "\x19"), "x y zy z"),
        (("echo lost", "\x17", "\x1f"), "echo lost"),
    ],
)
def test_what_readline_makes_of_the_keys_is_as_good_as_typed(
    bash: Any, keys: tuple[str, ...], line: str
) -> None:
    bash.run("echo one two three", READY)
    bash.run("echo four", READY)
    keyed(bash, line.rstrip(), *keys)
    text, confidence, reason = last(bash)
    assert (text.rstrip(), confidence, reason) == (line.rstrip(), "high", AGREE)
    assert bash.extraction().commands[-1].evidence.model == line


def test_vi_keys_too(bash: Any) -> None:
    bash.run("set -o vi", READY)
    bash.run("echo one two three", READY)
    keyed(bash, "echo 1 two four", ESC, "k", "0", "w", "cw", "1", ESC, "$", "b", "C", "four")
    assert last(bash)[:2] == ("echo 1 two four", "high")


def test_a_line_from_before_the_recording_is_only_seen(shell: Shell, tmp_path: Any) -> None:
    (tmp_path / "past").write_text("echo from yesterday\n")
    bash = shell("bash", "--norc", "--noprofile", PS1="me@box:~$ ", HISTFILE=str(tmp_path / "past"))
    bash.wait(READY)
    bash.run("pwd", READY)
    keyed(bash, "echo from yesterday", UP, UP)
    assert last(bash)[:2] == ("echo from yesterday", "medium")


def test_a_key_that_was_given_another_meaning_is_no_witness(bash: Any) -> None:
    bash.run("echo harmless", READY)
    bash.run("""bind '"\\C-p": "touch victim"'""", READY)
    keyed(bash, "$ touch victim", "\x10")
    text, confidence, _ = last(bash)
    assert text == "touch victim" and confidence != "high"


@pytest.mark.skipif(which("zsh") is None, reason="zsh is not installed")
def test_zsh_stops_at_other_places_than_bash(shell: Shell) -> None:
    zsh = shell("zsh", "-f", "-i", PS1="me@box:~%# ", HISTFILE="")
    ready = r"me@box:~[#%] .*\x1b\[\?2004h"  # what zsh says last: before, it is not reading yet
    zsh.wait(ready)
    zsh.run("pwd", ready)
    zsh.type("echo first and second")
    zsh.press("\x01\x1bf\x1bf\x0b only")
    zsh.until(lambda terminal: any("first  only" in row for row in terminal.display))
    zsh.press("\r")
    zsh.wait(ready)
    text, confidence, reason = last(zsh)
    assert (text, confidence, reason) == ("echo first  only", "high", AGREE)


def test_rows_of_one_command_are_recalled_as_one_line(bash: Any) -> None:
    bash.run("for i in 1 2", "> $")
    bash.run("do echo $i", "> $")
    bash.run("done", READY)
    keyed(bash, "for i in 1 2; do echo $i; done", UP)
    assert last(bash)[:2] == ("for i in 1 2; do echo $i; done", "high")


def test_a_terminal_that_counts_another_width_hides_no_letter(shell: Shell) -> None:
    """Some draw an emoji in two columns that bash counts as one: what it draws is then one column off."""
    bash = shell("bash", "--norc", "--noprofile", PS1="\u2601\ufe0f box \u27eb ", HISTFILE="")
    ready = "box \u27eb $"
    bash.wait(ready)
    for line in ("wc -c /dev/null", "true"):
        bash.run(line, ready)
    for _ in range(2):
        bash.press(UP)
    bash.until(lambda terminal: any("-c /dev/null" in row for row in terminal.display[3:]))
    bash.press("\r")
    bash.wait(ready)
    assert last(bash)[0] == "wc -c /dev/null"


def test_output_in_the_middle_of_a_line_that_the_terminal_edits(shell: Shell, tmp_path: Any) -> None:
    dash = shell("dash", PS1="$ ")
    dash.wait(r"\$ $")
    dash.run("mkfifo go", r"\$ $")
    dash.run("(read x; echo finished) < go &", r"\$ $")
    dash.type("echo one an")
    (tmp_path / "go").write_text("now\n")
    dash.wait("finished\r\n")
    dash.type("d two")
    dash.press("\r")
    dash.wait("one and two\r\n")
    assert "echo one and two" in [command.text for command in dash.extraction().commands]


def test_the_end_of_input_hands_no_line_over(shell: Shell) -> None:
    bash = shell("bash", "--norc", "--noprofile", PS1="me@box:~$ ", size=(30, 12))
    bash.wait(READY)
    bash.run("pwd", READY)
    line = "true " + "x" * (60 - 10 - 5)  # prompt and line fill two rows
    bash.type(line)
    bash.press("\x01")
    bash.wait("\x1b\\[A|\x08")
    bash.press("\r")
    bash.wait(READY)
    bash.press("\x04")
    bash.wait("exit")
    assert [command.text for command in bash.extraction().commands] == ["pwd", line]


def test_the_prompt_of_the_shell_around_goes_on_with_nothing(shell: Shell) -> None:
    bash = shell("bash", "--norc", "--noprofile", PS1="> ", PS2="+ ")
    bash.wait("> $")
    for line in ("pwd", "id -u", "uname"):
        bash.run(line, "> $")
    bash.run(f"{sys.executable} -q", ">>> (\x1b[^\n]*\x1b\\[4C)?$")  # from 3.13 on it draws more behind it
    bash.run("exit()", "[^>]> $")
    bash.run("echo back", "> $")
    assert [command.text for command in bash.extraction().commands][-2:] == ["exit()", "echo back"]


@pytest.mark.parametrize(
    ("shown", "told", "same"),
    [
        ("echo  a", "echo  a", True),
        ("printf 'a      b'", "printf 'a\tb'", True),
        ("echo ab", "echo a b", False),
        ("echo a  b", "echo a b", False),
        ("echo ab", "echo ac", False),
        ("", "", False),
    ],
)
def test_blanks_that_a_screen_does_not_show(shown: str, told: str, same: bool) -> None:
    assert only_blanks(shown, told) is same


def test_how_bash_joins_rows() -> None:
    assert joined_rows("for i in 1\ndo echo $i\ndone") == "for i in 1; do echo $i; done"
    assert joined_rows("true &&\nfalse") == "true && false"
    assert joined_rows("one") == "one"


def test_every_form_of_a_history_has_its_editor() -> None:
    shell = Editors()
    shell.ran("pwd")
    assert {tuple(editor.history) for editor in shell.editors()} == {("pwd",)}
    shell.ran("pwd")
    shell.ran(" secret")
    assert {("pwd", "pwd", " secret"), ("pwd",)} <= {tuple(editor.history) for editor in shell.editors()}
    *_, last_one = shell.editors()
    shell.right(last_one)
    assert list(shell.editors())[len(shell.usual)] is last_one
