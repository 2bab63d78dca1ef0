"""Real shells under a pseudo-terminal, with prompts drawn at random: nothing here may be known beforehand."""

from __future__ import annotations

import random
import re
import shutil
import sys
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Shell = Callable[..., Any]
BASH = ("bash", "--norc", "--noprofile", "-i")


def drawn(seed: int) -> tuple[str, str]:
    """A prompt for bash and the pattern that its end is waited for with."""
    draw = random.Random(seed)
    word = "".join(draw.choice("abcdefghkmnop") for _ in range(6))
    head = draw.choice(
        [
            r"\u@\h:\w",
            r"[\t] \W",
            rf"({word}) \w",
            rf"\n{word} \d \t\n",
            rf"\e[3{draw.randrange(8)}m\w\e[0m",
        ]
    )
    mark = draw.choice(["$", "#", ">", "❯", "%", "»", "->"])
    return f"{head} {word}{mark} ", re.escape(f"{word}{mark} ") + "$"


@pytest.mark.parametrize("seed", range(4))
def test_typed_completed_edited_and_recalled_lines(shell: Shell, seed: int, tmp_path: Any) -> None:
    prompt, ready = drawn(seed)
    (tmp_path / "quarterly-report").write_text("x\n")
    bash = shell(*BASH, PS1=prompt, PS2="> ")
    bash.wait(ready)
    bash.run("cd /usr", ready)
    bash.run("cd", ready)
    bash.type("cat qua")
    bash.press("\t")
    bash.wait("report ")
    bash.press("\r")
    bash.wait(ready)
    bash.type("echo helo")
    bash.press("\x1b[D")
    bash.wait("\x08")
    bash.press("l")
    bash.wait("lo")
    bash.press("\r")
    bash.wait(ready)
    bash.press("\x1b[A")
    bash.wait("echo hello")
    bash.press("\r")
    bash.wait(ready)
    bash.run("for i in 1 2", "> $")
    bash.run("do echo $i; done", "2\r\n[^$]*" + ready)
    bash.run("exit", "exit")
    result = bash.extraction()
    assert [command.text.rstrip() for command in result.commands] == [
        "cd /usr",
        "cd",
        "cat quarterly-report",
        "echo hello",
        "echo hello",
        "for i in 1 2\ndo echo $i; done",
        "exit",
    ]
    assert result.events == []
    assert {command.confidence for command in result.commands if "qua" not in command.text} <= {
        "high",
        "medium",
    }
    assert result.commands[3].output == "hello"
    assert result.commands[3].confidence == "high"
    assert result.hidden == []


def test_passwords_are_hidden_and_blind_commands_are_flagged(shell: Shell) -> None:
    prompt, ready = drawn(11)
    bash = shell(*BASH, PS1=prompt)
    bash.wait(ready)
    bash.run("read -s -p 'Password: ' x; read -s -p 'Again: ' y", "Password: ")
    bash.press("wrong-Secret1\r")
    bash.wait("Again: ")
    bash.press("right-Secret2\r")
    bash.wait(ready)
    bash.run("stty -echo", ready)
    bash.press("echo typed blind\r")
    bash.wait("typed blind[^$]*" + ready)
    bash.press("stty echo\r")
    bash.wait(ready)
    bash.run("read -p 'Name: ' n", "Name: ")
    bash.run("Ada Lovelace", ready)
    bash.run("echo fin", "fin[^$]*" + ready)
    result = bash.extraction()
    assert [(command.text, command.hidden) for command in result.commands] == [
        ("read -s -p 'Password: ' x; read -s -p 'Again: ' y", False),
        ("stty -echo", False),
        ("echo typed blind", True),
        ("stty echo", True),
        ("read -p 'Name: ' n", False),
        ("echo fin", False),
    ]
    hidden = [event for event in result.events if event.kind == "hidden input"]
    assert [event.text for event in hidden] == ["[hidden input]", "[hidden input]"]
    assert "Secret" not in repr((result.commands, result.events))
    assert len(result.hidden) == 4


def test_a_shell_without_bracketed_paste(shell: Shell, tmp_path: Any) -> None:
    (tmp_path / "inputrc").write_text("set enable-bracketed-paste off\n")
    bash = shell(*BASH, PS1="old:\\w\\$ ", INPUTRC=str(tmp_path / "inputrc"))
    ready = r"old:~[$#] $"
    bash.wait(ready)
    bash.run("read -p '> ' x", "> $")
    bash.run("ls answer", ready)
    bash.run("stty -echo", ready)
    bash.press("echo typed blind\r")
    bash.wait("typed blind[^$]*" + ready)
    bash.press("stty echo\r")
    bash.wait(ready)
    bash.run("sh -c 'echo ready; cat'", "ready\r\n$")
    bash.run("for cat", "for cat\r\n$")
    bash.press("\x04")
    bash.wait(ready)
    bash.run("echo fin", "fin[^$]*" + ready)
    assert [(each.text, each.hidden) for each in bash.extraction().commands] == [
        ("read -p '> ' x", False),
        ("stty -echo", False),
        ("echo typed blind", True),
        ("stty echo", True),
        ("sh -c 'echo ready; cat'", False),
        ("echo fin", False),
    ]


