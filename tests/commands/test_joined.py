"""A command of several lines that was several commands: its prompt was forged to look like that of more."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sessionlens.commands import partly
from sessionlens.commands.meanings import Meanings

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Shell = Callable[..., Any]
READY = r"me@box:~\$ $"
ALIASES = """alias x="PS1='> ' #" X="PS1='me@box:~$ ' #" """.strip()
BACK = "X() { PS1='me@box:~$ '; }"
SHELLS = {"bash": ["bash", "--norc", "--noprofile"], "dash": ["dash"]}

FORGED = [
    ("bash", ALIASES, "x <<X", "X"),
    ("dash", ALIASES, "x <<X", "X"),
    ("bash", ALIASES, 'x "', 'X "'),
    ("bash", ALIASES, "x; for i in 1; do", "X; done"),
    ("bash", ALIASES, "x \\", "X"),
    ("bash", ". ./aliases", "x <<X", "X"),
    ("bash", 'e=eval; $e "$(cat aliases)"', "x <<X", "X"),
    ("bash", "BASH_ALIASES[x]=\"PS1='> ' #\"; X() { PS1='me@box:~$ '; }", "x <<X", "X"),
    ("bash", "alias u=x; " + ALIASES, "u <<X", "X"),
    ("dash", BACK, ": $(:<<X); PS1='> '", "X"),  # dash ends it with the substitution, bash does not
    ("dash", BACK + "; p() { PS1='> '; }", ": $(:<<X); p", "X"),
]


@pytest.mark.parametrize(("name", "before", "opens", "closes"), FORGED)
def test_what_was_run_at_a_forged_prompt(
    shell: Shell, tmp_path: Path, name: str, before: str, opens: str, closes: str
) -> None:
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    (tmp_path / "aliases").write_text(ALIASES + "\n")
    (tmp_path / "victim").touch()
    typist = shell(*SHELLS[name], PS1="me@box:~$ ")
    typist.wait(READY)
    typist.run(before, READY)
    typist.run(opens, "> $")
    typist.run("rm -rf victim", "> $")
    typist.run(closes, READY)
    assert not (tmp_path / "victim").exists()
    [found] = [each for each in typist.extraction().commands if "rm -rf victim" in each.text]
    assert found.text == "rm -rf victim" or (found.confidence != "high" and partly(found))


def test_quotes_around_what_looks_like_a_here_document(shell: Shell, tmp_path: Path) -> None:
    bash = shell(*SHELLS["bash"], PS1="me@box:~$ ")
    bash.wait(READY)
    bash.run(BACK, READY)
    bash.run(": \"<<X\"; PS1='> '", "> $")
    bash.run("rm -rf victim", "> $")
    bash.run("X", READY)
    texts = [each.text for each in bash.extraction().commands]
    assert texts == [BACK, ": \"<<X\"; PS1='> '", "rm -rf victim", "X"]


HONEST = [
    ("alias ll='ls -l' gs='git status'", "cat <<EOF"),
    ("alias x='printf %s'", "x a; cat <<EOF"),
    ("greet() { echo hello; }; greet", "cat <<EOF"),
    ("echo $HOME; x=1; [ $x = 1 ] && printf '%s\\n' $(echo a)", "cat <<EOF"),
    ("cat .bashrc", "cat <<EOF"),
]


@pytest.mark.parametrize(("before", "opens"), HONEST)
def test_names_that_change_nothing_cost_nothing(shell: Shell, before: str, opens: str) -> None:
    bash = shell(*SHELLS["bash"], PS1="me@box:~$ ")
    bash.wait(READY)
    bash.run(before, READY)
    bash.run(opens, "> $")
    bash.run("alias greet", "> $")
    bash.run("EOF", READY)
    found = bash.extraction().commands[-1]
    assert (found.text, found.confidence) == (f"{opens}\nalias greet\nEOF", "high") and not partly(found)


@pytest.mark.parametrize(
    "text",
    [
        ". ./f", "source f", "\\. f", "if true; then . f; fi", "eval \"$x\"", "$x a=b", "alias -g x=y",
        "'al'ias \"$x\"", "builtin source f", "bash --rcfile f", "ENV=f sh", "vi ~/.bashrc", "x && so''urce",
        "shopt -u interactive_comments", "alias {='#'",
    ],
)  # fmt: skip
def test_after_these_any_name_may_mean_anything(text: str) -> None:
    meanings = Meanings()
    meanings.ran(text)
    assert meanings.may_end("cat <<X\nX")
