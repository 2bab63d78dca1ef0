"""Output bytes as display text."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.commands.output import plain


@given(st.text("ab\b", max_size=12))
def test_backspaces_take_what_stands_before_them(line: str) -> None:
    while (shorter := re.sub(r"[^\x08]\x08", "", line)) != line:
        line = shorter
    assert plain(line.encode()) == line.replace("\b", "")


def test_a_very_long_row_that_is_rubbed_out_is_empty() -> None:
    assert plain(b"a" * 300_000 + b"\b" * 300_000 + b"\r\nb") == "b"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
def test_what_is_typed_ahead_and_what_history_brought_is_not_printed(
    shell: Callable[..., Any], tmp_path: Path
) -> None:
    ready = r"me@box:~\$ $"
    bash = shell("bash", "--norc", "--noprofile", PS1="me@box:~$ ")
    bash.wait(ready)
    bash.run("mkfifo go", ready)
    bash.type("echo begin; cat go; echo end")
    bash.press("\r")
    bash.wait("begin\r\n")
    for line in ("echo ahead", "echo ahead"):
        bash.press(line + "\r")
        bash.wait(f"{line}\r\n")
    (tmp_path / "go").write_text("echo ahead\n")
    bash.wait(r"end\r\n[\s\S]*ahead\r\n[\s\S]*ahead\r\n[^\n]*" + ready)
    bash.run("!!", ready)
    found = {each.start_ns: each for each in bash.extraction().commands}
    told = [(each.text, each.output) for each in found.values()][1:]
    assert told[0] == ("echo begin; cat go; echo end", "begin\necho ahead\nend")
    assert told[1:] == [("echo ahead", "ahead")] * 3


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
@pytest.mark.parametrize(
    ("argv", "paste", "prints"),
    [
        (("bash", "--norc"), "on", ("done\n", "id\n", "so ", "")),
        (("bash", "--norc"), "off", ("done\n", "id\n", "so ", "")),
        (("zsh", "-f", "-i"), "on", ("done\n", "id\n", "so ", "")),
        (("dash",), "off", ("done\n", "id\n", "")),
    ],
)
def test_the_echo_of_a_line_begun_while_it_ran_is_not_printed(
    shell: Callable[..., Any], tmp_path: Path, argv: tuple[str, ...], paste: str, prints: tuple[str, ...]
) -> None:
    if not shutil.which(argv[0]):
        pytest.skip(f"{argv[0]} is not installed")
    (tmp_path / ".inputrc").write_text(f"set enable-bracketed-paste {paste}\n")
    ready = r"me@box:~\$ .*\x1b\[\?2004h" if argv[0] == "zsh" else r"me@box:~\$ $"
    started = shell(*argv, PS1="me@box:~$ ")
    started.wait(ready)
    started.run("mkfifo go", ready)
    for printed in prints:
        started.type("echo begun; cat go")
        started.press("\r")
        started.wait(r"[\r\n]begun\r\n")
        started.type("id ")
        (tmp_path / "go").write_text(printed)
        started.wait(r"me@box:~\$ " + ("$" if argv[0] == "dash" else "(?s:.*)id $"))
        started.type("-u")
        started.press("\r")
        started.wait(rf"\d\r\n(?s:.*){ready}")
    found = [(each.text, each.output) for each in started.extraction().commands if "begun" in each.text]
    assert found == [("echo begun; cat go", f"begun\n{printed}".rstrip()) for printed in prints]
