"""script(1)'s files: real ones, and ones that are broken in every way that a disk or a person can."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessionlens.formats import find, open_source
from sessionlens.formats.script import first_line, seconds_ns, started
from sessionlens.recording import Recording

from .script_files import IN, OUT, TIMING, load, write

EVENTS = [
    (1_000_000_000, "o", b"one "),
    (1_000_001_000, "i", b"ls"),
    (1_500_001_000, "o", b"two "),
    (1_500_003_000, "r", b""),
    (1_600_003_000, "i", b"\r"),
    (1_850_003_000, "o", b"three "),
    (9_000_000_000, "x", b""),
]


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


def test_an_input_without_its_first_line_was_never_written(tmp_path: Path) -> None:
    recording = load(write(tmp_path / "r", timing=b"", into=b""))
    assert not recording.has_input
    assert ("truncated", "in") in {(gap.kind, gap.file) for gap in recording.gaps}
