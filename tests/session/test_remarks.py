"""Tables of an analyst's become remarks of a video."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import sessionlens as sl
from sessionlens.errors import UsageError
from sessionlens.render.remarks import Remark
from sessionlens.session.remarks import remarks

SECOND = 1_000_000_000


@pytest.fixture
def session(root: Path) -> sl.Session:
    return sl.open(root / "fixtures" / "sessions" / "bash")


def test_nothing_was_asked_for(session: sl.Session) -> None:
    assert remarks(session, False, None) is None


def test_our_own_marks_stand_until_the_next_command(root: Path) -> None:
    session = sl.open(root / "fixtures" / "sessions" / "insider")
    found = remarks(session, True, None)
    table = session.findings
    assert found is not None and len(found) == len(table) > 0
    assert {r.start_ns for r in found} == {t.value for t in table["start"]}
    assert all(r.by_rule for r in found)
    assert {r.severity for r in found} == set(table["severity"])
    starts = [t.value for t in session.commands["start"]]
    assert all(not any(r.start_ns < t < r.until_ns for t in starts) for r in found)


def test_any_table_with_times_and_words(session: sl.Session) -> None:
    table = pd.DataFrame(
        {"time": [1.5, "00:00:02", None], "name": ["a", "b", "c"], "severity": ["HIGH", None, None]}
    )
    assert remarks(session, table, None) == [
        Remark(3 * SECOND // 2, "a", "high"),
        Remark(2 * SECOND, "b"),
    ]
    notes = pd.DataFrame(
        {"start": [pd.Timedelta(seconds=1)], "end": [pd.Timedelta(seconds=4)], "note": ["x"]}
    )
    assert remarks(session, False, notes) == [Remark(SECOND, "x", end_ns=4 * SECOND)]


def test_other_sessions_rows_are_left_out(session: sl.Session) -> None:
    table = pd.DataFrame({"session": [session.info.session, "00000000"], "start": [1, 1], "name": ["a", "b"]})
    assert [r.text for r in remarks(session, table, None) or ()] == ["a"]


@pytest.mark.parametrize("columns", [{"name": ["x"]}, {"start": [1]}])
def test_a_table_that_says_nothing(session: sl.Session, columns: dict[str, list[object]]) -> None:
    with pytest.raises(UsageError, match="no remarks can be made of columns"):
        remarks(session, pd.DataFrame(columns), None)
