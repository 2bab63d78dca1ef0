"""Lines that were handed over in panes of real tmux and GNU screen before anything of them was drawn."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from sessionlens.commands import HIDDEN, Extraction, partly
from sessionlens.commands.line import ANOTHER
from sessionlens.terminal import Terminal

from .session import Session, Shell, files, left, needs, paced, ready, redrawn, shown, texts

__all__ = ["files"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
FAMILIES = [pytest.param("tmux", marks=needs("tmux")), pytest.param("screen", marks=needs("screen"))]
UP, SEARCH = "\x1b[A", "\x12"
TALL = "seq 70; n=i$n; echo run $n"


def told(*numbers: int) -> list[str]:
    """What tells that the tall line was run so many times: the last row of its output."""
    return [f"run {'i' * number}" for number in numbers]


def ran(number: int) -> object:
    """Does the screen show that the tall line was run so often?"""

    def holds(terminal: Terminal) -> bool:
        rows = [row.split("│")[-1].strip() for row in terminal.display]
        return ready(terminal) and f"run {'i' * number}" in rows

    return holds


def at_once(session: Session, keys: str, text: str, number: int) -> None:
    """Keys in one write that bring a line back and run it."""
    session.typist.press(keys)
    session.typist.until(ran(number))
    session.ran.append(text)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("split", [False, True])
def test_a_recalled_line_of_which_nothing_was_drawn(
    shell: Shell, files: Path, family: str, split: bool
) -> None:
    session = Session(shell, files, random.Random(0), family)
    session.start()
    if split:
        session.split()
    session.run(TALL, ran(1))
    at_once(session, f"{UP}\r", TALL, 2)
    session.quiet()
    at_once(session, f"{UP}{UP}\r", TALL, 3)
    session.quiet()
    at_once(session, f"{SEARCH}run\r", TALL, 4)
    session.leave()
    found = session.typist.extraction(each_ns=60_000_000)
    # screen may draw a step of the editor on its way to the line, which is doubted then
    assert [TALL if each.evidence.reason == ANOTHER else each.text for each in found.commands] == session.ran
    assert unread(found) == []
    rows = [each for each in found.commands if each.output.split("\n")[-1].startswith("run i")]
    assert [each.output.split("\n")[-1] for each in rows] == told(1, 2, 3, 4)
    assert all(each.out_first is not None for each in rows)
    assert {each.confidence for each in rows[1:]} <= {"low", "medium"}
    assert all(partly(each) for each in rows if each.confidence == "low")


@needs("tmux")
def test_a_step_of_the_editor_that_was_drawn_on_the_way_is_doubted(shell: Shell, files: Path) -> None:
    session = Session(shell, files, random.Random(0), "tmux")
    session.start()
    session.run(TALL, ran(1))
    session.quiet()
    at_once(session, f"{UP}{UP}\r", TALL, 2)
    redrawn(session, [*map(str, range(50, 71)), "run ii"])
    (t_ns, stream, page) = session.typist.events.pop()
    session.typist.events += [(t_ns, stream, b"true"), (t_ns + 1, stream, page)]
    session.typist.fed = len(session.typist.events)
    session.leave()
    row = session.typist.extraction(each_ns=60_000_000).commands[3]
    assert (row.confidence, partly(row)) == ("low", True)


def unread(found: Extraction) -> list[str]:
    return [event.text for event in found.events if event.kind == "unread"]


@pytest.mark.parametrize("family", FAMILIES)
def test_two_recalled_lines_in_one_write(shell: Shell, files: Path, family: str) -> None:
    session = Session(shell, files, random.Random(0), family)
    session.start()
    session.run(TALL, ran(1))
    at_once(session, f"{UP}\r{UP}\r", TALL, 3)
    session.ran.append(TALL)
    session.leave()
    found = session.typist.extraction(each_ns=60_000_000)
    assert texts(found) == session.ran


@needs("tmux")
@pytest.mark.parametrize("keys", [f"{UP}\r", f"{SEARCH}seq\r"])
def test_a_line_from_before_the_recording_of_which_nothing_was_drawn(
    shell: Shell, files: Path, keys: str
) -> None:
    """The models know nothing of it, and nor does the screen: tmux drew only what it left."""
    (files / "before").write_text(f"{TALL}\n")
    with (files / "rc").open("a") as file:
        file.write("HISTFILE=~/before\nseq 40\n")
    session = Session(shell, files, random.Random(0), "tmux")
    session.start()
    at_once(session, keys, TALL, 1)
    redrawn(session, [*map(str, range(50, 71)), "run i"])
    session.ran.remove(TALL)
    found = session.typist.extraction(each_ns=60_000_000)
    assert texts(found) == session.ran
    assert unread(found) == [HIDDEN]


@needs("tmux")
@pytest.mark.parametrize("each_ms", [20, 40])
@pytest.mark.parametrize("lag_ms", [50, 150, 300])
def test_lines_that_come_and_go_while_the_screen_is_late(
    shell: Shell, files: Path, each_ms: int, lag_ms: int
) -> None:
    """Each is a row, or `unread` when Enter was pressed; a row may not know its keys."""
    session = Session(shell, files, random.Random(0), "tmux")
    session.start()
    session.run("true")
    enters = []
    for number, keys in enumerate((f"{TALL}\r", f"{UP}\r", f"{SEARCH}run\r", f"{UP}\r"), 1):
        enters.append(sum(stream == "i" for _, stream, _ in session.typist.events))
        at_once(session, keys, TALL, number)
    session.leave()
    session.typist.events = paced(session.typist.events, each_ms, b"")
    typed = [t_ns for t_ns, stream, _ in session.typist.events if stream == "i"]
    found = session.typist.extraction(lag_ns=lag_ms * 1_000_000)
    rows = [each for each in found.commands if each.text == TALL]
    times = {each.start_ns for each in rows if each.in_last is not None}
    times |= {event.t_ns for event in found.events if event.kind == "unread"}
    keyless = [each for each in rows if each.in_last is None]
    assert len({typed[at] for at in enters} - times) <= len(keyless)
    assert all(map(partly, keyless))
    assert set(texts(found)) <= set(session.ran)


@needs("tmux")
@pytest.mark.parametrize("lag_ms", [0, 50, 150])
def test_a_server_that_is_ended_before_the_main_screen_is_back(
    shell: Shell, files: Path, lag_ms: int
) -> None:
    session = Session(shell, files, random.Random(0), "tmux")
    session.start()
    session.run("echo one")
    session.order("d", lambda t: not t.alternate and ready(t))
    session.press("tmux -L t kill-server\r", lambda t: ready(t) and "kill-server" in "".join(t.display))
    session.ran.append("tmux -L t kill-server")
    session.run("echo fin")
    session.typist.events = paced(session.typist.events, 40, b"")
    found = session.typist.extraction(lag_ns=lag_ms * 1_000_000)
    assert texts(found) == session.ran
    assert unread(found) == []
    ended = found.commands[-2]
    assert ended.confidence == "high"
    assert "kill-server" in shown(session, found)
    assert ended.in_last == _typed(session, b"tmux -L t kill-server\r")


def _typed(session: Session, keys: bytes) -> int:
    """The last byte of these keys among all that was typed."""
    raw = b"first line\n" + b"".join(data for _, stream, data in session.typist.events if stream == "i")
    return raw.index(keys) + len(keys) - 1


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("keys", [f"{UP}\r", f"sleep 1; {TALL}\r"], ids=["recalled", "typed"])
def test_a_line_that_is_entered_while_what_runs_leaves_it_alone(
    shell: Shell, files: Path, family: str, keys: str
) -> None:
    session = Session(shell, files, random.Random(0), family)
    session.start()
    session.run(TALL, ran(1))
    slow = f"sleep 1; {TALL}"
    session.run(slow, lambda t: left(t) == "")
    at_once(session, keys, slow, 3)
    session.leave()
    found = session.typist.extraction(each_ns=60_000_000)
    rows = [each for each in found.commands if each.text == slow]
    assert len(rows) + len(unread(found)) == 2
    assert texts(found)[-1] == "echo fin"


@pytest.mark.parametrize("family", FAMILIES)
def test_what_no_shell_was_handed_over_is_not_unread(shell: Shell, files: Path, family: str) -> None:
    session = Session(shell, files, random.Random(0), family)
    session.start()
    session.run("cat typescript")
    session.press("\r")
    session.typist.press(f"{UP}\x1b[B")
    session.press("\r")
    session.run("less typescript", lambda t: "typescript" in left(t))
    session.press(f"{UP}\r", lambda t: True)
    session.press("/7\r", lambda t: True)
    session.press("q")
    session.run("read -s -p 'Password: ' x", lambda t: left(t) == "Password: ")
    session.press("right-Secret2\r")
    session.renamed()
    session.leave()
    found = session.typist.extraction(each_ns=60_000_000)
    assert texts(found) == session.ran
    assert unread(found) == []
    assert "Secret2" not in shown(session, found) + repr(found)
