"""Commands typed in the panes of real tmux and GNU screen; what in a pane only looks like one."""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sessionlens.terminal import Terminal

from .session import (
    BASH,
    LAYOUT,
    LINES,
    LOOKS,
    SIZES,
    Session,
    Shell,
    files,
    left,
    needs,
    paced,
    ready,
    redrawn,
    shell_of,
    shown,
    texts,
)

__all__ = ["files"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")


@pytest.mark.parametrize(
    "family", [pytest.param("tmux", marks=needs("tmux")), pytest.param("screen", marks=needs("screen"))]
)
@pytest.mark.parametrize("seed", range(6))
def test_lines_in_panes(shell: Shell, files: Path, family: str, seed: int) -> None:
    draw = random.Random(f"{family} {seed}")
    with (files / "tmux.conf").open("a") as file:
        file.write(LOOKS[seed % len(LOOKS)])
    session = Session(shell, files, draw, family, draw.choice(SIZES))
    session.start()
    for layout in draw.sample(LAYOUT, 5):
        for line in draw.sample(LINES, 3):
            line(session)
        layout(session)
    session.leave()
    found = session.typist.extraction(each_ns=60_000_000)  # a person's pace, whatever else this machine does
    assert texts(found) == session.ran
    inner = [each for each in found.commands if each.context != "bash"]
    assert {each.context for each in inner} == {f"bash > {family} > bash"}
    assert {each.confidence for each in inner} <= {"high", "medium"}
    assert {each.kind for each in found.commands} == {"shell"}
    assert [event.text for event in found.events if event.kind in ("hidden input", "unread")] == []
    assert {each.output for each in inner if each.text == "echo hello"} <= {"hello"}
    offsets = [each.accepted for each in found.commands]
    assert offsets == sorted(set(offsets))


@needs("tmux")
@pytest.mark.parametrize("slow", [b"", b"> "], ids=["", "a prompt comes with what is typed at it"])
@pytest.mark.parametrize("seed", range(5))
def test_lines_in_panes_that_come_back_late(shell: Shell, files: Path, seed: int, slow: bytes) -> None:
    draw = random.Random(seed)
    session = Session(shell, files, draw, "tmux")
    session.start()
    for line in draw.sample(LINES, 4):
        line(session)
    session.split()
    for line in draw.sample(LINES, 4):
        line(session)
    session.leave()
    recorded = session.typist.events
    for each_ms in (20, 40):  # a whole line may be shorter than the lag
        session.typist.events = paced(recorded, each_ms, slow)
        assert texts(session.typist.extraction(lag_ns=150_000_000)) == session.ran


@needs("tmux")
@pytest.mark.parametrize("anew", [False, True])
def test_a_command_ends_with_its_prompt_and_not_with_the_next_key(
    shell: Shell, files: Path, anew: bool
) -> None:
    session = Session(shell, files, random.Random(0), "tmux")
    session.start()
    for line in ("echo one", "true", "seq 70"):
        session.run(line)
    if anew:
        redrawn(session, [str(number) for number in range(49, 71)])
    session.leave()
    pause_ns = 30_000_000_000  # longer than any of this takes on a busy machine
    found = session.typist.extraction(each_ns=pause_ns)
    inner = [each for each in found.commands if each.context == "bash > tmux > bash"]
    assert [each.text for each in inner] == ["echo one", "true", "seq 70"]
    for each in inner:
        assert each.end_ns is not None and each.start_ns <= each.taken_ns <= each.end_ns
        assert each.end_ns - each.start_ns < pause_ns


@needs("tmux")
def test_a_line_that_wraps_at_a_blank(shell: Shell, files: Path) -> None:
    session = Session(shell, files, random.Random(0), "tmux")
    session.start()
    session.go("%")
    for more in (" two three", " two", ""):
        pane = 80 - (session.typist.terminal.cursor.x - len(left(session.typist.terminal).split("│")[-1]))
        word = "x" * (pane - 1 - len(left(session.typist.terminal).split("│")[-1] + "echo "))
        session.run(f"echo {word}{more}")
    session.leave()
    found = session.typist.extraction(each_ns=60_000_000)
    assert texts(found) == session.ran
    assert {each.confidence for each in found.commands} == {"high"}
    assert [each.output for each in found.commands if each.text.endswith("x two")] == [
        session.ran[2].removeprefix("echo ")
    ]


@needs("tmux")
def test_a_pane_that_is_cleared_in_the_middle_of_a_line(shell: Shell, files: Path) -> None:
    (files / "rc").write_text("PS1='top\\nme@here:\\w '$$'\\$ '\n")
    session = Session(shell, files, random.Random(0), "tmux", size=(80, 44))
    session.start()
    for line in ("seq 60", "echo before"):
        session.run(line)
    session.type("cat quar")
    session.press("\x0c", lambda t: t.cursor.y == 1 and left(t).endswith("cat quar"))
    session.run("terly")
    session.ran[-1] = "cat quarterly"
    session.leave()
    assert texts(session.typist.extraction(each_ns=60_000_000)) == session.ran


EDITED = ("- rm -rf /data", "- rm -rf /data", "me@here:~ 7# rm -rf /data", "# rm -rf /data", ":!rm -rf /data")


@needs("tmux")
@pytest.mark.parametrize("editor", ["vim -n notes.md", "nano notes.md"])
def test_what_is_typed_to_an_editor_in_a_pane_is_no_command(shell: Shell, files: Path, editor: str) -> None:
    if not shutil.which(editor.split()[0]):
        pytest.skip("needs " + editor)
    session = Session(shell, files, random.Random(0), "tmux")
    session.start()
    session.go("%")
    session.run("cat typescript")
    session.run(
        editor, lambda t: not ready(t) and any(word in "".join(t.display) for word in ("~  ", "nano"))
    )
    if "vim" in editor:
        session.press("i", lambda t: "INSERT" in "".join(t.display))
    for line in EDITED:
        session.type(line)
        session.press("\r", lambda t: True)
    if "vim" in editor:
        session.press("\x1c\x0e", lambda t: "INSERT" not in "".join(t.display))
        session.answer(":q!")
    else:
        session.press("\x18", lambda t: "Save" in "".join(t.display))
        session.press("n")
    session.leave()
    for inputs in (True, False):
        found = session.typist.extraction(inputs=inputs, each_ns=60_000_000)
        assert "rm -rf" not in repr(texts(found))
    assert texts(session.typist.extraction()) == session.ran


@needs("tmux")
def test_what_is_typed_to_other_programs_in_a_pane_is_no_command(shell: Shell, files: Path) -> None:
    session = Session(shell, files, random.Random(0), "tmux")
    session.start()
    session.run("less typescript", lambda t: "typescript" in left(t))
    session.press("/", lambda t: left(t) == "/")
    session.press("rm -rf\r", lambda t: True)
    session.press("q")
    session.run("read -p 'Name: ' x", lambda t: left(t) == "Name: ")
    session.answer("rm -rf /data")
    session.run("cat", lambda t: left(t) == "")
    session.answer("me@here:~ 7# rm -rf /data", lambda t: left(t) == "")
    session.press("\x04")
    session.leave()
    for inputs in (True, False):
        found = session.typist.extraction(inputs=inputs, each_ns=60_000_000)
        assert "rm -rf" not in repr(texts(found))
    assert texts(session.typist.extraction()) == session.ran


@needs("tmux")
@needs("vim")
@needs("less")
def test_programs_in_a_pane_that_run_commands(shell: Shell, files: Path) -> None:
    session = Session(shell, files, random.Random(0), "tmux", (100, 30))
    session.start()
    session.go("%")
    session.run("vim -n quarterly", lambda t: "~  " in "".join(t.display))
    session.run(":!echo from vim", lambda t: "Press ENTER" in "".join(t.display))
    session.press("\r", lambda t: "~  " in "".join(t.display))
    session.answer(":q!")
    session.run("less typescript", lambda t: "typescript" in left(t))
    session.run("!echo from less", lambda t: "press RETURN" in left(t))
    session.press("\r", lambda t: "typescript" in left(t))
    session.press("q")
    session.leave()
    found = session.typist.extraction(each_ns=60_000_000)
    assert texts(found) == [text.removeprefix(":").removeprefix("!") for text in session.ran]
    assert [(each.text, each.context) for each in found.commands if each.kind == "editor"] == [
        ("echo from vim", "bash > tmux > bash > vim"),
        ("echo from less", "bash > tmux > bash > less"),
    ]
    assert [each.fullscreen for each in found.commands if each.text.startswith("vim")] == [True]


@needs("tmux")
@pytest.mark.parametrize("split", [False, True])
def test_a_prompt_behind_a_question_in_its_row(shell: Shell, files: Path, split: bool) -> None:
    session = Session(shell, files, random.Random(0), "tmux")
    session.start()
    if split:
        session.split()
    session.run("echo one")
    for at in range(2):
        session.run("read -s -p 'Password: ' x", lambda t: left(t).endswith("Password: "))
        session.press("right-Secret2\r")
        session.run(f"touch one{at}")
        session.run("read -n 1 -p 'Sure? ' x", lambda t: left(t).endswith("Sure? "))
        session.press("y")
        session.run(f"touch two{at}")
    session.leave()
    found = session.typist.extraction(each_ns=60_000_000)
    assert texts(found) == session.ran
    assert {each.confidence for each in found.commands} == {"high"}
    assert "Secret2" not in shown(session, found) + repr(found)


@needs("tmux")
def test_a_prompt_that_is_typed_behind_a_question_is_none(shell: Shell, files: Path) -> None:
    session = Session(shell, files, random.Random(0), "tmux")
    session.start()
    session.run("echo one")
    session.run("read -p 'Name: ' x", lambda t: left(t) == "Name: ")
    prompt = f"me@here:~ {shell_of(session.typist.terminal) or 7}# "
    session.press(prompt, lambda t: left(t).endswith(prompt))
    session.answer("rm -rf /data")
    session.leave()
    found = session.typist.extraction(each_ns=60_000_000)
    assert texts(found) == session.ran
    unread = [each.text for each in found.events if each.kind == "unread"]
    assert [text.endswith("rm -rf /data") for text in unread] == [True]


@needs("tmux")
def test_a_terminal_that_is_in_tmux_from_its_first_byte(shell: Shell, files: Path) -> None:
    around = {"TMUX_TMPDIR": str(files), "SHELL": "/bin/bash"}
    typist = shell("tmux", "-L", "t", "-f", "tmux.conf", "new", **around)
    for order, text in ((None, "echo one"), ("%", "echo two")):
        if order:
            typist.press("\x02")
            typist.press(order)
            typist.until(lambda t: t.cursor.x > 40 and ready(t))
        typist.until(ready)
        typist.type(text)
        typist.press("\r")
        typist.until(lambda t: ready(t) and t.cursor.y > 1)
    typist.press("\x02")
    typist.press("d")
    typist.until(lambda t: not t.alternate)
    found = [(each.text, each.kind, each.context) for each in typist.extraction().commands]
    assert found == [("echo one", "shell", "sh > tmux > sh"), ("echo two", "shell", "sh > tmux > sh")]


@needs("tmux")
def test_the_prefix_and_what_follows_it_are_no_text(shell: Shell, files: Path) -> None:
    with (files / "tmux.conf").open("a") as file:
        file.write("unbind C-b\nset -g prefix C-a\nbind C-a send-prefix\n")
    session = Session(shell, files, random.Random(0), "tmux")
    session.start()
    session.prefix = "\x01"
    session.run("echo one")
    session.go("c")
    session.run("echo two")
    session.go("%")
    session.run("echo three")
    session.order(":", lambda t: left(t) == ":")
    session.press("split-window 'sleep 321'\r", lambda t: left(t).strip(" │") == "")
    session.go("o")
    session.run("echo four")
    session.leave()
    found = session.typist.extraction()
    at = session.ran.index("echo four")
    assert texts(found) == [*session.ran[:at], "sleep 321", *session.ran[at:]]
    assert [(each.kind, each.context) for each in found.commands if each.text == "sleep 321"] == [
        ("editor", "bash > tmux")
    ]
    assert {each.confidence for each in found.commands if each.text.startswith("echo")} == {"high"}


@needs("tmux")
def test_contexts_inside_a_pane(shell: Shell, files: Path) -> None:
    session = Session(shell, files, random.Random(0), "tmux")
    session.start()
    session.run(f"PS1='you@there:\\w> ' {BASH}", lambda t: left(t) == "you@there:~> ")
    session.run("id -un", lambda t: left(t) == "you@there:~> ")
    session.run("exit")
    session.run("python3 -q -i", lambda t: left(t) == ">>> ")
    session.run("1+1", lambda t: left(t) == ">>> ")
    session.run("exit()")
    session.leave()
    found = {each.text: each for each in session.typist.extraction().commands}
    assert found["id -un"].context == "bash > tmux > bash > bash"
    assert (found["id -un"].user, found["id -un"].host) == ("you", "there")
    assert (found["1+1"].kind, found["1+1"].context) == ("repl", "bash > tmux > bash > python")
    assert found["echo fin"].context == "bash"


def alone(mark: str) -> Callable[[Terminal], bool]:
    """Is the cursor behind a prompt that is no more than this, in the last column of panes?"""
    return lambda t: left(t).split("│")[-1].strip() == mark and not ready(t)


@needs("tmux")
@needs("zsh")
def test_panes_that_tmux_opened_with_other_programs(shell: Shell, files: Path) -> None:
    (files / "asks").write_text("#!/bin/sh\nprintf '> '; read x; printf '> '; read y\n")
    (files / "asks").chmod(0o755)
    session = Session(shell, files, random.Random(0), "tmux", (100, 30))
    mark = "#" if os.geteuid() == 0 else "$"

    def order(text: str, holds: Callable[[Terminal], bool]) -> None:
        session.order(":", lambda t: left(t) == ":")
        session.press(f"{text}\r", holds)

    session.start()
    session.run("echo one")
    order("split-window sh", alone(mark))
    session.run("echo two", alone(mark))
    session.run("exit")
    session.run("echo three")
    order("split-window -h 'python3 -q -i'", alone(">>>"))
    session.run("1+1", alone(">>>"))
    session.run("exit()")
    order("new-window zsh -f", lambda t: left(t).endswith(("# ", "% ")) and not ready(t))
    session.run("echo in zsh", lambda t: left(t).endswith(("# ", "% ")) and not ready(t))
    session.run("exit")
    order("split-window ./asks", alone(">"))
    session.answer("rm -rf /data", alone(">"))
    session.answer("rm -rf /data")
    session.run("echo four")
    session.go("c")
    session.run("echo five")
    session.run("exit")
    session.run("echo six")
    session.run("exit")  # and tmux ends
    session.run("echo fin")
    found = session.typist.extraction(each_ns=60_000_000)
    rows = [(each.text, each.context) for each in found.commands if each.confidence != "low"]
    bash, sh, python, zsh = (f"bash > tmux > {name}" for name in ("bash", "sh", "python", "zsh"))
    assert rows[1:-1] == [
        ("echo one", bash), ("sh", "bash > tmux"), ("echo two", sh), ("exit", sh), ("echo three", bash),
        ("python3 -q -i", "bash > tmux"), ("1+1", python), ("exit()", python), ("zsh -f", "bash > tmux"),
        ("echo in zsh", zsh), ("exit", zsh), ("./asks", "bash > tmux"), ("echo four", bash),
        ("echo five", bash), ("exit", bash), ("echo six", bash), ("exit", bash),
    ]  # fmt: skip
    doubted = [each.text for each in found.commands if each.confidence == "low"]
    assert doubted == ["rm -rf /data"] * 2  # an answer to `> ` looks like a line at a REPL that nobody knows


@needs("screen")
@needs("vim")
@needs("man")
@pytest.mark.parametrize("split", [False, True])
def test_programs_in_screen_that_run_commands(shell: Shell, files: Path, split: bool) -> None:
    session = Session(shell, files, random.Random(0), "screen", (100, 30))
    session.start()
    if split:
        session.split()
    session.run("export SHELL=/bin/bash")
    session.run("vim -n quarterly", lambda t: "~  " in "".join(t.display))
    session.run(":!echo from vim", lambda t: "Press ENTER" in "".join(t.display))
    session.press("\r", lambda t: "~  " in "".join(t.display))
    session.answer(":q!")
    session.run("man bash", lambda t: "line 1" in left(t))
    session.run("!echo from man", lambda t: "press RETURN" in left(t))
    session.press("\r", lambda t: "line " in left(t) or left(t).split()[-1:] == [":"])
    session.press("q")
    session.run("echo out")
    session.leave()
    found = session.typist.extraction(each_ns=60_000_000)
    assert texts(found) == [text.removeprefix(":").removeprefix("!") for text in session.ran]
    assert [(each.text, each.context) for each in found.commands if each.kind == "editor"] == [
        ("echo from vim", "bash > screen > bash > vim"),
        ("echo from man", "bash > screen > bash > less"),
    ]
