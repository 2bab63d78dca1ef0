"""Here-documents: which line begins one, with which word, as bash reads it."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from sessionlens.commands.more import Unfinished

NONE = [
    ": \"<<X\"; PS1='a+ '",
    "echo $((1<<X))",
    "(( a<<X ))",
    "x # <<X",
    "echo \\<<X",
    "echo `cat <<X`",
    "echo $[1<<X]",
    "cat <<<X",
    "<<<X cat",
]
SOME = {
    "cat <<X": "X",
    "cat <<X;:": "X",
    "cat <<X>/dev/null": "X",
    "cat <<'a b'": "a b",
    'cat <<"a"b': "ab",
    "cat <<E\\OF": "EOF",
    "cat <<$x": "$x",
    "cat <<${x}": "${x}",
    "cat <<!": "!",
    "cat <<-X | tr a b": "X",
    "echo $(cat <<X)": "X",
    "cat <<A <<B": "A\nB",
    "for i in 1; do\ncat <<X; done": "X",
    "cat <<X && ls": "X",
    "<<X": "X",
    "<<-X cat": "X",
    "if <<X cat; then :; fi": "X",
    "cat <<X |\nX\ncat; cat <<Y": "Y",
}


@pytest.mark.parametrize("text", NONE)
def test_what_only_looks_like_one(text: str) -> None:
    assert not Unfinished(text).open


@pytest.mark.parametrize("text", SOME)
def test_the_word_that_ends_it(text: str) -> None:
    typed = Unfinished(text)
    typed.add("it's <<Z no code (")
    assert typed.open
    for word in SOME[text].split("\n"):
        assert typed.open
        typed.add(word)
    assert not typed.open


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
@pytest.mark.parametrize("text", [*NONE, *SOME])
def test_bash_says_the_same(text: str) -> None:
    ends = SOME[text].split("\n") if text in SOME else []
    assert _ran([text, *ends, "echo RAN"])
    assert text not in SOME or not _ran([text, "echo RAN"])


def _ran(lines: list[str]) -> bool:
    """Was the last of these lines run, or was it read as more of the first?"""
    said = subprocess.run(["bash", "-c", "\n".join(lines)], capture_output=True, text=True, check=False)
    return "RAN" in said.stdout.split("\n")


@pytest.mark.parametrize("line", ["<<A", "cat <<A; (", "$(<<A", "<<A <<A"])
def test_many_of_them_are_read_in_no_time(line: str) -> None:
    """They took ten minutes before their cost was bounded."""
    typed = Unfinished("\n".join(f"{line} {at}" for at in range(1000)))
    typed.add("A")
    assert typed.text.endswith("\nA")
