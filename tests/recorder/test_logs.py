"""One event, one line, nothing raw."""

from __future__ import annotations

import logging

import pytest
from sessionlens_recorder import logs


def test_hostile_text_stays_on_its_line(capfd: pytest.CaptureFixture[str]) -> None:
    logs.set_up()
    try:
        name = 'x"\n2026 info ok\x1b[2J\u202e\u200b\\'
        logs.warning("login-failed", client="10.0.0.1", name=name, key=None, n=3)
    finally:
        logging.getLogger("sessionlens_recorder").handlers.clear()
        logging.getLogger("paramiko").setLevel(logging.NOTSET)
    (line,) = capfd.readouterr().err.splitlines()
    told = r'Z warning login-failed client=10.0.0.1 name="x\"\n2026 info ok\x1b[2J\u202e\u200b\\" n=3'
    assert line.endswith(told)
    assert all(c.isprintable() for c in line)
