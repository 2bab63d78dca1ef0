"""A real bash, typed into key by key: no frame of what it drew has a piece of the password."""

from __future__ import annotations

import os
import pty
import select
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import sessionlens as sl

from .twin_sessions import SECRETS, Event

LINE = f"echo {'w' * 40} mysql -u root --password={SECRETS[0]}"
KEYS = [*LINE, "\x01", "\x05", "\x7f", SECRETS[0][-1], "\r", *"history", "\r", "\x12", *"pass", "\r"]
SEARCH = ["\x12", *SECRETS[0][:4], "\x07"]  # given up


PROMPT = "john@web01:~$ "


def answer(shell: int, *, prompt: bool, below: bool = False) -> bytes:
    """What comes until there is a prompt, `below` a line, or for as long as something does.

    A line that was searched for is drawn behind a prompt once more before it is run.
    """
    out = b""
    while select.select([shell], [], [], 10 if prompt else 0.05)[0]:
        out += os.read(shell, 4096)
        above, _, last = out.rpartition(b"\n")
        if prompt and PROMPT.encode() in last and (above or not below):
            break
    return out


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_what_bash_redraws_is_covered(typescript: Callable[..., Path]) -> None:
    child, shell = pty.fork()
    if child == 0:
        os.environ.update(PS1=PROMPT, TERM="xterm", HISTFILE="")
        os.execlp("bash", "bash", "--norc", "--noprofile", "-i")
    try:
        events: list[Event] = [(0.1, "o", answer(shell, prompt=True))]
        for n, typed in enumerate([*KEYS, *SEARCH, "l", "s", "\r"]):
            os.write(shell, typed.encode())
            at = 0.5 + 0.1 * n
            events += [
                (at, "i", typed.encode()),
                (at + 0.01, "o", answer(shell, prompt=typed == "\r", below=True)),
            ]
    finally:
        os.write(shell, b"\x03\x04")
        os.close(shell)
        os.waitpid(child, 0)
    session = sl.open(typescript([e for e in events if e[2]]))
    plain, seen = session.timeline, session.mask().veil(session.timeline).timeline
    before = "".join(plain.rows.text(row) for row in range(plain.n_rows))
    assert SECRETS[0] in before
    after = [seen.rows.text(row) for row in range(seen.n_rows)]
    assert [row for row in after if SECRETS[0][:2] in row or SECRETS[0][-3:] in row] == []
    assert SECRETS[0][:3] not in session.masked(session.commands).to_csv()
    keys = session.events[session.events["kind"].isin(["input", "hidden input"])].reset_index(drop=True)
    covered = session.masked(keys)["text"].tolist()
    begun = len(keys) - len(SEARCH) - 3
    assert "".join(keys["text"][begun:]).startswith("\x12" + SECRETS[0][:4])
    assert set(covered[begun + 1 : begun + len(SEARCH) - 1]) == {"[masked: password]"}
    assert covered[-3:] == ["l", "s", "\r"]
