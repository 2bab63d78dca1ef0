"""Pages that are made from the code say what the code says."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path


def test_the_page_of_tables_is_up_to_date(root: Path) -> None:
    script = root / "docs" / "make_tables.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_page_of_the_terminal_says_what_happens(root: Path) -> None:
    failed, tried = doctest.testfile(
        str(root / "docs" / "terminal.md"), module_relative=False, encoding="utf-8"
    )
    assert tried > 10 and not failed
