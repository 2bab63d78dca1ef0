"""Continuation prompts of any form: what is typed at them is more of one command, not one of its own."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sessionlens.commands.more import unfinished

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Shell = Callable[..., Any]
PROMPT = r"me@box:~\$ $"
LOOP, WORDS, TEXT = "for i in 1 2; do\necho $i\ndone", "cat <<EOF\ntext\nEOF", 'echo "x\ny"'


def typed(shell: Any, more: str, ready: str = PROMPT) -> Any:
    """Each of three commands, a line at a time; `more` is what the shell asks for more with."""
    shell.wait(ready)
    shell.run("pwd", ready)
    for command in (LOOP, WORDS, TEXT):
        *lines, last = command.split("\n")
        for line in lines:
            shell.run(line, more)
            shell.wait_blind(lines=False)  # an empty prompt does not tell that the shell reads
        shell.run(last, ready)
    return shell


def rows(shell: Any, **how: Any) -> list[tuple[str, str]]:
    return [(each.text, each.confidence) for each in shell.extraction(**how).commands]


@pytest.mark.parametrize("more", ["more: ", "INS > ", "..", "", "   ", "| "])
@pytest.mark.parametrize("paste", ["on", "off"])
def test_bash(shell: Shell, tmp_path: Path, more: str, paste: str) -> None:
    (tmp_path / ".inputrc").write_text(f"set enable-bracketed-paste {paste}\n")
    bash = shell("bash", "--norc", "--noprofile", PS1="me@box:~$ ", PS2=more)
    typed(bash, ("\x1b\\[\\?2004h" if paste == "on" else "\n") + more.replace("|", "\\|") + "$")
    assert rows(bash) == [(text, "high") for text in ("pwd", LOOP, WORDS, TEXT)]
    if paste == "on":
        for events in (bash.events, in_pieces(bash.events)):
            bash.events = events
            found = rows(bash, inputs=False, each_ns=60_000_000)  # a person's pace
            assert [text for text, _ in found] == ["pwd", LOOP, WORDS, TEXT]


def in_pieces(events: list[tuple[int, str, bytes]]) -> list[tuple[int, str, bytes]]:
    """The same, each prompt in a piece of its own, as readline writes it."""
    apart = [(t_ns, stream, re.split(rb"(?<=\x1b\[\?2004h)", data)) for t_ns, stream, data in events]
    return [(t_ns, stream, piece) for t_ns, stream, pieces in apart for piece in pieces if piece]


def test_the_mode_of_readline_before_each_prompt(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / ".inputrc").write_text(
        "set editing-mode vi\nset show-mode-in-prompt on\nset vi-ins-mode-string INS\n"
    )
    bash = typed(shell("bash", "--norc", "--noprofile", PS1=" me@box:~$ ", PS2=" > "), "INS > $")
    assert rows(bash) == [(text, "high") for text in ("pwd", LOOP, WORDS, TEXT)]


@pytest.mark.skipif(not shutil.which("zsh"), reason="needs zsh")
@pytest.mark.parametrize("right", ["", "%^"])
def test_the_words_of_zsh(shell: Shell, right: str) -> None:
    zsh = shell("zsh", "-f", "-i", PS1="me@box:~$ ", PS2="%_ … ", RPS2=right)
    editor = "\x1b\\[\\?2004h"
    typed(zsh, f"…[^\n]*{editor}", r"box:~\$ .*" + editor)
    assert rows(zsh) == [(text, "high") for text in ("pwd", LOOP, WORDS, TEXT)]


@pytest.mark.skipif(not shutil.which("dash"), reason="needs dash")
def test_what_ran_in_a_loop_is_told_where_the_terminal_edits(shell: Shell) -> None:
    dash = shell("dash", PS1="me@box:~$ ", PS2="and: ")
    dash.wait(PROMPT)
    dash.run("for f in a b; do", "and: $")
    dash.run("rm -rf victim", "and: $")
    dash.run("done", PROMPT)
    assert rows(dash) == [("for f in a b; do\nrm -rf victim\ndone", "high")]


def test_what_is_not_complete_is_not_sure(shell: Shell) -> None:
    bash = shell("bash", "--norc", "--noprofile", PS1="me@box:~$ ")
    bash.wait(PROMPT)
    bash.run("cat <<EOF", "> $")
    bash.run("x", "> $")
    assert ("cat <<EOF", "high") not in rows(bash) and rows(bash)[0][0].startswith("cat <<EOF")


def test_another_prompt_behind_an_unfinished_line_that_was_thrown_away(shell: Shell) -> None:
    bash = shell("bash", "--norc", "--noprofile", PS1="me@box:~$ ")
    bash.wait(PROMPT)
    bash.run("for i in 1 2; do", "> $")
    bash.press("\x03")
    bash.wait(PROMPT)
    bash.run("PS1='new: '", "new: $")
    bash.run("rm -rf victim", "new: $")
    bash.run("done() { :; }", "new: $")
    assert [text for text, _ in rows(bash)] == ["PS1='new: '", "rm -rf victim", "done() { :; }"]


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1 2",
        "if x",
        "while read x; do",
        "case $x in a)",
        "f() {",
        "echo 'x",
        "ls |",
        "cat <<X",
        "a=(1",
    ],
)
def test_begun_and_not_ended(text: str) -> None:
    assert unfinished(text)


@pytest.mark.parametrize(
    "text",
    [
        "ls",
        "for i in 1 2; echo $i; end",
        "if test x; ls; end",
        "print ${(f)x}",
        "for f (*.txt) ls",
        "def f(x):",
    ],
)
def test_another_grammar_is_not_unfinished(text: str) -> None:
    assert not unfinished(text)
