"""Programs that draw a line once more at Enter: under another prompt, or none, or that go down quietly."""

from __future__ import annotations

import sys
from collections.abc import Callable
from shutil import which
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Shell = Callable[..., Any]
UP = "\x1b[A"
READY = r"me@box:~\$ $"
TRANSIENT = r"""
function fish_greeting; end
function fish_prompt; if set -q taken; set -e taken; printf '· '; else; printf 'in here\n└ '; end; end
function take; set -g taken 1; commandline -f repaint; commandline -f execute; end
bind \r take
"""


def needs(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(which(name) is None, reason=f"{name} is not installed")


def shows(text: str) -> Callable[[Any], bool]:
    """The last row in which something stands."""
    return lambda terminal: [row.rstrip() for row in terminal.display if row.strip()][-1:] == [text]


def behind_mark(text: str) -> Callable[[Any], bool]:
    """The cursor stands behind it, and it behind a prompt."""
    return lambda terminal: terminal.display[terminal.cursor.y][: terminal.cursor.x].endswith(f"> {text}")


@needs("fish")
@pytest.mark.parametrize("options", [(), ("--no-config",)], ids=["edited", "unmarked"])
def test_a_recalled_line_behind_a_prompt_that_is_drawn_at_enter(
    shell: Shell, options: tuple[str, ...]
) -> None:
    fish = shell("fish", *options, "-C", TRANSIENT)
    for line in ("echo one", "echo two", "echo three"):
        fish.until(shows("└"))
        fish.press(line)
        fish.until(shows(f"└ {line}"))
        fish.press("\r")
        fish.wait(f"{line.split()[1]}\r\n")
    fish.until(shows("└"))
    fish.press(UP)
    fish.until(shows("└ echo three"))
    fish.press(UP)
    fish.until(shows("└ echo two"))
    fish.press("\r")
    fish.wait("two\r\n")
    fish.until(shows("└"))
    found = fish.extraction().commands
    assert [each.text for each in found] == ["echo one", "echo two", "echo three", "echo two"]
    assert found[-1].confidence != "high"


@needs("bc")
def test_a_line_recalled_where_no_prompt_stands(shell: Shell) -> None:
    bash = shell("bash", "--norc", "--noprofile", PS1="me@box:~$ ", HISTFILE="", INPUTRC="/dev/null")
    bash.wait(READY)
    for line in ("pwd", "id -u", "uname"):
        bash.run(line, READY)
    bash.run("bc -q", "\x1b\\[\\?2004h$")
    bash.run("3 * 14", "42\r\n\x1b\\[\\?2004h$")
    bash.run("scale=3; 22 / 7", "3.142\r\n\x1b\\[\\?2004h$")
    bash.press(UP)
    bash.wait("22 / 7")
    bash.press(UP)
    bash.wait("3 \\* 14")
    bash.press("\r")
    bash.wait("42\r\n\x1b\\[\\?2004h$")
    bash.run("quit", READY)
    found = bash.extraction()
    assert [each.text for each in found.commands][4:] == ["3 * 14", "scale=3; 22 / 7", "3 * 14", "quit"]
    assert not [each for each in found.events if each.kind == "unread"]


@needs("irb")
def test_a_line_that_is_left_without_a_line_feed(shell: Shell) -> None:
    bash = shell("bash", "--norc", "--noprofile", PS1="me@box:~$ ", IRBRC="/dev/null")
    bash.wait(READY)
    bash.run("irb --noautocomplete", r"\x1b\[6n")
    bash.press("\x1b[2;2R")  # it asks where the cursor is, once to learn how wide a letter is drawn
    bash.wait(r"\x1b\[6n")
    bash.press("\x1b[2;1R")
    bash.wait(r"irb.*> .*\x1b\[18G")  # from here on it reads, and no terminal echoes for it
    bash.press("12 + 30")
    bash.until(behind_mark("12 + 30"))
    bash.press("\r")
    bash.wait(r"(?s)=> .*\x1b\[6n")
    bash.press("\x1b[4;1R")
    bash.wait(r"irb.*> .*\x1b\[18G")
    bash.press("exit")
    bash.until(behind_mark("exit"))
    bash.press("\r")
    bash.wait(READY)
    found = bash.extraction().commands
    assert [(each.text, each.context) for each in found][1:] == [
        ("12 + 30", "bash > ruby"),
        ("exit", "bash > ruby"),
    ]
