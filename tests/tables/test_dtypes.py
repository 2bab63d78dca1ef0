"""docs/tables.md is kept by real tables: full and empty ones, parts of them, several below each other."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import sessionlens as sl
from sessionlens.tables.schema import TABLES

TABLES_OF_A_SESSION = sorted(TABLES.keys() & set(dir(sl.Session)))


def documented(root: Path, table: str) -> dict[str, str]:
    """Column and dtype, as the page has them."""
    page = (root / "docs" / "tables.md").read_text("utf-8")
    part = page.split(f"## `{table}`\n", 1)[1].split("\n## ", 1)[0]
    return dict(re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", part, re.MULTILINE))


def of(table: pd.DataFrame) -> dict[str, str]:
    return {str(name): str(dtype) for name, dtype in table.dtypes.items()}


@pytest.mark.parametrize("name", TABLES_OF_A_SESSION)
def test_every_table_has_the_dtypes_of_the_page(root: Path, name: str) -> None:
    sessions = [sl.open(root / "fixtures" / "sessions" / each) for each in ("insider", "exec")]
    tables = [getattr(session, name) for session in sessions]
    wanted = documented(root, name)
    for table in (*tables, *(t.iloc[:0] for t in tables), pd.concat(tables), pd.concat([*tables[:1] * 2])):
        assert of(table) == wanted


def test_sessions_and_hits_too(root: Path) -> None:
    case = sl.corpus(root / "fixtures" / "sessions" / "insider")
    for name, table in (
        ("sessions", case.sessions),
        ("hits", case.search("rm")),
        ("hits", case.search("x!y")),
    ):
        assert of(pd.DataFrame(table)) == documented(root, name)


def test_the_page_knows_every_table_that_a_session_has() -> None:
    assert {"channels", "commands", "events", "findings", "flags", "gaps", "lines"} <= set(
        TABLES_OF_A_SESSION
    )
