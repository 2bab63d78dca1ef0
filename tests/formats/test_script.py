"""script(1)'s files: real ones, and ones that are broken in every way that a disk or a person can."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import select
import shutil
import signal
import subprocess
import termios
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sessionlens as sl
from sessionlens.commands import Extraction, extract
from sessionlens.formats import find, open_source, script_advanced
from sessionlens.formats.script import first_line, seconds_ns, started
from sessionlens.recording import Recording
from sessionlens.terminal import replay

OUT = (
    b'Script started on 2026-11-22 07:46:57+00:00 [COMMAND="bash" TERM="xterm" TTY="/dev/pts/0" COLUMNS="80" '
    b'LINES="24"]\none two three \nScript done on 2026-11-22 07:47:26+00:00 [COMMAND_EXIT_CODE="7"]\n'
)
IN = b"Script started on 2026-11-22 07:46:57+00:00\nls\r\nScript done on 2026-11-22 07:47:26+00:00\n"
TIMING = (
    b"H 0.000000 START_TIME 2026-11-22 07:46:57+00:00\nH 0.000000 INPUT_LOG in\n"
    b"O 1.000000 4\nI 0.000001 2\nO 0.500000 4\nS 0.000002 SIGWINCH ROWS=30 COLS=100\nI 0.1 1\nO 0.25 6\n"
    b"H 0.000000 DURATION 9.000000\nH 0.000000 EXIT_CODE 7\n"
)
EVENTS = [
    (1_000_000_000, "o", b"one "),
    (1_000_001_000, "i", b"ls"),
    (1_500_001_000, "o", b"two "),
    (1_500_003_000, "r", b""),
    (1_600_003_000, "i", b"\r"),
    (1_850_003_000, "o", b"three "),
    (9_000_000_000, "x", b""),
]


def write(
    folder: Path, timing: bytes | None = TIMING, out: bytes | None = OUT, into: bytes | None = IN
) -> Path:
    folder.mkdir(exist_ok=True)
    for name, raw in (("timing", timing), ("out", out), ("in", into)):
        (folder / name).unlink(missing_ok=True)
        if raw is not None:
            (folder / name).write_bytes(raw)
    return folder


def load(folder: Path) -> Recording:
    return open_source(folder).channels[0].load()


def events(recording: Recording) -> list[tuple[int, str, bytes]]:
    return [(int(t), chr(recording.stream[i]), recording.data(i)) for i, t in enumerate(recording.t_ns)]


def test_a_whole_recording(tmp_path: Path) -> None:
    source = open_source(write(tmp_path / "r"))
    recording = source.channels[0].load()
    assert events(recording) == EVENTS
    assert recording.gaps == source.gaps == []
    info = recording.info
    assert (info.term, info.columns, info.rows, info.command, info.exit_code) == ("xterm", 80, 24, "bash", 7)
    assert (info.started_ns, info.duration_ns, info.tz) == (1_795_333_617 * 10**9, 9 * 10**9, "+00:00")
    resize = EVENTS.index((1_500_003_000, "r", b""))
    assert (recording.offset[resize], recording.size[resize]) == (100, 30)
    assert OUT[int(recording.offset[0]) :].startswith(b"one")
    assert info.session == source.session
    assert len(source.session) == 8


def test_without_timing_everything_is_shown_at_zero(tmp_path: Path) -> None:
    recording = load(write(tmp_path / "r", timing=None))
    assert events(recording)[0] == (0, "o", b"one two three ")
    assert recording.raw("i") == b"ls\r"
    [gap] = recording.gaps
    assert (gap.kind, gap.file) == ("missing", "timing")


@pytest.mark.parametrize(("missing", "stream"), [("out", "o"), ("into", "i")])
def test_without_a_data_file_the_rest_is_there(tmp_path: Path, missing: str, stream: str) -> None:
    recording = load(write(tmp_path / "r", **{missing: None}))
    assert events(recording) == [event for event in EVENTS if event[1] != stream]
    [gap] = recording.gaps
    assert (gap.kind, gap.file) == ("missing", {"out": "out", "into": "in"}[missing])
    assert recording.has_input == (missing != "into")


def test_a_cut_data_file_opens_as_far_as_it_goes(tmp_path: Path) -> None:
    cut = OUT.index(b"three") + 2
    recording = load(write(tmp_path / "r", out=OUT[:cut]))
    assert recording.raw("o") == b"one two th"
    [gap] = recording.gaps
    assert (gap.kind, gap.file, gap.offset, gap.length, gap.t_ns) == (
        "truncated",
        "out",
        cut,
        4,
        1_850_003_000,
    )
    assert str(cut) in gap.text


def test_a_cut_timing_file_leaves_no_byte_out(tmp_path: Path) -> None:
    cut = TIMING.index(b"O 0.25 6") + 4
    recording = load(write(tmp_path / "r", timing=TIMING[:cut]))
    assert recording.raw("o") == b"one two three "
    assert recording.raw("i") == b"ls\r"
    assert [(gap.kind, gap.file, gap.offset) for gap in recording.gaps] == [("broken", "timing", cut - 4)]
    whole_lines = TIMING[: TIMING.index(b"O 0.25 6")]
    recording = load(write(tmp_path / "r", timing=whole_lines))
    assert recording.raw("o") == b"one two three "
    [gap] = recording.gaps
    assert (gap.kind, gap.file, gap.length) == ("untimed", "out", 6)


@pytest.mark.parametrize("line", [b"O 1.000000 4", b"I 0.000001 2", b"O 0.500000 4", b"O 0.25 6", b"I 0.1 1"])
def test_one_broken_timing_line_moves_no_byte(tmp_path: Path, line: bytes) -> None:
    at = TIMING.index(line)
    recording = load(write(tmp_path / "r", timing=TIMING.replace(line, b"?" + line[1:])))
    got = [(stream, data) for _, stream, data in events(recording) if stream in "io"]
    assert sorted(got) == sorted((stream, data) for _, stream, data in EVENTS if stream in "io")
    assert [(g.kind, g.file, g.offset, g.length) for g in recording.gaps] == [
        ("broken", "timing", at, len(line))
    ]


def test_two_broken_lines_keep_what_lies_outside_of_them(tmp_path: Path) -> None:
    timing = TIMING.replace(b"I 0.000001 2", b"garbage").replace(b"I 0.1 1", b"\xff\xff")
    recording = load(write(tmp_path / "r", timing=timing))
    assert events(recording)[0][2] == b"one "
    assert events(recording)[-2][2] == b"three "
    assert recording.raw("o") == b"one two three "
    assert recording.raw("i") == b"ls\r"
    assert [gap.kind for gap in recording.gaps] == ["broken", "broken"]


def test_entries_that_claim_more_than_there_is_are_cut(tmp_path: Path) -> None:
    timing = TIMING.replace(b"O 0.500000 4", b"O 0.500000 999999999999999999")
    recording = load(write(tmp_path / "r", timing=timing))
    assert recording.raw("o") == b"one two three "
    assert "truncated" in [gap.kind for gap in recording.gaps]


def test_output_that_looks_like_the_last_line_is_output(tmp_path: Path) -> None:
    fake = b"\nScript done on 2026-11-22 07:47:26+00:00\n"
    out = OUT[: OUT.index(b"\n") + 1] + fake
    timing = b"O 1.000000 %d\n" % len(fake)
    recording = load(write(tmp_path / "r", timing=timing, out=out, into=None))
    assert recording.raw("o") == fake
    assert recording.gaps == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    st.sampled_from(["timing", "out", "in"]),
    st.integers(0, 400),
    st.sampled_from(["cut", "flip", "insert", "delete"]),
    st.binary(min_size=1, max_size=8),
)
def test_no_damage_makes_opening_fail_or_a_byte_disappear(
    tmp_path: Path, name: str, at: int, how: str, data: bytes
) -> None:
    files = {"timing": TIMING, "out": OUT, "in": IN}
    raw = files[name]
    at = min(at, len(raw) - 1)
    files[name] = {
        "cut": raw[:at],
        "flip": raw[:at] + data[:1] + raw[at + 1 :],
        "insert": raw[:at] + data + raw[at:],
        "delete": raw[:at] + raw[at + len(data) :],
    }[how]
    folder = write(tmp_path / "r", files["timing"], files["out"], files["in"])
    if not find(folder):
        return
    recording = load(folder)
    assert np.all(np.diff(recording.t_ns) >= 0)
    for i in range(len(recording)):
        if chr(recording.stream[i]) in "io":
            assert len(recording.data(i)) == recording.size[i] > 0
    if name == "timing":
        assert recording.raw("o") == b"one two three "
        assert recording.raw("i") == b"ls\r" or not recording.has_input


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(st.binary(max_size=200), st.binary(max_size=80), st.binary(max_size=80))
def test_random_files_open_or_are_no_recording(
    tmp_path: Path, timing: bytes, out: bytes, into: bytes
) -> None:
    folder = write(tmp_path / "r", b"O 0.1 5\n" + timing, out, into)
    recording = load(folder)
    assert np.all(np.diff(recording.t_ns) >= 0)


def test_classic_without_timing_and_with_a_broken_one(tmp_path: Path) -> None:
    typescript = tmp_path / "my session.typescript"
    typescript.write_bytes(
        b"Script started on Sat 20 Aug 2011 10:22:47 PM IST\nabcdef\nScript done on Sat 20 Aug\n"
    )
    recording = load(typescript)
    assert events(recording) == [(0, "o", b"abcdef")]
    assert [gap.kind for gap in recording.gaps] == ["missing"]
    assert recording.info.started_ns is None  # "IST" names three zones
    (tmp_path / "my session.timing").write_bytes(b"0.5 2\n0.x 2\n0.25 2\n")
    recording = load(typescript)
    assert events(recording) == [
        (500_000_000, "o", b"ab"),
        (500_000_000, "o", b"cd"),
        (750_000_000, "o", b"ef"),
    ]
    assert [(gap.kind, gap.offset) for gap in recording.gaps] == [("broken", 6)]
    assert not recording.has_input


def test_headers_in_all_wordings() -> None:
    assert started("2018-06-07 20:20:58+02:00") == (1_528_395_658 * 10**9, "+02:00")
    assert started("Sat 20 Aug 2011 10:22:47 PM IST") == (None, None)
    assert started("2018-99-07 20:20:58+02:00") == (None, None)
    assert first_line(b'Script started on X [COMMAND="a" TERM="b"]\n')[1] == {"COMMAND": "a", "TERM": "b"}
    assert first_line(b"else\n") == ("", {})
    assert seconds_ns("29.340078") == 29_340_078_000
    assert seconds_ns("x") is seconds_ns(None) is None


def test_the_real_sessions_with_known_truth(shared: Path) -> None:
    folders = find(shared / "truth")
    assert len(folders) == 12
    for folder in folders:
        meta = json.loads((folder / "meta.json").read_text())
        source = open_source(folder)
        recording = source.channels[0].load()
        assert (source.format, recording.gaps) == ("script-advanced", []), folder
        assert len(recording.raw("o")) == meta["out_bytes"]
        assert len(recording.raw("i")) == meta["in_bytes"]
        assert abs(recording.duration_ns / 10**9 - meta["duration"]) < 0.1
        assert recording.blob("o") == (folder / "out").read_bytes()


def test_other_peoples_classic_typescripts(shared: Path) -> None:
    found = find(shared / "samples" / "script-classic")
    assert [path.name for path in found] == ["h43z.typescript", "iouxui.typescript"]
    new, old = (open_source(path).channels[0].load() for path in found)
    assert not new.gaps
    assert not old.gaps
    assert new.info.tz == "+02:00"
    assert old.raw("o").endswith(b"exit\r\nexit\r\n")
    assert old.duration_ns == 59_094_485_000


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

    def wait(end: bytes) -> None:
        nonlocal shown
        until = time.monotonic() + 8
        while not shown.endswith(end):
            assert time.monotonic() < until, (end, shown)
            if select.select([terminal], [], [], 0.1)[0]:
                shown += os.read(terminal, 4096)
        shown = b""

    # More output than script's buffers hold, so that a killed one has written some of it.
    lines = ["echo one", "seq 1 3000", "read -s -p 'Password: ' P", "Tr0ub4dor", "echo two"]
    wait(b"here$ ")
    for line in lines:
        for letter in line:
            os.write(terminal, letter.encode())
            time.sleep(0.005)
        os.write(terminal, b"\r")
        wait(b"Password: " if line.startswith("read") else b"here$ ")
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


def test_an_input_without_its_first_line_was_never_written(tmp_path: Path) -> None:
    recording = load(write(tmp_path / "r", timing=b"", into=b""))
    assert not recording.has_input
    assert ("truncated", "in") in {(gap.kind, gap.file) for gap in recording.gaps}
