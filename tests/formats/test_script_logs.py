"""What script(1) itself writes here: one file of both directions, other names, and what a killed one left."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import shutil
import signal
import subprocess
import termios
import time
from pathlib import Path

import pytest

import sessionlens as sl
from sessionlens.commands import Extraction, extract
from sessionlens.formats import find, script_advanced
from sessionlens.recording import Recording
from sessionlens.terminal import replay

from .script_files import load, write


def recorded(folder: Path, *options: str, kill: bool = False) -> Path:
    """bash recorded by script(1) itself, a password among the lines; killed before it wrote all, or ended."""
    if shutil.which("script") is None or "--log-io" not in subprocess.getoutput("script --help"):
        pytest.skip("needs script(1) with --log-io (util-linux 2.35)")
    folder.mkdir()
    command = ["script", "-q", *options, "-c", "PS1='here$ ' bash --norc --noprofile -i"]
    environment = {**os.environ, "TERM": "xterm", "HISTFILE": "", "INPUTRC": "/dev/null"}
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        termios.tcsetwinsize(0, (24, 80))
        os.execvpe("script", command, environment)
    shown = b""

    def wait(*ends: bytes) -> None:
        nonlocal shown
        until = time.monotonic() + 30
        while not shown.endswith(ends):
            assert time.monotonic() < until, (ends, shown)
            if select.select([terminal], [], [], 0.1)[0]:
                shown += os.read(terminal, 4096)
        shown = b""

    # More output than script's buffers hold, so that a killed one has written some of it.
    lines = ["echo one", "seq 1 3000", "read -s -p 'Password: ' P", "Tr0ub4dor", "echo two"]
    asked = b"\rPassword: ", b"\nPassword: "  # not what is echoed of the line
    wait(b"here$ ")
    for line in lines:
        for letter in line:
            os.write(terminal, letter.encode())
            time.sleep(0.005)
        os.write(terminal, b"\r")
        wait(*asked) if line.startswith("read") else wait(b"here$ ")
    if kill:
        for letter in "echo " + 250 * "x" + "\r":  # so many entries that some of the timing is written
            os.write(terminal, letter.encode())
            time.sleep(0.005)
        wait(b"here$ ")
        os.kill(pid, signal.SIGKILL)
    else:
        os.write(terminal, b"exit\r")
        with contextlib.suppress(OSError):  # EIO: the other side is closed
            while os.read(terminal, 4096):
                pass
    os.waitpid(pid, 0)
    os.close(terminal)
    return folder


LINES = ["echo one", "seq 1 3000", "read -s -p 'Password: ' P", "echo two"]


def ran(folder: Path) -> tuple[Recording, Extraction]:
    recording = load(folder)
    return recording, extract(recording, replay(recording))


@pytest.mark.parametrize("opened", ["", "timing", "both.log"])
def test_one_file_of_both_directions(tmp_path: Path, opened: str) -> None:
    folder = recorded(tmp_path / "r", "--log-io", "both.log", "-T", "timing")
    recording, found = ran(folder / opened)
    assert recording.gaps == []
    assert [each.text for each in found.commands] == [*LINES, "exit"]
    assert {each.confidence for each in found.commands} == {"high"}
    assert b"Tr0ub4dor" in recording.raw("i")
    assert b"Tr0ub4dor" not in recording.raw("o")
    assert not any("Tr0ub4dor" in each.text for each in found.events)
    assert not any("Tr0ub4dor" in each.output for each in found.commands)
    assert found.hidden
    session = sl.open(folder / opened)
    assert not len(session.search("Tr0ub4dor"))
    assert (
        not session.lines.astype("string").apply(lambda column: column.str.contains("Tr0ub4dor")).any().any()
    )
    raw = (folder / "both.log").read_bytes()
    for stream in "oi":
        at = recording.blob(stream).index(b"echo two" if stream == "i" else b"two\r\n")
        place = recording.place(stream, at)
        assert raw[place : place + 1] == recording.blob(stream)[at : at + 1]
    assert find(folder) == [folder]


def test_a_file_of_both_directions_beside_other_recordings(tmp_path: Path) -> None:
    """It is opened with its timing or not at all: alone it shows what was typed."""
    recorded(tmp_path / "case", "--log-io", "both.log", "-T", "both.tm")
    recorded(tmp_path / "case" / "other", "--log-io", "out", "-T", "timing")
    with pytest.raises(sl.FormatError, match="2 recordings below it"):
        sl.open(tmp_path / "case")


def test_renamed_copies_belong_to_the_timing_that_was_renamed_with_them(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "r", "--log-io", "both.log", "-T", "both.tm")
    for copy in ("evidence", "evidence.1"):
        shutil.copy(folder / "both.log", folder / f"{copy}.io")
        shutil.copy(folder / "both.tm", folder / f"{copy}.tm")
    shutil.copy(folder / "both.log", folder / "stray")
    assert [each.name for each in find(folder)] == ["both.tm", "evidence.1.tm", "evidence.tm", "stray"]
    for opened in find(folder):
        assert [each.text for each in ran(opened)[1].commands] == [*LINES, "exit"]
    assert len(sl.corpus(folder)) == 4
    assert not len(sl.corpus(folder).search("Tr0ub4dor"))
    assert script_advanced.written(folder / "evidence.tm")[0].name == "evidence.io"


@pytest.mark.parametrize(
    "how", [("--log-io", "a.io"), ("-m", "advanced", "--log-out", "a.io"), ("-O", "a.io", "-I", "a.keys")]
)
def test_files_that_all_have_other_names_now(tmp_path: Path, how: tuple[str, ...]) -> None:
    folder = recorded(tmp_path / "r", *how, "-T", "a.tm")
    names = {"a.io": "exhibit 1", "a.keys": "exhibit 3", "a.tm": "exhibit 2"}
    for old, new in names.items():
        if (folder / old).exists():
            (folder / old).rename(folder / new)
    assert [each.name for each in find(folder)] == ["exhibit 2"]
    recording, found = ran(folder / "exhibit 2")
    assert recording.gaps == [] and "echo two" in [each.text for each in found.commands]
    assert recording.has_input == ("-O" in how or "--log-io" in how)


def test_a_file_of_both_directions_without_any_timing_is_not_shown(root: Path, tmp_path: Path) -> None:
    folder = recorded(tmp_path / "r", "--log-io", "both.log", "-T", "both.tm")
    (folder / "both.tm").unlink()
    for place in (folder, folder / "both.log"):
        with pytest.raises(sl.FormatError, match="the timing file of the same session"):
            sl.open(place)
    shutil.copytree(root / "fixtures" / "sessions" / "bash", folder / "other")
    case = sl.corpus(folder)
    assert len(case.unreadable) == 1 and not case.coverage_of_commands().complete


def test_a_typescript_without_its_timing_is_shown(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "r", "--log-out", "out.log", "-T", "out.tm")
    (folder / "out.tm").unlink()
    assert len(sl.open(folder / "out.log").search("echo two"))


def test_one_file_of_both_directions_without_a_header_that_says_so(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "r", "--log-io", "out", "-T", "timing")
    entries = (folder / "timing").read_bytes().splitlines(keepends=True)
    (folder / "timing").write_bytes(b"".join(line for line in entries if not line.startswith(b"H")))
    assert [each.text for each in ran(folder)[1].commands] == [*LINES, "exit"]


@pytest.mark.parametrize("name", ["timing", "out"])
def test_what_no_time_speaks_of_in_one_file_of_both_is_not_shown(tmp_path: Path, name: str) -> None:
    shared = b"Script started on 2026-11-22 07:46:57+00:00 []\none lsecret\rtwo "
    timing = b"H 0 OUTPUT_LOG x/out\nH 0 INPUT_LOG x/out\n".replace(b" 0 ", b" 0.000000 ")
    timing += b"O 1.0 4\nI 0.5 1\n" + (b"I 0.x 7\nO 0.25 4\n" if name == "timing" else b"")
    recording = load(write(tmp_path / "r", timing, shared, None))
    assert recording.raw("i") == b"l"
    assert recording.raw("o") == (b"one two " if name == "timing" else b"one ")
    [gap] = recording.gaps
    assert "not shown" in gap.text


def test_input_that_was_never_written_is_as_if_it_had_not_been_logged(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "r", "--log-in", "in", "--log-out", "out", "-T", "timing", kill=True)
    assert (folder / "in").read_bytes() == b""  # else script has learned to flush
    recording, found = ran(folder)
    assert not recording.has_input
    assert "in" in {gap.file for gap in recording.gaps if gap.kind == "truncated"}
    assert [each.text for each in found.commands][:2] == LINES[:2]
    assert {each.confidence for each in found.commands} <= {"medium", "low"}


def test_where_input_is_cut_the_screen_alone_tells_the_rest(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "r", "--log-in", "in", "--log-out", "out", "-T", "timing")
    raw = (folder / "in").read_bytes()
    (folder / "in").write_bytes(raw[: raw.index(b"read -s") + 4])
    recording, found = ran(folder)
    assert recording.has_input
    assert [each.text for each in found.commands] == [*LINES, "exit"]
    sure = [each.confidence for each in found.commands]
    assert sure[:2] == ["high", "high"] and set(sure[2:]) <= {"medium", "low"}
    assert found.commands[1].output.endswith("3000")
    assert [(gap.kind, gap.file) for gap in recording.gaps] == [("truncated", "in")]
    assert recording.gaps[0].t_ns == recording.input_ends_ns
