"""The command line: what it prints, its exit codes, and that no recording makes it fall over."""

from __future__ import annotations

import argparse
import csv
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from sessionlens.cli import EX_USAGE, main
from sessionlens.cli.common import theme_argument
from sessionlens.render import THEMES

Maker = Callable[..., Path]
LINES = [("ls", "notes.txt\n"), ("rm -rf /srv/app", "")]


@pytest.fixture
def recording(shell_session: Maker) -> Path:
    return shell_session(LINES)


def test_commands_for_people(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["commands", str(recording)]) == 0
    out = capsys.readouterr().out
    assert "rm -rf /srv/app" in out
    assert out.splitlines()[-1].startswith("2 commands, 1 marked")


def test_commands_for_programs(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["commands", str(recording), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    wanted = "n ref start end start_utc command context kind exit_code source confidence output_bytes"
    assert set(wanted.split()) <= set(rows[0])
    assert [row["command"] for row in rows] == [line for line, _ in LINES]
    assert isinstance(rows[0]["start"], float)


def test_commands_for_spreadsheets(recording: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["commands", str(recording), "--csv"]) == 0
    out = capsysbinary.readouterr().out
    assert out.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(out.decode("utf-8-sig"), newline="")))
    assert rows[1]["command"] == "rm -rf /srv/app"


