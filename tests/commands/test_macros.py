"""A key that types a line and ends it: what nobody typed was run, and "not there" must not be said."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Shell = Callable[..., Any]
READY = r"me@box:~\$ "


@pytest.mark.parametrize("paste", ["on", "off"])
@pytest.mark.parametrize(
    ("argv", "bound"),
    [
        (("bash", "--norc", "--noprofile"), """bind '"\\C-t": "rm -rf victim\\n"'"""),
        (("zsh", "-f", "-i"), "bindkey -s '^T' 'rm -rf victim\\n'"),
    ],
)
def test_a_macro_that_ends_in_enter(
    shell: Shell, tmp_path: Path, argv: tuple[str, ...], bound: str, paste: str
) -> None:
    if not shutil.which(argv[0]):
        pytest.skip(f"{argv[0]} is not installed")
    (tmp_path / ".inputrc").write_text(f"set enable-bracketed-paste {paste}\n")
    (tmp_path / "victim").touch()
    typist = shell(*argv, PS1="me@box:~$ ")
    end = READY + (r".*\x1b\[\?2004h" if argv[0] == "zsh" else "$")
    typist.wait(end)
    typist.press(f"{bound}\r")
    typist.wait(rf"\n(?s:.*){end}")
    typist.press("\x14")
    typist.wait(rf"rm -rf victim(?s:.*){end}")
    typist.run("id -u", end)
    assert not (tmp_path / "victim").exists()
    found = typist.extraction()
    assert [each.text for each in found.commands] == [bound, "id -u"]
    assert ["rm -rf victim" in each.text for each in found.events if each.kind == "unread"] == [True]


def test_output_into_a_line_is_no_macro(shell: Shell, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "now")
    bash = shell("bash", "--norc", "--noprofile", PS1="me@box:~$ ")
    bash.wait(READY)
    bash.run("bind 'set enable-bracketed-paste off'", READY)
    bash.run("(read x <now; echo; echo job) &", rf"\d\r\n{READY}")
    bash.type("id ")
    (tmp_path / "now").write_text("\n")
    bash.wait("job")
    bash.run("-u", READY)
    assert [each.kind for each in bash.extraction().events] == []
    assert bash.extraction().commands[-1].text == "id -u"


def test_parts_of_a_line_that_could_not_be_read(shell: Shell) -> None:
    prompt = r"me\r\n  in ~\r\n  $"
    bash = shell("bash", "--norc", "--noprofile", PS1="me\n  in ~\n  ")
    bash.wait(prompt)
    for line in ("pwd", "echo hi"):
        bash.run(line, prompt)
    bash.press("\x1b[A")
    bash.wait("echo hi")
    bash.press("\r")
    bash.wait(rf"hi\r\n(?s:.*){prompt}")
    bash.run("for i in 1 2; do", "> $")
    bash.run("echo $i", "> $")
    bash.run("done", prompt)
    found = bash.extraction()
    assert all(each.confidence != "high" or "for i" in each.text for each in found.commands)
