"""`sessionlens commands --ran`: which commands run this, what was looked at, and the exit codes of search."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sessionlens.catalog.search import Coverage
from sessionlens.cli import EX_USAGE, main

Maker = Callable[..., Path]
LINES = [
    ("alias tidy='rm -rf'", ""),
    ("echo rm -rf /srv", "rm -rf /srv\n"),
    ("sudo tidy /srv/app", ""),
    ("tidy /srv/app", ""),
]


@pytest.fixture
def recording(shell_session: Maker) -> Path:
    return shell_session(LINES)


def test_found_with_what_was_looked_at(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["commands", str(recording), "--ran", "rm -rf /srv/app"]) == 0
    *rows, last = capsys.readouterr().out.splitlines()
    assert [row.split()[-2:] for row in rows[1:]] == [["tidy", "/srv/app"]]
    assert last == "looked at 4 commands of 1 session, 1 match"


@pytest.mark.parametrize("form", ["--json", "--jsonl", "--csv"])
def test_for_programs_the_coverage_is_an_object_on_standard_error(
    recording: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["commands", str(recording), "--ran", "rm -rf", form]) == 0
    captured = capsys.readouterr()
    if form != "--csv":
        rows = json.loads(captured.out)
        assert [row["n"] for row in (rows if form == "--json" else [rows])] == [4]
    coverage = json.loads(captured.err.splitlines()[-1])["coverage"]
    assert coverage["said"] == "looked at 4 commands of 1 session, 1 match"
    assert coverage["complete"] and coverage["commands"] == 4


def test_not_there(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["commands", str(recording), "--ran", "rm -rf /etc"]) == 1
    assert capsys.readouterr().out == "looked at 4 commands of 1 session, 0 matches\n"


def test_not_there_and_could_not_see_all_of_it(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (recording / "out").unlink()
    assert main(["commands", str(recording), "--ran", "rm -rf"]) == 2
    assert "not everything could be read" in capsys.readouterr().out


def test_filters(shell_session: Maker, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shell_session(LINES, "one")
    shell_session(LINES, "two")
    assert main(["commands", str(tmp_path), "--ran", "rm -rf", "--since", "2026-11-22"]) == 0
    assert "looked at 8 commands of 2 sessions, 2 matches" in capsys.readouterr().out
    assert main(["commands", str(tmp_path), "--ran", "rm -rf", "--user", "mallory"]) == 2
    said = capsys.readouterr().out
    assert "nobody knows whose they are" in said and "only user mallory: 2 sessions not looked at" in said


def test_wrong_use(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["commands", str(recording), "--ran", ""]) == EX_USAGE
    assert main(["commands", str(recording), "--ran", "rm 'a"]) == EX_USAGE
    assert "()" not in capsys.readouterr().err


def test_the_last_line_says_when_no_match_is_sure(
    shell_session: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = shell_session([("rm -rf /srv", "")])
    timing = recording / "timing"
    kept = [line for line in timing.read_text().splitlines(True) if not line.startswith("I")]
    timing.write_text("".join(kept))  # nobody recorded the keys
    (recording / "in").unlink()
    assert main(["commands", str(recording), "--ran", "rm -rf"]) == 0
    assert "1 match, confidence medium" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("confidences", "said"),
    [
        ([], "0 matches"),
        (["low"], "1 match, confidence low"),
        (["low", "medium"], "2 matches, confidence medium or low"),
        (["low", "high"], "2 matches"),
    ],
)
def test_how_sure_the_matches_are(confidences: list[str], said: str) -> None:
    assert Coverage(1, 9).of_commands(confidences) == f"looked at 9 commands of 1 session, {said}"
