"""What `mask=` may be: a regular expression, rows, a place of the screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import sessionlens as sl
from sessionlens.errors import UsageError

from .twin_sessions import Event, command

Typescript = Callable[..., Path]


@pytest.fixture
def session(typescript: Typescript) -> sl.Session:
    """One in which Mrs Example is looked up."""
    first: list[Event] = command("cat customers", b"1 Anna Example\r\n2 Bo Muster\r\n")
    return sl.open(typescript(first + command("echo Anna Example -pX", b"Anna Example\r\n", 3.0)))


def screen(s: sl.Session, mask: object) -> str:
    return s.at(s.recording.duration_ns / 1e9).masked(mask).text  # type: ignore[arg-type]


def test_a_regular_expression_is_masked_beside_what_is_masked_anyway(session: sl.Session) -> None:
    for wanted in ("Anna \\w+", re.compile("Anna \\w+")):
        assert "1 ▒▒▒▒▒▒▒▒▒▒▒▒\n2 Bo Muster" in screen(session, wanted)
        table = session.masked(session.commands, wanted)
        assert table["command"].tolist() == ["cat customers", "echo [masked: chosen] -pX"]
        assert table.attrs["masked"] == {"chosen": 3}


def test_half_typed_it_is_masked_too(session: sl.Session) -> None:
    timeline = session.mask("Anna \\w+").veil(session.timeline).timeline
    rows = {timeline.rows.text(row) for row in range(timeline.n_rows)}
    assert not any("echo A" in row for row in rows)


def test_rows_of_a_search_are_masked_wherever_their_text_stands(session: sl.Session) -> None:
    hits = session.search("Anna Example")
    assert "Anna" not in screen(session, hits)
    assert "Bo Muster" in screen(session, hits)
    lines = session.lines[session.lines["text"] == "2 Bo Muster"]
    assert "Muster" not in screen(session, lines)
    assert "cat customers" not in screen(session, session.commands.head(1))


def test_rows_by_their_refs(session: sl.Session) -> None:
    rows = session.commands.head(1)[["session", "ref"]]
    assert "Muster" not in screen(session, rows)


def test_a_place_of_the_screen(session: sl.Session) -> None:
    chosen = sl.Selection(rows=(1, 1), columns=(2, 5))
    said = screen(session, chosen)
    assert "1 ▒▒▒▒ Example" in said
    assert session.masked(session.commands, chosen)["command"][1] == "echo [masked: chosen] Example -pX"


def test_a_place_for_a_while(session: sl.Session) -> None:
    assert "Bo Muster" in screen(session, sl.Selection(rows=(2, 2), end="00:00:00.300"))
    assert "Muster" not in screen(session, sl.Selection(rows=(2, 2), start=2.5))


def test_false_leaves_the_rules_out(typescript: Typescript) -> None:
    s = sl.open(typescript(command("mysql -pSec5ret.x7 shop")))
    assert s.masked(s.commands, False)["command"][0] == "mysql -pSec5ret.x7 shop"
    assert s.masked(s.commands, [False, "shop"])["command"][0] == "mysql -pSec5ret.x7 [masked: chosen]"
    assert s.masked(s.commands, ["shop"])["command"][0] == "mysql -p[masked: password] [masked: chosen]"


@pytest.mark.parametrize("wanted", ["(", 3, None, {"a": 1}])
def test_what_it_cannot_be_is_said(session: sl.Session, wanted: object) -> None:
    with pytest.raises(UsageError, match="mask"):
        session.masked(session.commands, wanted)  # type: ignore[arg-type]


def test_rows_of_another_session_are_refused(session: sl.Session) -> None:
    other = session.commands.assign(session="00000000")
    with pytest.raises(UsageError, match="none of these rows"):
        session.masked(session.commands, other)