@pytest.mark.skipif(not shutil.which("zsh"), reason="needs zsh")
def test_zsh_with_a_right_prompt_and_continuation_lines(shell: Shell) -> None:
    zsh = shell("zsh", "-f", "-i", PS1="%~ » ", RPS1="<%T>")
    ready = "» .*\x1b\\[\\?2004h$"
    zsh.wait(ready)
    zsh.run("echo one  two", ready)
    zsh.run("echo 'open", "quote> .*\x1b\\[\\?2004h$")
    zsh.run("quote'", "quote\r\n.*" + ready)
    zsh.press("\x1b[A")
    zsh.wait("quote'")
    zsh.press("\r")
    zsh.wait("quote\r\n.*" + ready)
    result = zsh.extraction()
    assert [each.text for each in result.commands] == [
        "echo one  two",
        "echo 'open\nquote'",
        "echo 'open\nquote'",
    ]
    assert {each.context for each in result.commands} == {"zsh"}


def test_output_alone_tells_the_same(shell: Shell) -> None:
    prompt, ready = drawn(5)
    bash = shell(*BASH, PS1=prompt)
    bash.wait(ready)
    bash.run("cd /", ready)
    bash.run("echo a b", ready)
    bash.press("\x1b[A")
    bash.wait("echo a b")
    bash.press("\r")
    bash.wait("a b\r\n[^$]*" + ready)
    texts = [command.text for command in bash.extraction(inputs=False).commands]
    assert texts == ["cd /", "echo a b", "echo a b"]
    assert {command.confidence for command in bash.extraction(inputs=False).commands} <= {"medium", "low"}


def test_a_nested_shell_and_a_repl_are_contexts(shell: Shell) -> None:
    bash = shell(*BASH, PS1="me@outer:\\w\\$ ")
    ready = r"me@outer:~[$#] $"
    bash.wait(ready)
    bash.run("PS1='me@inner:\\w> ' bash --norc --noprofile -i", "inner:~> $")
    bash.run("id -un", "inner:~> $")
    bash.run("exit", ready)
    bash.run("python3 -q -i", ">>> ")
    bash.run("1+1", r"(?s)2\r\n.*>>> ")
    bash.run("exit()", ready)
    bash.run("echo fin", "fin[^$]*" + ready)
    found = [(each.text, each.context, each.kind) for each in bash.extraction().commands]
    assert found[1] == ("id -un", "bash > bash", "shell")
    assert ("1+1", "bash > python", "repl") in found
    assert found[-1] == ("echo fin", "bash", "shell")


FAKE = "import getpass; print(getpass.getpass(PROMPT) and 'ok')"


@pytest.mark.parametrize("asks", ["$ ", "token> ", "pin # ", "me:~$ "])
@pytest.mark.parametrize("bracketed", ["on", "off"])
def test_a_password_asked_for_behind_what_looks_like_a_prompt(
    shell: Shell, tmp_path: Any, asks: str, bracketed: str
) -> None:
    (tmp_path / "inputrc").write_text(f"set enable-bracketed-paste {bracketed}\n")
    (tmp_path / "ask.py").write_text(FAKE.replace("PROMPT", repr(asks)))
    bash = shell(*BASH, PS1="me:~$ ", INPUTRC=str(tmp_path / "inputrc"))
    ready = "me:~[$] $"
    bash.wait(ready)
    bash.run("echo one", "one\r\n.*" + ready)
    for secret in ("first-Secret", "second-Secret"):
        bash.run(f"{sys.executable} ask.py", "\r\n.*" + re.escape(asks) + "$")
        bash.press(secret + "\r")
        bash.wait("ok[^$]*" + ready)
    bash.run("stty -echo", ready)
    bash.press(f"{sys.executable} ask.py\r")
    bash.wait(re.escape(asks) + "$")
    bash.press("third-Secret\r")
    bash.wait(ready)
    bash.press("stty echo\r")
    bash.wait(ready)
    bash.run("echo two", "two\r\n.*" + ready)
    result = bash.extraction()
    assert "Secret" not in repr(result)
    seen = [command.text for command in result.commands if not command.hidden]
    assert seen == ["echo one", *[f"{sys.executable} ask.py"] * 2, "stty -echo", "echo two"]
