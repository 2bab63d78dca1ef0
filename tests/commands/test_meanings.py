"""What an alias begins, hides or ends is no command, and no command is lost."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from sessionlens.commands import partly
from sessionlens.commands.meanings import Meanings

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
READY, MORE = r"me@box:~\$ $", "> $"


@pytest.fixture(params=["bash", "dash"])
def typist(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def test_an_alias_that_begins_a_here_document(typist: Any) -> None:
    typist.run("alias x='cat <<X'", READY)
    typist.run("x", MORE)
    typist.run("rm -rf FAKE", MORE)
    typist.run("X", READY)
    typist.run("pwd", READY)
    found = typist.extraction().commands
    assert [each.text for each in found][2:] == ["x\nrm -rf FAKE\nX", "pwd"]
    assert found[2].confidence == "medium" and partly(found[2])


def test_the_lines_of_one_from_a_file_are_never_sure(typist: Any) -> None:
    typist.run("""echo "alias x='cat <<X'" >f""", READY)
    typist.run(". ./f", READY)
    typist.run("x", MORE)
    typist.run("rm -rf FAKE", MORE)
    typist.run("ls FAKE", MORE)
    typist.run("X", READY)
    typist.run("pwd", READY)
    assert not [
        each for each in typist.extraction().commands if "FAKE" in each.text and each.confidence == "high"
    ]
    assert typist.confidence("pwd") == "high"


def test_a_prompt_of_more_that_looks_like_that_of_a_command(typist: Any) -> None:
    typist.run("PS2='me@box:~$ '", READY)
    for line in ("cat <<X", "rm -rf FAKE", "ls FAKE", "X", "pwd"):
        typist.run(line, READY)
    found = {each.text: each.confidence for each in typist.extraction().commands}
    assert found["rm -rf FAKE"] == found["ls FAKE"] == "medium" and found["pwd"] == "high"


@pytest.mark.parametrize("alias", ["x='cat <<X'", """x="PS1='> ' #" """])
def test_a_command_before_one_is_not_thrown_away_with_it(typist: Any, alias: str) -> None:
    typist.run(f"alias {alias}", READY)
    typist.run("touch victim; x <<X", MORE)
    typist.type("y")
    typist.press("\x03")
    typist.wait(r"(?:\$|>) $")
    typist.run("PS1='me@box:~$ '", READY)
    row = next(each for each in typist.extraction().commands if "touch victim" in each.text)
    assert row.confidence != "high"


def test_an_alias_that_begins_none_joins_nothing(typist: Any) -> None:
    typist.run("""alias x="PS1='> ' #" """.strip(), READY)
    typist.run("x <<X", MORE)
    typist.run("touch victim", MORE)
    typist.run("PS1='me@box:~$ '", READY)
    assert "touch victim" in typist.texts()


@pytest.mark.parametrize(
    "line",
    [
        ": \\\\\\\\",
        "b=([1<<2]=3)",
        "cat <<'a\\b'\nfoo\na\\b",
        'cat <<"a\\"b"\nfoo\na"b',
        "echo do",
        "touch b # do",
    ],
)
def test_what_looks_open_where_the_prompt_is_that_of_more(bash: Any, line: str) -> None:
    bash.run('PROMPT_COMMAND=\'[ -e p ] && PS1="> " || PS1="me@box:~$ "\'', READY)
    for row in f">p; {line}".split("\n"):
        bash.run(row, MORE)
    bash.run("touch victim", MORE)
    bash.run("rm p", READY)
    assert "touch victim" in bash.texts()


def test_a_here_document_that_dash_ends_in_its_substitution(dash: Any) -> None:
    dash.run("PS1='$(cat p 2>/dev/null || echo \"me@box:~\\$ \")'", READY)
    dash.run("echo '> ' >p; : $(:<<X)", MORE)
    dash.run("touch victim", MORE)
    dash.run("rm p; cat <<X", "> $")
    dash.run("X", READY)
    row = next(each for each in dash.extraction().commands if "touch victim" in each.text)
    assert row.text == "touch victim" or partly(row)


@pytest.mark.parametrize("prompt", ["me@box:~$ ", "> "])
def test_ctrl_d_ends_a_here_document(typist: Any, prompt: str) -> None:
    ready = prompt.replace("$", r"\$") + "$"
    typist.run(f"PS1='{prompt}'", ready)
    typist.run("cat <<A", MORE)
    typist.run("rm -rf FAKE", MORE)
    typist.press("\x04")
    typist.wait(r"FAKE(?s:.*)" + ready)
    typist.run("touch victim", ready)
    typist.run("pwd", ready)
    found = typist.extraction().commands[2:]
    assert [each.text for each in found] == ["cat <<A\nrm -rf FAKE", "touch victim", "pwd"]


def test_a_script_in_a_here_document_asks_nothing(typist: Any) -> None:
    typist.run("cat >s <<A", MORE)
    typist.run("read -p 'me@box:~$ ' x; cat f -", MORE)
    typist.run("A", READY)
    typist.run("pwd", READY)
    assert typist.confidence("pwd") == "high"


SAID = {
    "read -r BASH_ALIASES[x]": True, "declare -n a=BASH_ALIASES": True, ". ./f": True, "alias x='#'": True,
    "alias ll='ls -l'": False, "cat BASH_ALIASES": False, "cd /srv; ls": False,
}  # fmt: skip


@pytest.mark.parametrize("line", SAID)
def test_what_may_give_a_name_another_meaning(line: str) -> None:
    meanings = Meanings()
    meanings.ran(line)
    assert meanings.may_end("x <<X\nX") == SAID[line]


def test_shells_that_read_it_otherwise() -> None:
    differs = "echo $(cat <<X)\nX"
    assert Meanings().may_end(differs, "sh") and not Meanings().may_end(differs, "dash")
    assert not Meanings().may_end("cat <<X\nX", "sh")
