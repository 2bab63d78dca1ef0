"""The pages for auditors name tests that are there, and claim no certificate."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

NAMED = re.compile(r"\b(tests/[\w/]+\.py)::(\w+)")


def names_of(file: Path) -> set[str]:
    """The test functions of a file, which is read and not imported."""
    return {node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(
    ("page", "least"),
    [("compliance.md", 80), ("privacy.md", 10), ("recorder/threat-model.md", 10), ("recorder/network.md", 2)],
)
def test_every_test_that_is_named_exists(root: Path, page: str, least: int) -> None:
    text = (root / "docs" / page).read_text()
    named = set(NAMED.findall(text))
    assert len(named) >= least
    assert text.count("::") == len(NAMED.findall(text)), "a test is named in full: tests/…/test_x.py::test_y"
    for file in sorted({file for file, _ in named}):
        assert (root / file).is_file(), f"{page}: there is no {file}"
        there = names_of(root / file)
        wrong = sorted(name for one, name in named if one == file and name not in there)
        assert not wrong, f"{page}: {file} has no {', '.join(wrong)}"


@pytest.mark.parametrize("page", ["compliance.md", "privacy.md"])
def test_no_certificate_is_claimed(root: Path, page: str) -> None:
    """`certified for one account` is fine elsewhere; on these pages the word would be read as a claim."""
    assert not re.search(r"\bcertified\b", (root / "docs" / page).read_text(), re.IGNORECASE)


def test_each_row_has_four_columns_and_a_test_or_says_that_there_is_none(root: Path) -> None:
    rows = [row for row in (root / "docs/compliance.md").read_text().splitlines() if row.startswith("| ")]
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == 4 and all(cells), row
        headings = cells[2] == "test"
        assert headings or NAMED.search(cells[2]) or cells[2].startswith(("none", "no test")), row
