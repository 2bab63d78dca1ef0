"""What a line looked like while it was edited is not one hit a key; recorded from real shells."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import sessionlens as sl
from sessionlens.catalog.editing import whose


def session(root: Path, name: str) -> sl.Session:
    return sl.open(root / "fixtures/truth/sessions" / name)


def test_a_search_of_the_history_is_no_hit_where_the_line_that_was_run_is(root: Path) -> None:
    found = session(root, "bash-seeded-history").search("make deploy")
    assert not found["text"].str.contains("i-search").any()
    assert "echo make deploy HOST=cache7" in set(found["text"])
    assert found.coverage.edits == 12
    assert "; 12 more matches in what these lines were while they were edited, not listed" in repr(found)


@pytest.mark.parametrize(
    ("name", "sought", "lines"),
    [("bash-seeded-history", "reverse-i-search", 9), ("zsh-plain", "bck-i-search", 5)],
)
def test_it_says_what_it_is_where_nothing_else_has_the_text(
    root: Path, name: str, sought: str, lines: int
) -> None:
    found = session(root, name).search(sought)
    assert list(found["where"]) == ["editing"] * lines
    assert found.coverage.edits == 0


def test_what_was_recalled_and_not_run_is_found(root: Path) -> None:
    """The last but one line of that session was passed by with the up-arrow."""
    found = session(root, "bash-seeded-history").search("echo make deploy")
    assert list(found["where"]) == ["screen", "command", "editing"]


COMMANDS = pd.DataFrame(
    {
        "session": "5e551011",
        "channel": 0,
        "taken": pd.to_timedelta([1, 5, 9], "s"),
        "end": pd.to_timedelta([2, None, None], "s"),
    }
)


@pytest.mark.parametrize(
    ("start", "end", "text", "expected"),
    [
        (3, 4, "$ mv a", 1),
        (2, 5, "$ mv a", 1),
        (3, 5.001, "$ mv a b", None),  # it stayed: that is the line itself
        (1.5, 3, "copied 9 %", None),  # it came before the prompt
        (6, 7, "copied 9 %", None),  # nobody knows when the prompt came
        (6, 7, "(reverse-i-search)`x': cp x", 2),
        (6, 7, "$ bck-i-search: x_", 2),
        (6, 10, "(reverse-i-search)`x': cp x", None),  # it was printed, and stayed
        (9.5, 9.6, "$ ex", None),  # no line was taken after it
    ],
)
def test_what_counts_as_editing(start: float, end: float, text: str, expected: int | None) -> None:
    row = {"session": "5e551011", "channel": 0, "text": text, "alternate": False}
    rows = pd.DataFrame([row | {"start": pd.Timedelta(start, "s"), "end": pd.Timedelta(end, "s")}])
    assert whose(rows, COMMANDS) == [expected]
    assert whose(rows.assign(alternate=True), COMMANDS) == [None]
    assert whose(rows.assign(channel=1), COMMANDS) == [None]
