"""What zsh itself puts behind its prompt (push-line, `print -z`), and what it asks before it runs a line."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from typing import Any

import pytest

from sessionlens.commands.correcting import corrected

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals"),
    pytest.mark.skipif(not shutil.which("zsh"), reason="needs zsh"),
]
EDITOR = "\x1b\\[\\?2004h"
READY = f"box »[^\n]*{EDITOR}"


@pytest.fixture
def zsh(shell: Callable[..., Any]) -> Any:
    typist = shell("zsh", "-f", "-i", PS1="box » ")
    typist.wait(READY)
    typist.run("pwd", f"\n/[^»]*{READY}")
    typist.run("true", READY)
    return typist


def rows(zsh: Any, **how: Any) -> list[tuple[str, str]]:
    return [(each.text, each.confidence) for each in zsh.extraction(**how).commands]


def test_a_line_that_was_pushed_away(zsh: Any) -> None:
    zsh.type("rm -rf vict")
    zsh.press("\x1bq")
    zsh.wait(r"\x1b\[11D$")
    zsh.run("echo in between", f"between\r\n.*{READY}")
    zsh.type("im")
    zsh.press("\r")
    zsh.wait(READY)
    assert ("rm -rf victim", "medium") in rows(zsh)
    assert "rm -rf victim" in dict(rows(zsh, inputs=False))


@pytest.mark.parametrize("keys", ["\x01echo \r", " | cat\r"])
def test_a_pushed_line_that_was_changed_is_listed_whole(zsh: Any, keys: str) -> None:
    zsh.type("ls -l victim")
    zsh.press("\x1bq")
    zsh.wait(r"\x1b\[12D$")
    zsh.run("echo in between", f"between\r\n.*{READY}")
    zsh.press(keys[:1])
    zsh.press(keys[1:])
    zsh.wait(READY)
    text, how = rows(zsh)[-1]
    assert "ls -l victim" in text and how != "high"


@pytest.mark.parametrize("put", ["rm -rf vict", "rm -rf victim #", "rm -rf victim >", "sudo -s $ "])
def test_a_line_that_was_put_there(zsh: Any, put: str) -> None:
    zsh.run(f"print -z '{put}'", f"box » {put.rstrip().replace('$', '[$]')}.*{EDITOR}")
    zsh.type("im")
    zsh.press("\r")
    zsh.wait(READY)
    assert f"{put}im" in dict(rows(zsh))
    assert "high" not in {text: how for text, how in rows(zsh) if text.endswith("im")}.values()


def test_text_that_was_put_there_again_and_again(zsh: Any) -> None:
    for _ in range(2):
        zsh.run("print -z 'rm -rf victim #'", f"box » rm -rf victim #.*{EDITOR}")
        zsh.run("x", READY)
    assert [text for text, _ in rows(zsh)].count("rm -rf victim #x") == 2


@pytest.fixture
def correcting(zsh: Any) -> Any:
    zsh.run("setopt correct", READY)
    return zsh


@pytest.mark.parametrize("ask", ["", "zsh: %R -> %r? [nyae] "])
@pytest.mark.parametrize(
    ("key", "row"),
    [
        ("y", ("echo gone", "medium")),
        ("n", ("ehco gone", "high")),
        ("a", ("ehco gone", "low")),
        ("e", ("ehco gone", "low")),
    ],
)
def test_a_line_that_zsh_would_correct(correcting: Any, ask: str, key: str, row: tuple[str, str]) -> None:
    if ask:
        correcting.run(f"SPROMPT='{ask}'", READY)
    correcting.type("ehco gone")
    correcting.press("\r")
    correcting.wait("nyae.*\x07")
    correcting.wait_blind(lines=False)
    correcting.press(key)
    correcting.wait(READY)
    assert rows(correcting)[-1] == row
    found = correcting.extraction().commands[-1]
    assert found.typed == ("ehco gone" if key == "y" else None)


def test_a_line_that_was_mended_when_zsh_asked(correcting: Any) -> None:
    correcting.type("ehco gone")
    correcting.press("\r")
    correcting.wait("nyae.*\x07")
    correcting.wait_blind(lines=False)
    correcting.press("e")
    correcting.wait(EDITOR)
    correcting.press("\x01\x04\x04\x04\x04echo\r")
    correcting.wait(f"\ngone\r\n.*{READY}")
    assert rows(correcting)[-1][0] == "echo gone"


def test_only_words_that_are_alike_are_corrected() -> None:
    assert corrected("rm -rf x", "zsh: correct 'rm' to 'ls' [nyae]? y\n") == "rm -rf x"
    assert (
        corrected("gerp a | sl", "zsh: correct 'gerp' to 'grep' [nyae]? y\nsl -> ls? [nyae] y\n")
        == "grep a | ls"
    )
    assert corrected("gerp a", "zsh: correct 'gerp' to 'grep' [nyae]? n\n") == "gerp a"


def test_answers_to_select_and_vared(zsh: Any) -> None:
    zsh.run("select x in a b; do break; done", f"[?]# .*{EDITOR}")
    zsh.run("2", READY)
    zsh.run("v=old; vared v", f"old.*{EDITOR}")
    zsh.type("er")
    zsh.press("\r")
    zsh.wait(READY)
    assert [text for text, _ in rows(zsh)][2:] == ["select x in a b; do break; done", "v=old; vared v"]
    assert [each.text for each in zsh.extraction().events if each.kind == "unread"] == ["older"]


def test_a_command_at_the_question_of_select_is_listed(zsh: Any) -> None:
    zsh.run("PS1='?# '; select x in a; do zsh -f -i; done", f"[?]# .*{EDITOR}")
    zsh.run("1", f"[#%] .*{EDITOR}")
    zsh.run("rm -rf victim", f"[#%] .*{EDITOR}")
    assert "rm -rf victim" in dict(rows(zsh))


def test_a_file_that_looks_like_the_question_answers_nothing(zsh: Any, tmp_path: Any) -> None:
    (tmp_path / "notes").write_text("zsh: correct '/srv/aa' to '/srv/ab' [nyae]? y\nok\n")
    zsh.run("cat notes; ls -d /srv/aa", f"(?s)ok\r\n.*{READY}")
    zsh.run("pwd", f"\n/[^»]*{READY}")
    assert rows(zsh)[-2] == ("cat notes; ls -d /srv/aa", "high")
