"""Lines at a prompt that nobody knows: there is none, it changes with the directory, it came behind them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from shutil import which
from typing import Any

import pytest

from sessionlens.commands.home import Seen, home

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Shell = Callable[..., Any]
SHELLS = [
    pytest.param(name, marks=pytest.mark.skipif(which(name) is None, reason=f"{name} is not installed"))
    for name in ("dash", "mksh")
]


def told(typist: Any) -> list[tuple[str, str]]:
    return [(command.text, command.confidence) for command in typist.extraction().commands]


def unread(typist: Any) -> list[str]:
    return [event.text for event in typist.extraction().events if event.kind == "unread"]


@pytest.mark.parametrize("name", SHELLS)
@pytest.mark.parametrize("end", [" ~ ", ": ", "- ", " dir "])
def test_a_prompt_without_a_mark_that_changes_with_the_directory(shell: Shell, name: str, end: str) -> None:
    started = shell(name, PS1="${PWD##*/}" + end, ENV="")
    ready = rf"(^|\n)[\w-]+{end}$"
    started.wait(ready)
    lines = ["pwd", "mkdir -p logs", "cd logs", "rm -rf gone", "ls", "cd ..", "id -u"]
    for line in lines:
        started.run(line, ready)
    assert told(started) == [(line, "high") for line in lines]


def test_only_what_came_behind_a_change_of_directory_is_its_name() -> None:
    rows = [
        ("work: ", "ls"),
        ("work: ", "cd logs"),
        ("logs: ", "ls"),
        ("Continue: ", "yes"),
        ("work: ", "id"),
    ]
    found = home([Seen(text, False, behind) for text, behind in rows])
    assert found is not None
    assert [bool(found.fullmatch(text)) for text in ("work: ", "logs: ", "Continue: ")] == [True, True, False]


def test_no_prompt_at_all(shell: Shell) -> None:
    dash = shell("dash", PS1="")
    lines = ["echo one", "echo two", "rm -rf gone", "echo three"]
    for line in lines:
        dash.run(line, "\r\n(?!echo)\\w+\r\n$" if line.startswith("echo") else "\r\n$")
    assert told(dash) == [(line, "low") for line in lines]
    assert unread(dash) == []


def test_read_takes_no_more_than_it_was_asked_for(shell: Shell) -> None:
    """Whether it read at all nothing says here, so its line is not forgotten either."""
    dash = shell("dash", PS1="")
    for line in ("echo one", "echo two", "echo three"):
        dash.run(line, "\r\n\\w+\r\n$")
    dash.run("read answer", "\r\n$")
    dash.run("rm", "\r\n$")
    dash.run("echo last", "\r\nlast\r\n$")
    assert [text for text, _ in told(dash)] == [
        "echo one",
        "echo two",
        "echo three",
        "read answer",
        "echo last",
    ]
    assert unread(dash) == ["rm"]


def test_what_nobody_knows_to_be_a_line_is_not_forgotten(shell: Shell, tmp_path: Any) -> None:
    (tmp_path / "tool").write_text("while read x; do echo got; done\n")
    dash = shell("dash", PS1="$ ")
    dash.wait(r"\$ $")
    dash.run("echo one", r"\$ $")
    dash.run("sh ./tool", "\r\n$")
    dash.run("rm -rf gone", "got\r\n$")
    dash.press("\x04")
    dash.wait(r"\$ $")
    assert [text for text, _ in told(dash)] == ["echo one", "sh ./tool"]
    assert unread(dash) == ["rm -rf gone"]


def test_what_cat_read_is_no_line(shell: Shell) -> None:
    dash = shell("dash", PS1="$ ")
    dash.wait(r"\$ $")
    dash.run("cat", "\r\n$")
    dash.run("rm -rf gone", "gone\r\n$")
    dash.run("rm -rf other", "other\r\n$")
    dash.press("\x04")
    dash.wait(r"\$ $")
    dash.run("echo one", r"\$ $")
    assert [text for text, _ in told(dash)] == ["cat", "echo one"]
    assert unread(dash) == []


def test_a_repl_whose_prompt_was_changed(shell: Shell) -> None:
    dash = shell("dash", PS1="$ ", PYTHON_BASIC_REPL="1")
    dash.wait(r"\$ $")
    dash.run(f"{sys.executable} -q", ">>> $")
    dash.run("import sys; sys.ps1 = 'py3: '", "py3: $")
    lines = ["2 ** 20", "print('here')", "exit()"]
    for line in lines[:-1]:
        dash.run(line, "py3: $")
    dash.run(lines[-1], r"\$ $")
    dash.run("echo back", r"\$ $")
    found = dash.extraction().commands
    assert [each.text for each in found][2:] == [*lines, "echo back"]
    assert [each.context.endswith(" > python") for each in found][2:] == [True] * 3 + [False]
    assert [each.confidence for each in found][2:] == ["low"] * 3 + ["high"]


@pytest.mark.skipif(which("yash") is None, reason="yash is not installed")
def test_a_line_typed_ahead_that_its_editor_draws_at_once(shell: Shell) -> None:
    yash = shell("yash", "--norcfile", "--noprofile")
    yash.wait("[#$] ")
    yash.run("sleep 2", "\x1b>$")
    yash.press("rm -rf gone\r")
    yash.wait("(?s)[#$] .*gone.*[#$] ")
    yash.run("echo one", "(?s)one\r\n.*[#$] ")
    assert [text for text, _ in told(yash)] == ["sleep 2", "rm -rf gone", "echo one"]


def test_a_prompt_given_by_hand_is_the_shells(shell: Shell) -> None:
    dash = shell("dash", PS1="$ ")
    dash.wait(r"\$ $")
    dash.run("pwd", r"\$ $")
    dash.run("PS1='ready> '", "ready> $")
    dash.run("echo one", "ready> $")
    assert told(dash) == [("pwd", "high"), ("PS1='ready> '", "high"), ("echo one", "high")]
