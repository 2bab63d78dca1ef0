"""The parts that need no recording: prompts, regions, grammar, output text, expansion, contexts, matching."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.commands import is_sure
from sessionlens.commands.contexts import Contexts, Told, directory, titled
from sessionlens.commands.editor import Reading
from sessionlens.commands.expansion import expanded
from sessionlens.commands.matching import agreement, tidy
from sessionlens.commands.more import incomplete
from sessionlens.commands.openers import Opened, opens, program
from sessionlens.commands.output import plain
from sessionlens.commands.prompts import Prompts, continues, shape
from sessionlens.commands.region import before_cursor, logical_line


@dataclass(frozen=True)
class Row:
    text: str
    wrapped: bool = False


def test_a_prompt_is_generalised_over_clock_directory_and_branch() -> None:
    prompts = Prompts(
        [("[10:00:01] ~ $ ", True), ("[10:00:07] ~/src (main) $ ", True), ("[10:01:00] /x (main) $ ", True)]
    )
    assert prompts.split("[23:59:59] /etc/ssh $ ls -l $ x", True) == "[23:59:59] /etc/ssh $ "
    assert prompts.split("[23:59:59] ~/other (topic/a) $  ls", True) == "[23:59:59] ~/other (topic/a) $ "
    assert prompts.split("total 12", True) is None
    assert shape("me@host:~/a $ ") == shape("you@other:/ $ ")


def test_what_asks_for_an_answer_is_no_prompt() -> None:
    prompts = Prompts(
        [("$ ", False), ("$ ", False), ("Password: ", False), ("Password: ", False), ("old$ ", True)]
    )
    assert prompts.trusted("$ ", False)
    assert not prompts.trusted("Password: ", False)
    assert not prompts.trusted("Continue? [y/N] ", False)
    assert prompts.is_edited("old$ ") and not prompts.is_edited("$ ")
    assert prompts.trusted("anything ❯ ", True)
    assert not prompts.trusted("Name: ", True)


@pytest.mark.parametrize(
    "prompt", ["> ", "... ", "for> ", "cmdsubst quote> ", "   ...> ", "    -> ", "db-# ", "db(# "]
)
def test_continuation_prompts(prompt: str) -> None:
    assert continues(prompt)


@pytest.mark.parametrize("prompt", ["$ ", "me@host:~> ", ">>> ", "sqlite> ", "root# "])
def test_first_prompts(prompt: str) -> None:
    assert not continues(prompt)


@pytest.mark.parametrize(
    "text", ["for i in 1 2", "cat <<X", "echo 'a", "a |", "echo \\", "if true; then", "f() {", "begin"]
)
def test_unfinished_lines(text: str) -> None:
    assert incomplete(text)


@pytest.mark.parametrize("text", ["ls", "cat <<X\na\nX", "for i in 1; do ls; done", "PS1='> '", "echo a\\ b"])
def test_finished_lines(text: str) -> None:
    assert not incomplete(text)


def test_wrapped_rows_are_one_line_with_their_blanks() -> None:
    rows = [Row("before"), Row("$ echo a", True), Row("b")]
    assert logical_line(rows, 2, 9).text == "$ echo a b"
    assert before_cursor(rows, 1, 2, 9) == ("$ echo a b", "")
    assert before_cursor([Row("$")], 2, 0, 9) == ("$ ", "")


def test_a_cell_too_narrow_for_a_wide_character_is_no_blank() -> None:
    assert logical_line([Row("$ a日日", True), Row("日")], 0, 8).text == "$ a日日日"
    assert before_cursor([Row("日本 x")], 4, 0, 20) == ("日本", " x")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x1b[1;32mgreen\x1b[0m\r\nplain \r\n", "green\nplain"),
        (b"10%\r50%\r100%\r\n", "100%"),
        (b"abc\x08\x08X\x07\r\n", "aX"),
        (b"\x1b[?1049hscreen\x1b[?1049lafter\r\n", "after"),
        (b"\x1b]0;title\x07x\x1bP+q\x1b\\y\xff", "xy\ufffd"),
    ],
)
def test_output_as_text(data: bytes, text: str) -> None:
    assert plain(data) == text


@given(st.binary(max_size=200))
def test_any_output_becomes_text_without_escapes(data: bytes) -> None:
    assert "\x1b" not in plain(data)


@pytest.mark.parametrize(
    ("typed", "output", "ran"),
    [
        ("sudo !!", "sudo rm x\nbye", "sudo rm x"),
        ("echo !$ b", "echo a b\na b", "echo a b"),
        ("^a^b", "echo b\nb", "echo b"),
        ("!!:gs/data/.\\/data/", "wc ./data/x\n1 2 3", "wc ./data/x"),
        ("!l:gs#logs#./logs#", "ls ./logs\na", "ls ./logs"),
        ("!l:s#a#b#", "bash: :s#a#b#: substitution failed\n", "!l:s#a#b#"),
        ("!./m", "./menu -x\nbye", "./menu -x"),
        ("sudo !/usr", "sudo /usr/bin/rm y\nbye", "sudo /usr/bin/rm y"),
        ("#!/bin/sh is a comment", "# /bin/shell is a comment", "#!/bin/sh is a comment"),
        ("echo hi!", "hi!", "echo hi!"),
        ("echo '!x'", "!x", "echo '!x'"),
        ("ls", "a", "ls"),
    ],
)
def test_history_expansion(typed: str, output: str, ran: str) -> None:
    assert expanded(typed, output) == ran


def test_contexts_are_a_stack() -> None:
    contexts = Contexts("bash", "web01", None)
    seen = []
    for prompt, text in [
        ("me@a:~$ ", "ssh root@b"),
        ("root@b:~# ", "python3"),
        (">>> ", "exit()"),
        ("root@b:~# ", "exit"),
        ("me@a:~$ ", "sudo -i"),
        ("root@a:/root# ", "exit"),
    ]:
        level = contexts.prompt(prompt)
        contexts.ran(text)
        seen.append((contexts.path, level.kind, level.user, level.host))
    assert seen == [
        ("bash", "shell", "me", "a"),
        ("bash > ssh", "shell", "root", "b"),
        ("bash > ssh > python", "repl", "root", "b"),
        ("bash > ssh", "shell", "root", "b"),
        ("bash", "shell", "me", "a"),
        ("bash > sudo", "shell", "root", "a"),
    ]


def test_a_shell_with_the_prompt_of_the_one_below_is_a_level_of_its_own() -> None:
    contexts = Contexts("bash", None, None)
    seen = []
    lines = [("", "bash"), ("", "id"), ("me", "exit"), ("exit", "su"), ("su: Authentication failure", "ls")]
    for said, text in lines:
        contexts.prompt("me@a:~$ ", said)
        contexts.ran(text)
        seen.append(contexts.path)
    assert seen == ["bash", "bash > bash", "bash > bash", "bash", "bash"]


def test_what_the_shell_told_the_terminal_and_the_prompt_does_not_show() -> None:
    contexts = Contexts("bash", "web01", None)
    contexts.prompt("$ ", "", titled("deploy@web01: ~/src"))
    assert (contexts.top.user, contexts.top.host, contexts.top.cwd) == ("deploy", "web01", "~/src")
    contexts.ran("ssh -p 22 db02")
    contexts.prompt("% ", "", Told("db02", None, "/srv"))
    assert (contexts.top.user, contexts.top.host, contexts.top.cwd) == (None, "db02", "/srv")
    contexts.prompt("% ")
    assert contexts.top.cwd == "/srv"


@pytest.mark.parametrize(
    ("text", "opened"),
    [
        ("ssh -i key -p 22 deploy@db02", Opened("ssh", "shell", "db02", "deploy", True)),
        ("ssh -l ops db02 -t sudo -i", Opened("sudo", "shell", "db02", "root", True)),
        ("ssh db02 uptime", None),
        ("ssh -N -L 1:a:2 db02", None),
        ("cd /srv && sudo -u app bash", Opened("bash", "shell", None, "app", True)),
        ("sudo su - ada", Opened("su", "shell", None, "ada", True)),
        ("su -c id", None),
        ("sudo apt install x", None),
        ("docker exec -it -u root -e A=b web bash", Opened("bash", "shell", "web", None, True)),
        ("docker compose exec db psql -U app", Opened("psql", "repl", "db")),
        ("kubectl exec -n prod -it pod-1 -c app -- sh", Opened("sh", "shell", "pod-1", None, True)),
        ("bash deploy.sh", None),
        ("FOO=1 env -i PS1='$ ' dash", Opened("dash", surely=True)),
        ("python3.12 -q", Opened("python", "repl")),
        ("ls; mysql -u root -p", Opened("mysql", "repl")),
        ("echo 'a; bash'", None),
        ("", None),
    ],
)
def test_what_a_command_line_opens(text: str, opened: Opened | None) -> None:
    assert opens(text) == opened


def test_programs_and_directories() -> None:
    assert program("A=1 sudo /usr/bin/python3.12 -i") == "python"
    assert program("PS1='a b ' bash") == "bash"
    assert program("echo 'open") == "echo"
    assert program("") == ""
    assert directory("me@host:~/src (main)$ ") == "~/src"
    assert directory("/etc # ") == "/etc"
    assert directory("> ") is None


def test_agreement_of_screen_and_keys() -> None:
    assert agreement("ls -l ", Reading("ls -l", "ls -l", True)) == 3
    assert 1 <= agreement("cat notes.txt", Reading("cat no", "cat no", False)) < 3
    assert agreement("cat notes.txt", Reading("xyz", "xyz", False)) < 1
    assert agreement("ls", Reading("rm", "rm", True)) < 1
    assert tidy("a  \nb \n") == "a\nb"


def test_a_heredoc_is_open_until_its_word_comes() -> None:
    assert incomplete("cat <<EOF > y") and incomplete("cat <<EOF > y\n$ a\n> two")
    assert incomplete("cat <<-'E'\n\ta") and not incomplete("cat <<-'E'\n\ta\n\tE")
    assert not incomplete("cat <<EOF\na\nEOF") and not incomplete("cat <<< word")


def test_a_known_prompt_behind_output_without_a_line_feed() -> None:
    seen = [("[web-4 docs]# ", False), ("[web-5 docs]# ", False), *[("$ ", False)] * 3]
    prompts = Prompts(seen)
    assert prompts.known_end("no newline[web-17 docs]# ", False) == "[web-17 docs]# "
    assert prompts.known_end("no newline$ ", False) == "$ "
    assert Prompts(seen[:3]).known_end("token$ ", False) == "token$ "


@pytest.mark.parametrize(
    ("text", "kind", "sure"),
    [
        ("ls", "shell", True),
        ("for i in 1 2", "shell", False),
        ("wc -l !$", "shell", False),
        ("echo '!$'", "shell", True),
        ("insert into orders", "repl", False),
    ],
)
def test_what_is_told_at_its_enter(taken: Callable[..., Any], text: str, kind: str, sure: bool) -> None:
    on, off = b"\x1b[?2004h", b"\x1b[?2004l\r"
    events = [(0, "o", on + b"$ "), (1, "i", b"ls\r"), (2, "o", b"ls\r\n" + off)]
    command = replace(taken(events).commands[0], text=text, kind=kind, confidence="high", end_ns=None)
    assert is_sure([command], 0) is sure
    assert is_sure([command, command], 0)