def test_search_exits_as_grep_does(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", str(recording), "rm -rf"]) == 0
    assert "1 session, 2 commands" in capsys.readouterr().out
    assert main(["search", str(recording), "nothing like it"]) == 1
    assert "0 matches" in capsys.readouterr().out


def test_search_tells_programs_what_was_looked_at(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", str(recording), "rm -rf", "--json"]) == 0
    captured = capsys.readouterr()
    rows, told = json.loads(captured.out), json.loads(captured.err)
    assert {row["where"] for row in rows} == {"command", "screen"}
    assert set(told) == {"coverage"}
    said = {"complete": True, "matches": len(rows), "sessions": 1, "commands": 2}
    assert said.items() <= told["coverage"].items()


def test_not_found_and_could_not_see_differ(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (recording / "out").unlink()
    assert main(["search", str(recording), "rm -rf", "--json"]) == 2
    captured = capsys.readouterr()
    coverage = json.loads(captured.err.splitlines()[-1])["coverage"]
    assert json.loads(captured.out) == []
    assert coverage["complete"] is False
    assert (coverage["gaps"], coverage["matches"]) == (1, 0)
    assert "not everything could be read" in coverage["said"]
    assert main(["screen", str(recording), "--at", "0"]) == 0
    assert "has gaps" in capsys.readouterr().err


@pytest.mark.parametrize("columns", [40, 80])
def test_a_narrow_terminal_still_shows_what_was_found(
    recording: Path, columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sessionlens.cli.common.width", lambda: columns)
    for verb in (["search", str(recording), "rm -rf"], ["commands", str(recording)]):
        assert main(verb) == 0
        out = capsys.readouterr().out
        assert "rm -rf /srv/app" in out
        assert all(len(line) <= columns for line in out.splitlines()[:-1])


def test_no_file_is_replaced_without_force(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "x.png"
    there.write_text("precious")
    command = ["screen", str(recording), "--at", "1", "-o", str(there)]
    assert main(command) == EX_USAGE
    assert "--force" in capsys.readouterr().err
    assert there.read_text() == "precious"
    assert main([*command, "--force"]) == 0
    assert main([*command[:-1], str(tmp_path / "x.jpg")]) == EX_USAGE


def test_screen_as_text_json_and_picture(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["screen", str(recording), "--at", "00:00:01"]) == 0
    assert "john@web01" in capsys.readouterr().out
    assert main(["screen", str(recording), "--at", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["columns"] == 80
    assert main(["screen", str(recording), "--at", "1", "-o", str(tmp_path / "moment.png")]) == 0
    assert (tmp_path / "moment.png").read_bytes().startswith(b"\x89PNG")


def test_the_themes_of_the_command_line_are_all_there_are() -> None:
    parser = argparse.ArgumentParser()
    theme_argument(parser)
    assert [parser.parse_args(["--theme", name]).theme for name in THEMES] == list(THEMES)
    choices = next(action.choices for action in parser._actions if action.dest == "theme")
    assert list(choices or ()) == list(THEMES)


def test_pictures_have_a_theme_and_a_scale(recording: Path, tmp_path: Path) -> None:
    sizes, grounds = set(), set()
    for theme in ("dark", "light", "high-contrast", "recording"):
        path = tmp_path / f"{theme}.png"
        at = ["screen", str(recording), "--at", "1", "-o", str(path), "--theme", theme, "--scale", "2"]
        assert main(at) == 0
        with Image.open(path) as picture:
            sizes.add(picture.size)
            grounds.add(picture.getpixel((picture.width - 1, picture.height - 1)))
            assert round(picture.info["dpi"][0]) == 192
    assert sizes == {(80 * 24, 24 * 48)}
    assert grounds == {(13, 17, 23), (255, 255, 255), (0, 0, 0)}
    video = tmp_path / "v.mp4"
    assert main(["render", str(recording), "-o", str(video), "--theme", "light"]) == 0
    assert video.stat().st_size > 1000
    assert (
        main(["screen", str(recording), "--at", "1", "-o", str(tmp_path / "x.png"), "--scale", "9"])
        == EX_USAGE
    )


def test_an_analysts_tables_are_burned_in(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    video, notes, wordless = (tmp_path / name for name in ("v.mp4", "notes.csv", "wordless.csv"))
    notes.write_text("start,note,severity\n1,looks around,\n00:00:02,deletes,HIGH\n")
    wordless.write_text("start,who\n1,john\n")
    order = ["render", str(recording), "-o", str(video), "--case", "HR 17", "--tz", "+05:30"]
    assert main([*order, "--notes", str(notes), "--findings"]) == 0
    said = json.loads((tmp_path / "v.mp4.json").read_text("utf-8"))["arguments"]
    assert (said["case"], said["cards"], said["zone"]) == ("HR 17", True, "+05:30")
    spoken = [(r["start_ns"] // 10**9, r["text"], r["severity"]) for r in said["remarks"][-2:]]
    assert spoken == [(1, "looks around", "note"), (2, "deletes", "high")]
    for table, why in ((wordless, "no remarks can be made"), (tmp_path / "none.csv", "cannot be read")):
        assert main([*order, "--force", "--findings", str(table)]) == EX_USAGE
        assert why in capsys.readouterr().err


def test_info_of_one_and_of_many(
    shell_session: Maker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = shell_session(LINES, "one")
    assert main(["info", str(one)]) == 0
    assert "Session" in capsys.readouterr().out
    shell_session(LINES, "two")
    assert main(["info", str(tmp_path)]) == 0
    assert "2 sessions, 0 gaps" in capsys.readouterr().out


def test_verify_cannot_tell_of_a_plain_typescript(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(recording)]) == 2
    assert "CANNOT TELL" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["info", "no/such/place"],
        ["screen", "no/such/place", "--at", "1"],
        ["screen", "RECORDING", "--at", "half past nine"],
        ["screen", "RECORDING", "--at", "1", "--channel", "7"],
        ["render", "RECORDING", "-o", "no/such/folder/x.mp4"],
        ["search", "RECORDING", "(", "--regex"],
    ],
)
def test_a_clear_message_and_64(
    recording: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([a.replace("RECORDING", str(recording)) for a in arguments]) == EX_USAGE
    captured = capsys.readouterr()
    assert captured.err.startswith("sessionlens ")
    assert "Traceback" not in captured.err


def test_a_ref_names_a_screen(
    recording: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["commands", str(recording), "--json"])
    ref = json.loads(capsys.readouterr().out)[1]["ref"]
    monkeypatch.chdir(recording.parent)
    assert main(["screen", ref]) == 0
    assert "rm -rf /srv/app" in capsys.readouterr().out
    assert main(["screen", str(recording)]) == EX_USAGE
    assert "--at" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["no-such-verb"], ["screen"], ["render", "x", "--idle", "soon"]])
def test_wrong_use_is_64(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == EX_USAGE


@pytest.mark.parametrize("damage", ["timing", "out", "in"])
@pytest.mark.parametrize("how", ["missing", "empty", "cut", "garbage"])
def test_a_damaged_recording_raises_nothing(recording: Path, damage: str, how: str) -> None:
    file = recording / damage
    data = file.read_bytes()
    if how == "missing":
        file.unlink()
    else:
        file.write_bytes({"empty": b"", "cut": data[: len(data) // 2], "garbage": b"\x00\xffx\n" * 9}[how])
    for verb, *more in (["info"], ["commands"], ["search", "ls"], ["verify"]):
        assert main([verb, str(recording), *more]) in (0, 1, 2, EX_USAGE), verb


def test_a_closed_pipe_is_no_error(recording: Path) -> None:
    command = f'"{sys.executable}" -m sessionlens commands "{recording}" --json | head -c 1'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout == "["
    assert done.stderr == ""


def test_an_empty_table_is_a_sentence(shell_session: Maker, capsys: pytest.CaptureFixture[str]) -> None:
    empty = str(shell_session([]))
    assert main(["flags", empty]) == 0
    assert capsys.readouterr().out == "no flags\n"
    assert main(["commands", empty]) == 0
    assert capsys.readouterr().out == "no commands\n"


@pytest.mark.parametrize("verb", [["commands"], ["flags"], ["info"], ["search", "rm -rf"]])
def test_one_session_of_a_folder(
    root: Path, tmp_path: Path, verb: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for path in sorted((root / "fixtures" / "truth" / "sessions").iterdir())[:3]:
        shutil.copytree(path, tmp_path / path.name)
    folder = str(tmp_path)
    assert main(["info", folder, "--json"]) == 0
    one = json.loads(capsys.readouterr().out)[1]
    argv = [verb[0], folder, *verb[1:]]
    code = main([*argv, "--session", one["session"], "--json"])
    rows = json.loads(capsys.readouterr().out)
    assert code in (0, 1, 2) and {row["session"] for row in rows} <= {one["session"]}
    assert verb[0] != "commands" or len(rows) == one["commands"]
    assert main([*argv, "--session", "00000000"]) == EX_USAGE
    assert "no recording of session 00000000" in capsys.readouterr().err
    assert main([*argv, "--session", "x"]) == EX_USAGE
    assert "8 hex digits" in capsys.readouterr().err


def test_why_of_one_session_of_a_folder(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["commands", str(recording), "--json"]) == 0
    session = json.loads(capsys.readouterr().out)[0]["session"]
    assert main(["commands", str(recording.parent), "--session", session, "--why", "1"]) == 0
