"""What is typed in a pane without echo stays hidden."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from .session import Session, Shell, files, left, needs, shown, texts

__all__ = ["files"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")


@needs("tmux")
def test_a_password_in_a_pane_stays_hidden(shell: Shell, files: Path) -> None:
    session = Session(shell, files, random.Random(0), "tmux")
    session.start()
    for secret in ("wrong-Secret1", "right-Secret2"):
        session.run(f"{sys.executable} ask.py", lambda t: left(t).endswith("Password: "))
        session.press(secret + "\r")
        session.go('"')
    session.leave()
    found = session.typist.extraction()
    assert texts(found) == session.ran
    assert "Secret" not in repr(found)
    assert [event.text for event in found.events if event.kind == "hidden input"] == ["[hidden input]"] * 2
    keys = b"first line\n" + b"".join(data for _, stream, data in session.typist.events if stream == "i")
    assert [b"Secret" in keys[first : last + 1] for first, last in found.hidden] == [True, True]


@needs("tmux")
def test_a_password_after_tmux_was_left_stays_hidden(shell: Shell, files: Path) -> None:
    session = Session(shell, files, random.Random(0), "tmux")
    session.start()
    session.run("for i in $(seq 100); do echo $i; sleep .02; done")  # so that most events are output
    session.leave()
    session.run("read -s x", lambda t: left(t) == "")
    session.typist.wait_blind()
    for char in "right-Secret2":
        session.typist.press(char)
    session.press("\r")
    session.run("echo after")
    found = session.typist.extraction(each_ns=60_000_000)
    assert texts(found) == session.ran
    assert [event.text for event in found.events if event.kind == "hidden input"] == ["[hidden input]"]
    assert "Secret2" not in shown(session, found)


@needs("tmux")
def test_a_secret_without_enter_is_no_part_of_the_line_behind_it(shell: Shell, files: Path) -> None:
    session = Session(shell, files, random.Random(0), "tmux")
    session.start()
    session.run("echo one")
    for ask in ("read -s -n 8 x", "clear; read -s -n 8 x"):
        session.run(ask, lambda t: left(t) == "")
        for char in "s3cr3tP":
            session.typist.press(char)
        session.press("W")
        session.run("id -u")
    session.leave()
    found = session.typist.extraction(each_ns=60_000_000)
    assert texts(found) == session.ran
    assert "3cr3t" not in shown(session, found)
