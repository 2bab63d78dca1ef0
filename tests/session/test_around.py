"""What was around a session: why it was, who let it in, watched and ended it; and that it is found."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from sessionlens_recorder.bundle import BundleWriter, hold

import sessionlens as sl
from sessionlens.cli import main

FACTS = {
    "person": "john",
    "target": {"name": "web01"},
    "reason": "CHG-77 fix \x1b[2Jdisk",
    "acknowledged": True,
    "allowed": {"by": "anna", "uid": 1000, "reason": "saw the ticket", "utc": "2026-11-27T22:37:05.1Z"},
}


def record(root: Path, end: str | None, **more: object) -> Path:
    writer = BundleWriter.create(root, FACTS | more)
    writer.open_channel("shell", pty={"term": "xterm", "columns": 80, "rows": 24}).output(b"$ ")
    others = writer.open_channel("connection", stream=False)
    for _ in range(2):
        others.event("watched", by="bob", uid=1001, reason="routine")
    others.event("ended", by="root", uid=0, reason="maintenance now")
    if end is not None:
        writer.seal(lambda manifest: "signature\n", "seal", end)
    return writer.path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return record(tmp_path, "ended by root: maintenance now")


def test_the_session_says_it(path: Path) -> None:
    hold(path, "C-12", "anna")
    info = sl.open(path).info
    assert (info.reason, info.acknowledged) == (FACTS["reason"], True)
    assert (info.allowed_by, info.watched_by) == ("anna: saw the ticket", ("bob: routine",))
    assert (info.ended, info.held_for) == ("ended by root: maintenance now", ("C-12",))


def test_for_people(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hold(path, "C-12\x1b[2J", "anna")
    assert main(["info", str(path)]) == 0
    out = capsys.readouterr().out
    for said in (
        "reason    CHG-77 fix \\x1b[2Jdisk",
        "notice    acknowledged by typing",
        "allowed   by anna: saw the ticket",
        "watched   by bob: routine",
        "ended     ended by root: maintenance now",
        "held for  C-12\\x1b[2J",
    ):
        assert said in out
    main(["verify", str(path)])
    assert "held for C-12\\x1b[2J: retention does not delete it" in capsys.readouterr().out


def test_for_programs(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hold(path, "C-12", "anna")
    assert main(["info", str(path), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["reason"], row["acknowledged"], row["ended"]) == (
        FACTS["reason"],
        True,
        "ended by root: maintenance now",
    )
    assert (row["allowed_by"], row["watched_by"], row["held_for"]) == (
        "anna: saw the ticket",
        "bob: routine",
        "C-12",
    )
    assert main(["info", str(path), "--csv"]) == 0
    assert "saw the ticket" in capsys.readouterr().out
    main(["verify", str(path), "--json"])
    (verdict,) = json.loads(capsys.readouterr().out)
    assert any("held for C-12" in note for note in verdict["notes"])


@pytest.mark.parametrize("query", ["CHG-77", "saw the ticket", "anna", "routine", "maintenance"])
def test_a_search_finds_it(path: Path, query: str) -> None:
    found = sl.corpus(path).search(query)
    assert set(found["where"]) == {"session"}
    assert list(found["person"]) == ["john"]
    assert found["start_utc"].notna().all()
    assert "1 match" in repr(found)


def test_a_session_that_began_before_the_span_is_found_by_its_reason(path: Path) -> None:
    case = sl.corpus(path)
    later = pd.Timestamp((sl.open(path).info.started_ns or 0) + 1, tz="UTC")
    assert len(case.search("CHG-77", since=later)) == 1
    assert not len(case.search("CHG-77", since=later + pd.Timedelta(days=1)))


def test_who_just_left_is_no_answer_to_a_search(tmp_path: Path) -> None:
    path = record(tmp_path, "the user left (disconnected by user)")
    assert sl.open(path).info.ended == "the user left (disconnected by user)"
    assert not len(sl.open(path).search("user left"))


def test_how_a_session_ended_that_has_not_or_was_broken_off(tmp_path: Path) -> None:
    assert sl.open(record(tmp_path / "live", None)).info.ended is None
    writer = BundleWriter.create(tmp_path / "broken", FACTS)
    writer.seal(None, "abort", "found unsealed when the recorder started")
    assert sl.open(writer.path).info.ended == "broken off: found unsealed when the recorder started"
    (writer.path / "journal").write_text("")
    assert sl.open(writer.path).info.ended is None


@pytest.mark.parametrize("odd", [7, ["x"], {"base64": "!"}, None, {"by": 7, "reason": ["x"]}])
def test_odd_facts_do_no_harm(tmp_path: Path, odd: object) -> None:
    path = record(tmp_path, "x", reason=odd, acknowledged=odd, allowed=odd)
    info = sl.open(path).info
    assert (info.reason, info.acknowledged, info.allowed_by) == (None, None, None)
    hold_file = path.with_name(path.name + ".hold")
    hold_file.write_text("not JSON")
    assert sl.open(path).info.held_for == ("?",)
