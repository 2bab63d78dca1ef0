"""A folder as one case: the same tables, and a search that says what it did not look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import sessionlens as sl

Maker = Callable[..., Path]


@pytest.fixture
def case(shell_session: Maker, tmp_path: Path) -> sl.Corpus:
    shell_session([("ls", "a\n"), ("rm -rf /srv", "")], "one")
    shell_session([("pwd", "/home/john\n")], "two")
    return sl.corpus(tmp_path)


def test_tables_over_all(case: sl.Corpus) -> None:
    assert len(case) == 2
    assert list(case.sessions["commands"]) == [2, 1] or list(case.sessions["commands"]) == [1, 2]
    assert sorted(case.commands["command"]) == ["ls", "pwd", "rm -rf /srv"]
    assert case.commands["session"].nunique() == 2
    assert len(case.findings) == 1


def test_coverage_counts_what_was_looked_at(case: sl.Corpus) -> None:
    assert case.search("rm -rf").coverage.sessions == 2
    last = repr(case.search("no such thing")).splitlines()[-1]
    assert "2 sessions, 3 commands" in last
    assert "0 matches" in last


def test_what_a_filter_leaves_out_is_said(case: sl.Corpus) -> None:
    found = case.search("rm -rf", since="2027-01-01")
    assert len(found) == 0
    assert "2 sessions not looked at" in repr(found)
    assert "2027-01-01 00:00:00 UTC" in repr(found)
    assert len(case.search("rm -rf", since="2026-11-22", until="2026-11-22")) > 0
    assert len(case.search("rm -rf", user="nobody")) == 0


def test_a_broken_date_is_refused(case: sl.Corpus) -> None:
    with pytest.raises(sl.UsageError, match="no date"):
        case.search("x", since="next tuesday-ish")


def test_what_cannot_be_opened_is_not_forgotten(shell_session: Maker, tmp_path: Path) -> None:
    shell_session([("ls", "")], "good")
    broken = shell_session([("ls", "")], "broken")
    (broken / "timing").write_bytes(b"\x00\xff garbage\n" * 3)
    case = sl.corpus(tmp_path)
    found = case.search("ls")
    assert len(case.gaps) >= 1
    assert "not everything could be read" in repr(found)
    assert not found.coverage.complete


def test_no_folder_and_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(sl.NotFoundError, match="no such"):
        sl.corpus(tmp_path / "x")
    with pytest.raises(sl.FormatError, match="holds no recording"):
        sl.corpus(tmp_path)


@pytest.mark.parametrize("place", ["no/such/place", "notes", ""])
def test_open_and_corpus_say_the_same_of_a_wrong_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes").mkdir()
    with pytest.raises(sl.SessionLensError) as one:
        sl.open(place)
    with pytest.raises(sl.SessionLensError) as many:
        sl.corpus(place)
    assert (type(one.value), str(one.value)) == (type(many.value), str(many.value))


def test_whose_recording_it_is_may_be_known_to_nobody(root: Path) -> None:
    case = sl.corpus(root / "fixtures" / "truth" / "sessions" / "bash-plain")
    (session,) = case
    assert session.info.person is None
    coverage = case.coverage_of_commands(user="john")
    assert not coverage.complete and coverage.nameless == (session.info.session,)
    assert "nobody knows whose" in coverage.of_commands([])
    assert not case.search("rm", user="john").coverage.complete
    assert case.search("rm").coverage.nameless == ()
