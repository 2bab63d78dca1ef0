"""Every row says why it is as sure as it is, with keystrokes and without."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Shell = Callable[..., Any]
READY = r"me@box:~\$ $"


def test_rows_of_one_statement_with_the_empty_one_that_ends_it(shell: Shell) -> None:
    bash = shell("bash", "--norc", "--noprofile", PS1="me@box:~$ ", PYTHON_BASIC_REPL="1")
    bash.wait(READY)
    bash.run(f"{sys.executable} -q", ">>> $")
    bash.run("for i in range(2):", r"\.\.\. +$")
    bash.run("    print(i)", r"\.\.\. +$")
    bash.press("\r")
    bash.wait(">>> $")
    bash.run("exit()", READY)
    for how in ({}, {"inputs": False}):
        found = bash.extraction(each_ns=50_000_000, **how).commands  # nobody types a line in a millisecond
        block = next(each for each in found if each.text.startswith("for i"))
        assert block.text == "for i in range(2):\n    print(i)"
        assert all(each.evidence.reason for each in found)
        assert (block.confidence == "high") is not bool(how)
