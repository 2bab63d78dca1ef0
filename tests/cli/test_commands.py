"""`sessionlens commands`: which options go together, tables over several sessions, following, why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

import sessionlens as sl
from sessionlens.cli import EX_USAGE, commands, main
from sessionlens.session.why import MEANING

Maker = Callable[..., Path]
LINES = [("ls", "notes.txt\n"), ("rm -rf /srv/app", "")]


@pytest.fixture
def recording(shell_session: Maker) -> Path:
    return shell_session(LINES)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--follow --json", "--follow does not go with --json: it takes --jsonl and --marked only"),
        ("--follow --ran rm --user x", "--follow does not go with --ran, --user"),
        ("--follow --why 0", "--follow does not go with --why"),
        ("--why 1 --ran rm", "--why does not go with --ran: it takes --json only"),
        ("--why 1 --csv", "--why does not go with --csv"),
        ("--why 1 --marked", "--why does not go with --marked"),
    ],
)
def test_what_would_be_ignored_is_refused(
    recording: Path, options: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["commands", str(recording), *options.split()]) == EX_USAGE
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("options", ["--json --csv", "--csv --jsonl", "--json --jsonl", "--wide --jsonl"])
def test_one_form_of_output(recording: Path, options: str) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["commands", str(recording), *options.split()])
    assert stop.value.code == EX_USAGE


def test_why_for_programs(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["commands", str(recording), "--why", "2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["n"], told["command"], told["typed"]) == (2, "rm -rf /srv/app", "rm -rf /srv/app")
    assert told["differ"] == []


def test_following_only_what_is_marked(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["commands", str(recording), "--follow", "--marked"]) == 0
    captured = capsys.readouterr()
    (row,) = captured.out.splitlines()
    assert "rm -rf /srv/app" in row
    assert captured.err == ""  # it had ended: nothing was waited for


def test_who_waits_says_so_once(
    recording: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def waits(_: str, *, wait: Callable[[float], None], identity: None) -> Iterator[pd.DataFrame]:
        wait(0)
        wait(0)
        return iter(())

    monkeypatch.setattr(commands, "follow", waits)
    assert main(["commands", str(recording), "--follow"]) == 0
    err = capsys.readouterr().err
    assert err == "sessionlens commands: waiting for more of the recording; Ctrl-C ends this\n"


def test_a_folder_cannot_be_followed(
    shell_session: Maker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell_session(LINES, "one")
    shell_session(LINES, "two")
    for options in (["--follow"], ["--why", "1"]):
        assert main(["commands", str(tmp_path), *options]) == EX_USAGE
        assert "a folder with 2 recordings below it; choose one of them:" in capsys.readouterr().err


def test_rows_of_several_sessions_say_which_day_and_where(
    shell_session: Maker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell_session(LINES, "one")
    shell_session(LINES, "two")
    assert main(["commands", str(tmp_path)]) == 0
    heads, *rows, _ = capsys.readouterr().out.splitlines()
    assert heads.split()[:4] == ["session", "start", "utc", "recording"]
    assert {row.split()[2] for row in rows} == {"one", "two"}
    assert all(row.split()[1].startswith("2026-11-22T10:00:") for row in rows)
    assert main(["commands", str(tmp_path), "--json"]) == 0  # programs get the path as `open` takes it
    assert {row["recording"] for row in json.loads(capsys.readouterr().out)} == {
        str(tmp_path / "one"),
        str(tmp_path / "two"),
    }


def test_filters_without_a_question(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["commands", str(recording), "--since", "2026-11-22", "--until", "2026-11-22"]) == 0
    read = "since 2026-11-22 00:00:00 UTC, until 2026-11-22 23:59:59 UTC"
    assert capsys.readouterr().out.endswith(f"2 commands, 1 marked, only {read}\n")
    assert main(["commands", str(recording), "--user", "mallory"]) == 0
    assert capsys.readouterr().out == (
        "no commands, no session is of mallory: none says whose it is, only user mallory\n"
    )
    assert main(["commands", str(recording), "--since", "soon"]) == EX_USAGE


def test_why_of_several_says_what_its_rows_mean_once(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["commands", str(recording), "--why", "1,2"]) == 0
    told = capsys.readouterr().out
    assert [line for line in told.splitlines() if line.startswith("Command")] == ["Command 1", "Command 2"]
    assert told.count(MEANING) == 1 and told.endswith(MEANING + "\n") and len(MEANING) < 100
    assert main(["commands", str(recording), "--why", "high", "--json"]) == 0
    assert [each["n"] for each in json.loads(capsys.readouterr().out)] == [1, 2]
    assert main(["commands", str(recording), "--why", "low"]) == 0
    assert capsys.readouterr().out == "no command is low\n"


@pytest.mark.parametrize(
    ("wanted", "said"), [("x", "give numbers"), ("1,", "give numbers"), ("9", "no command 9")]
)
def test_why_of_what_is_not_there(
    recording: Path, wanted: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["commands", str(recording), "--why", wanted]) == EX_USAGE
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("asked", [[], ["--ran", "touch one"], ["--marked"]])
def test_a_folder_of_many_always_says_which_session(
    shell_session: Maker, tmp_path: Path, asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    shell_session([("touch one", ""), ("rm -rf /srv", "")], "one")
    shell_session([("date", "now\n")], "two")
    assert main(["commands", str(tmp_path), *asked]) == 0
    assert capsys.readouterr().out.startswith("session ")


def test_the_accessor_takes_a_session_too(shell_session: Maker, tmp_path: Path) -> None:
    shell_session([("touch one", "")], "one")
    shell_session([("date", "now\n")], "two")
    table = sl.corpus(tmp_path).commands
    for session, command in zip(table["session"], table["command"], strict=True):
        assert table.sl.why(1, session=session).command.text == command
    with pytest.raises(sl.NotFoundError, match="no command 1 in session 00000000 of this table"):
        table.sl.why(1, session="00000000")
    with pytest.raises(sl.UsageError, match=r'why\(1, session="[0-9a-f]{8}"\)'):
        table.sl.why(1)
