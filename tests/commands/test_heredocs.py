"""Here-documents: which line begins one, with which word, as bash reads it."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from sessionlens.commands.dialects import dialect
from sessionlens.commands.more import Unfinished

NONE = [
    "function f (( 1 << 2 ))",
    "function f { (( x = 1 << 2 )); }",
    "echo $$'\\'",
    'echo "$$("',
    ": \"<<X\"; PS1='a+ '",
    "echo $((1<<X))",
    "(( a<<X ))",
    "x # <<X",
    "echo \\<<X",
    "echo `cat <<X`",
    "echo $[1<<X]",
    "cat <<<X",
    "<<<X cat",
    "b=([1<<2]=3)",
    "a[1<<2]=3",
    "echo ${x:1<<X}",
    "echo ${x%\\'}",
    "echo $'\\'<<X'",
    "echo \"${x:-'}'}\" # <<X",
    "case x in x) : ;; esac # <<X",
    "shopt -s extglob; [[ a == @(<<X) ]]",
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
    'cat <<"a\\"b"': 'a"b',
    "cat <<$'a\\x62'": "ab",
    "declare a[1<<2]=3": "2]=3",
    "echo $(case x in x) cat <<X;; esac)": "X",
    "cat <<'X' <<-Y": "X\n\tY",
    "cat <<X\nfoo\\\nX": "X",
    "cat <<-X\n\t\\": "\tX",
    "echo $(cat <<X": "X)",
    'cat <<X "a\nb"': "X",
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


ASK = ["a |", "a &&", "a \\", "for i in 1; do", "if true; then # why", "a |\n# why", '"a" || # |']
DO_NOT = ["echo do", "a # do", "a \\\\", "a \\|", "echo 'a' # |", "echo then", "'\\'", "a # \\"]
DO_NOT += ["time -p (( 1 << 2 ))", "coproc N { (( x = 1 << 2 )); }"]


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
@pytest.mark.parametrize("text", [*ASK, *DO_NOT])
def test_what_asks_for_more_at_its_end(text: str) -> None:
    assert Unfinished(text).waits == (text in ASK)
    said = subprocess.run(["bash", "-c", f"{text}\n"], capture_output=True, text=True, check=False).stderr
    assert ("unexpected end" in said) == (text in ASK and not text.endswith("\\"))


OTHERS = {
    "dash": ["cat <<$'X'\n$X", "echo $(cat <<X)", "echo $[1<<X]\nX]", 'echo "${x:-it\'s}"'],
    "zsh": ["echo $(cat <<X)", "echo ((1)) <<X\nX"],
    "fish": ["echo 'it\\'s'", "echo a", "echo '<<X'"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name in OTHERS for text in OTHERS[name]])
def test_other_shells_have_quotes_and_words_of_their_own(name: str, text: str) -> None:
    typed = Unfinished(text.split("\n")[0], dialect(name))
    for line in text.split("\n")[1:]:
        assert typed.waits
        typed.add(line)
    assert not typed.waits


def test_a_comment_is_none_where_zsh_reads_what_is_typed() -> None:
    assert Unfinished("echo # <<X", dialect("bash > zsh")).bodies and not Unfinished("echo # <<X").bodies


def test_an_alias_is_read_as_the_shell_reads_it() -> None:
    aliases = {"x": "cat <<X", "y": "PS1='> ' #", "loop": "for i in 1 2; do", "s": "sudo ", "z": "z; z"}
    assert Unfinished("x", aliases=aliases).bodies and Unfinished("s x", aliases=aliases).bodies
    assert Unfinished("cd; x", aliases=aliases).bodies and not Unfinished("echo x", aliases=aliases).bodies
    assert not Unfinished("y <<X", aliases=aliases).open and not Unfinished("\\x; 'x'", aliases=aliases).open
    assert Unfinished("loop\n:", aliases=aliases).open
    assert not Unfinished("loop\n:\ndone", aliases=aliases).open
    assert not Unfinished("z " * 1000, aliases=aliases).open
