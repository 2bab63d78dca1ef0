"""docs/features.md, docs/faults.md and docs/abuse.md name tests that are there, and all of those that are
theirs; what is shipped for systemd and containers can be used.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TABLES = {
    "features.md": (
        "test_openssh.py", "test_forwards_openssh.py", "test_protocol_openssh.py", "test_algorithms.py",
    ),
    "faults.md": ("test_faults.py", "test_faults_network.py"),
    "abuse.md": ("test_abuse.py",),
}  # fmt: skip
HEADS = ("| feature ", "| fault ", "| what is tried ")
HERE = Path(__file__).parent


def functions_of(file: str) -> set[str]:
    tree = ast.parse((HERE / file).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name[:5] == "test_"}


@pytest.mark.parametrize("table", TABLES)
def test_each_row_has_its_test_and_each_test_its_row(root: Path, table: str) -> None:
    lines = (root / "docs" / table).read_text().splitlines()
    rows = [row for row in lines if row.startswith("| ") and not row.startswith(HEADS)]
    assert len(rows) >= 15
    named = [re.fullmatch(r".* \| `(test_\w+\.py)::(test_\w+)` \|", row) for row in rows]
    for row, match in zip(rows, named, strict=True):
        assert match, f"this row names no test: {row}"
        assert match[2] in functions_of(match[1]), f"there is no {match[1]}::{match[2]}"
    there = {(match[1], match[2]) for match in named if match}
    assert len(there) == len(rows), "each test once"
    for file in TABLES[table]:
        for test in functions_of(file):
            assert (file, test) in there, f"{table} has no row for {file}::{test}"


def test_the_container_runs_without_root(root: Path) -> None:
    lines = (root / "recorder/contrib/Containerfile").read_text().splitlines()
    words = [line.split()[0] for line in lines if line and not line.startswith(("#", " "))]
    assert words[0] == "FROM"
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert "STOPSIGNAL SIGTERM" in lines
