"""ttyrec, ttyrec2 and ttyrec3: real ones, small ones, and ones that are damaged in every way."""

from __future__ import annotations

import gzip
import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sessionlens as sl
from sessionlens.errors import FormatError
from sessionlens.formats import find, open_source, unpack
from sessionlens.recording import Recording

BEGAN = 1_512_942_573
Frame = tuple[float, bytes] | tuple[float, bytes, int]
FRAMES: Sequence[Frame] = [
    (0.0, b"$ "), (0.5, b"ls"), (0.75, b"\r\none \xc5"), (1.25, b"\xbc\r\n$ "), (60.0, b"exit\r\n"),
]  # fmt: skip
EVENTS = [
    (0, "o", b"$ "), (500_000_000, "o", b"ls"), (750_000_000, "o", b"\r\none \xc5"),
    (1_250_000_000, "o", b"\xbc\r\n$ "), (60_000_000_000, "o", b"exit\r\n"),
]  # fmt: skip


def frame(at: float, data: bytes, channel: int | None = None, began: int = BEGAN) -> bytes:
    seconds, microseconds = divmod(round(at * 1_000_000), 1_000_000)
    channels = b"" if channel is None else bytes([channel])
    return struct.pack("<III", began + seconds, microseconds, len(data)) + channels + data


def ttyrec(frames: Iterable[Frame], began: int = BEGAN) -> bytes:
    return b"".join(frame(*each, began=began) for each in frames)


def write(folder: Path, raw: bytes, name: str = "x.ttyrec") -> Path:
    path = folder / name
    path.write_bytes(raw)
    return path


def load(path: Path) -> Recording:
    return open_source(path).channels[0].load()


def events(recording: Recording) -> list[tuple[int, str, bytes]]:
    return [(int(t), chr(recording.stream[i]), recording.data(i)) for i, t in enumerate(recording.t_ns)]


def starts(frames: Sequence[Frame] = FRAMES) -> list[int]:
    """Where each frame begins in the file."""
    return [len(ttyrec(frames[:n])) for n in range(len(frames))]


def session_of(lines: Sequence[tuple[str, str]]) -> list[Frame]:
    """Lines typed at a prompt, output only."""
    frames: list[Frame] = []
    at = 0.0
    for line, output in lines:
        for piece in ("john@web01:~$ ", *line, "\r\n", output.replace("\n", "\r\n")):
            at += 0.5 if piece.startswith("john") else 0.05
            frames += [(at, piece.encode())] if piece else []
    return [*frames, (at + 1, b"john@web01:~$ ")]


def test_a_whole_recording_whatever_it_is_called(tmp_path: Path) -> None:
    for name in ("x.ttyrec", "session", "x.bin"):
        recording = load(write(tmp_path, ttyrec(FRAMES), name))
        assert events(recording) == EVENTS
        assert recording.gaps == []
        info = recording.info
        assert (info.source_format, info.started_ns, info.duration_ns) == (
            "ttyrec",
            BEGAN * 10**9,
            60 * 10**9,
        )
        assert (info.columns, info.rows, info.input, recording.has_input) == (80, 24, "off", False)
    assert len(find(tmp_path)) == 3


def test_offsets_count_what_was_shown_and_places_are_in_the_file(tmp_path: Path) -> None:
    raw = ttyrec(FRAMES)
    recording = load(write(tmp_path, raw))
    out = recording.blob("o")
    assert out == b"".join(data for _, _, data in EVENTS) == recording.raw("o")
    assert "ż" in out.decode()  # though it came in two frames
    assert all(raw[recording.place("o", at)] == out[at] for at in range(len(out)))


def test_ttyrec3_has_input_and_scores(tmp_path: Path) -> None:
    frames: list[Frame] = [(0, b"menu", 0), (1, b"q", 1), (1.5, b"\x07\0\0\0", 2), (2, b"bye", 0)]
    for name in ("x.ttyrec3", "y"):
        recording = load(write(tmp_path, ttyrec(frames), name))
        assert events(recording) == [
            (0, "o", b"menu"), (10**9, "i", b"q"), (1_500_000_000, "m", b""), (2 * 10**9, "o", b"bye"),
        ]  # fmt: skip
        assert (recording.notes, recording.gaps, recording.has_input) == (["score 7"], [], True)


def test_the_size_is_stated_by_termrec(tmp_path: Path) -> None:
    frames: list[Frame] = [
        (0, b"\x1b%G\x1b[8;40;132t"),
        (1, b"x\x1b[8;9;9t"),
        (2, b"\x1b[8;50;100t"),
        (3, b"y"),
    ]
    recording = load(write(tmp_path, ttyrec(frames)))
    assert (recording.info.columns, recording.info.rows) == (132, 40)
    [resize] = np.flatnonzero(recording.stream == ord("r")).tolist()
    assert (recording.t_ns[resize], recording.offset[resize], recording.size[resize]) == (2 * 10**9, 100, 50)
    assert recording.raw("o") == b"".join(data for _, data in frames)
    unstated = load(write(tmp_path, ttyrec([(0, b"hi"), *frames])))
    assert not (unstated.stream == ord("r")).any()  # any program may print that


@pytest.mark.parametrize(
    ("printed", "size"),
    [
        (b"\x1b[3;5Hhello", (80, 24)),
        (b"\x1b[48;100Hx", (100, 48)),
        (b"\x1b[1;50r\x1b[120G", (120, 50)),
        (b"\x1b[30d\x1b[100d", (80, 100)),
        (b"\x1b[999;999H\x1b[6n\x1b[300;600H", (80, 24)),
        (b"\x1b[200;200H\x1b[6n", (80, 24)),
        (b"\x1b[51;1H\r\n", (80, 24)),  # leaving a full screen of 50 rows
        (b"\x1b[2;75H\x1b[K\x1b[1;31mafter the creation\x1b[m", (92, 24)),
        (b"\x1b[2;75H" + "żó".encode() * 10, (94, 24)),
        (b"\x1b[2;5H" + b"x" * 200, (80, 24)),
    ],
)
def test_the_size_is_guessed_from_where_programs_went(
    tmp_path: Path, printed: bytes, size: tuple[int, int]
) -> None:
    info = load(write(tmp_path, ttyrec([(0, b"$ "), (1, printed)]))).info
    assert (info.columns, info.rows) == size


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_file_cut_in_a_header(tmp_path: Path, cut: int) -> None:
    raw = ttyrec(FRAMES)[: starts()[4] + cut]
    recording = load(write(tmp_path, raw))
    assert events(recording) == EVENTS[:4]
    [gap] = recording.gaps
    assert (gap.kind, gap.file, gap.offset, gap.length) == ("truncated", "x.ttyrec", starts()[4], cut)


def test_a_file_cut_in_its_data_opens_as_far_as_it_goes(tmp_path: Path) -> None:
    raw = ttyrec(FRAMES)[:-3]
    recording = load(write(tmp_path, raw))
    assert events(recording) == [*EVENTS[:4], (60 * 10**9, "o", b"exi")]
    [gap] = recording.gaps
    assert (gap.kind, gap.offset, gap.length, gap.t_ns) == ("truncated", len(raw), 3, EVENTS[3][0])
    assert f"byte {len(raw)}" in gap.text


@pytest.mark.parametrize("number", range(1, 4))
def test_a_frame_with_a_damaged_time_is_shown_at_that_of_the_one_before(tmp_path: Path, number: int) -> None:
    raw, at = bytearray(ttyrec(FRAMES)), starts()[number]
    raw[at + 7] = 0xFF  # microseconds
    recording = load(write(tmp_path, bytes(raw)))
    assert [data for _, _, data in events(recording)] == [data for _, _, data in EVENTS]
    assert recording.t_ns[number] == EVENTS[number - 1][0]
    assert [(gap.kind, gap.offset, gap.length) for gap in recording.gaps] == [("broken", at, 12)]
    raw[at + 7], raw[at + 3] = 0, 0x20  # seconds: another century
    recording = load(write(tmp_path, bytes(raw)))
    assert recording.t_ns.tolist()[number:] == [
        EVENTS[number - 1][0],
        *(t for t, _, _ in EVENTS[number + 1 :]),
    ]
    assert [(gap.kind, gap.offset, gap.length) for gap in recording.gaps] == [("clock", at, 12)]


@pytest.mark.parametrize("length", [0, 1, 3, 200, 0xFFFFFFFF])
def test_a_frame_with_a_damaged_length_hides_no_other(tmp_path: Path, length: int) -> None:
    raw, at = bytearray(ttyrec(FRAMES)), starts()[2]
    raw[at + 8 : at + 12] = struct.pack("<I", length)
    recording = load(write(tmp_path, bytes(raw)))
    shown = recording.raw("o")
    assert shown.startswith(b"$ ls") and shown.endswith(b"\xbc\r\n$ exit\r\n")
    assert recording.t_ns[-1] == 60 * 10**9
    assert recording.gaps and all(gap.kind == "broken" for gap in recording.gaps)
    if length > len(EVENTS[2][2]):
        assert events(recording) == EVENTS


@pytest.mark.parametrize("junk", [b"\0" * 40, b"junk" * 9, b"\xff" * 5, bytes(range(100))])
@pytest.mark.parametrize("channels", [False, True])
def test_junk_between_frames_is_a_gap(tmp_path: Path, junk: bytes, channels: bool) -> None:
    frames = [(at, data, 0) for at, data, *_ in FRAMES] if channels else list(FRAMES)
    before = ttyrec(frames[:3])
    recording = load(write(tmp_path, before + junk + ttyrec(frames[3:])))
    assert events(recording) == EVENTS
    assert [(g.kind, g.offset, g.length) for g in recording.gaps] == [("broken", len(before), len(junk))]
    ended = load(write(tmp_path, ttyrec(frames) + junk))
    assert events(ended) == EVENTS
    assert ended.gaps[0].offset == len(ttyrec(frames))
    begun = load(write(tmp_path, junk + ttyrec(frames)))
    assert events(begun) == EVENTS
    assert [(g.kind, g.offset, g.length) for g in begun.gaps] == [("broken", 0, len(junk))]


def test_a_clock_that_was_set(tmp_path: Path) -> None:
    back: list[Frame] = [(100.0, b"a"), (101.0, b"b"), (11.0, b"c"), (12.0, b"d")]
    recording = load(write(tmp_path, ttyrec(back)))
    assert (recording.t_ns // 10**9).tolist() == [0, 1, 1, 2]
    assert [gap.kind for gap in recording.gaps] == ["clock"]
    from_1970 = ttyrec([(1.0, b"a"), (2.0, b"b")], began=0) + ttyrec(FRAMES)
    recording = load(write(tmp_path, from_1970))
    assert recording.info.started_ns is None
    assert b"".join(data for _, _, data in events(recording)) == b"ab" + b"".join(e[2] for e in EVENTS)
    wild = b"".join(frame(0, b"x", began=(0, 0xFFFFFFFF)[n % 2]) for n in range(4_000))
    recording = load(write(tmp_path, ttyrec(FRAMES) + wild))
    assert np.all(np.diff(recording.t_ns) >= 0)
    assert recording.duration_ns < 1 << 59


def test_other_files_are_no_ttyrec(tmp_path: Path) -> None:
    write(tmp_path, bytes(10_000), "zeros")
    write(tmp_path, b"", "empty.ttyrec")
    write(tmp_path, b"some text\n" * 100, "text.ttyrec")
    write(tmp_path, struct.pack("<III", 1, 2, 3) * 100, "numbers")
    write(tmp_path, b"\x7fELF\x01\x01\x01" + bytes(9) + bytes(range(256)) * 9, "program")
    write(tmp_path, struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + bytes(99), "x.pcap")
    for number in range(200):
        write(tmp_path, os.urandom(300), f"random{number}")
    assert find(tmp_path) == []
    with pytest.raises(FormatError, match=r"not a recording of a known format .*ttyrec"):
        open_source(tmp_path / "text.ttyrec")


def test_one_frame_is_a_recording_if_it_is_whole_or_the_name_says_so(tmp_path: Path) -> None:
    assert events(load(write(tmp_path, frame(0, b"hi"), "session"))) == [(0, "o", b"hi")]
    write(tmp_path, frame(0, b"hi")[:-1], "session")
    assert find(tmp_path) == []
    relative = write(tmp_path, ttyrec(FRAMES, began=0))
    assert events(load(relative)) == EVENTS
    assert load(relative).info.started_ns is None


def test_gzip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, gzip.compress(ttyrec(FRAMES)), "x.ttyrec.gz")
    assert events(load(path)) == EVENTS
    assert find(tmp_path) == [path]
    monkeypatch.setattr(unpack, "LIMIT", 1 << 20)
    bomb = write(tmp_path, gzip.compress(ttyrec(FRAMES) + bytes(2 << 20)), "y.ttyrec.gz")
    source = open_source(bomb)
    [packed, gap] = source.channels[0].load().gaps
    assert (packed.kind, gap.kind, gap.length) == ("truncated", "broken", (1 << 20) - len(ttyrec(FRAMES)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 120), st.sampled_from(["cut", "flip", "insert", "delete"]),
                       st.binary(min_size=1, max_size=14)), min_size=1, max_size=3),
)  # fmt: skip
def test_no_damage_makes_loading_fail(
    tmp_path: Path, channels: bool, damages: list[tuple[int, str, bytes]]
) -> None:
    raw = ttyrec([(at, data, n % 2) for n, (at, data, *_) in enumerate(FRAMES)] if channels else FRAMES)
    for at, how, data in damages:
        at = min(at, max(len(raw) - 1, 0))
        raw = {
            "cut": raw[:at],
            "flip": raw[:at] + data[:1] + raw[at + 1 :],
            "insert": raw[:at] + data + raw[at:],
            "delete": raw[:at] + raw[at + len(data) :],
        }[how]
    path = write(tmp_path, raw)
    if not find(tmp_path):
        return
    recording = load(path)
    assert np.all(np.diff(recording.t_ns) >= 0)
    for stream in "oi":
        blob = recording.blob(stream)
        assert all(raw[recording.place(stream, at)] == blob[at] for at in range(len(blob)))


def test_a_length_that_damage_left_does_not_leak_between_channels(tmp_path: Path) -> None:
    frames: list[Frame] = [(0, b"Password: ", 0), (1, b"hunter2\r", 1), (2, b"ok", 0), (3, b"ok", 0)]
    raw = bytearray(ttyrec(frames))
    raw[8] = 0xFF
    recording = load(write(tmp_path, bytes(raw), "x.ttyrec3"))
    assert recording.raw("o") == b"Password: okok"
    raw[8], raw[len(frame(0, b"Password: ", 0)) + 6] = 10, 0xFF
    recording = load(write(tmp_path, bytes(raw), "x.ttyrec3"))
    assert recording.raw("o") == b"Password: okok"
    assert "hunter2" not in str(recording.gaps)


def test_commands_lines_search_screen_and_command_line(tmp_path: Path) -> None:
    frames = session_of([("ls", "a\nb\n"), ("rm -rf /srv/data", ""), ("cat a", "hello\n")])
    path = write(tmp_path, ttyrec(frames))
    session = sl.open(path)
    assert session.commands["command"].tolist() == ["ls", "rm -rf /srv/data", "cat a"]
    assert session.commands["output"][0] == "a\nb"
    assert set(session.commands["source"]) == {"screen"}
    assert "hello" in session.lines["text"].tolist()
    assert len(session.search("hello")) == 1
    ref = session.commands["ref"][1]
    assert "rm -rf /srv/data" in session.at(ref).text
    first = int(ref.rpartition(":")[2].partition("-")[0])
    assert path.read_bytes()[session.recording.place("o", first) :].startswith(b"\r\n")
    assert session.verify().status == "CANNOT TELL"
    for command, expected in (("info", "ttyrec"), ("commands", "rm -rf /srv/data")):
        run = [sys.executable, "-m", "sessionlens", command, str(path)]
        done = subprocess.run(run, capture_output=True, text=True, check=False)
        assert (done.returncode, expected in done.stdout) == (0, True), done.stderr


def test_real_ttyrecs(shared: Path) -> None:
    folder = shared / "samples" / "ttyrec"
    paths = {path.name: path for path in find(folder)}
    assert sorted(paths) == ["hello.ttyrec", "nethack-2018.ttyrec", "nle.ttyrec3", "truncated.ttyrec"]
    hello = load(paths["hello.ttyrec"])
    assert hello.raw("o") == "Hello,“World”!\r\nHow's it going?\r\n".encode()
    assert hello.t_ns.tolist() == [0, 4_000_256_000, 42_065_535_000]
    truncated = load(paths["truncated.ttyrec"])
    assert truncated.raw("o") == "Hello,“Wor".encode()
    assert [(g.kind, g.offset, g.length) for g in truncated.gaps] == [("truncated", 36, 8)]
    nle = load(paths["nle.ttyrec3"])
    assert (len(nle.raw("i")), len(nle.notes), nle.gaps) == (69, 3, [])
    assert (nle.stream == ord("m")).sum() == 70
    assert "Agent the Footpad" in sl.open(paths["nle.ttyrec3"]).at(10).text
    nethack = sl.open(paths["nethack-2018.ttyrec"])
    assert (len(nethack.recording), len(nethack.gaps)) == (335, 0)
    assert nethack.info.columns == 128  # else this wraps
    assert "After the Creation, the cruel god Moloch rebelled\n" in nethack.at(3).text


def test_output_only_is_the_same_in_every_format(shared: Path, tmp_path: Path) -> None:
    """A session of known truth, without its input, as a script log, an asciicast and a ttyrec."""
    truth = shared / "truth" / "dev-bash-plain"
    original = sl.open(truth).recording
    shown = [e for e in events(original) if e[1] == "o"]
    size: Frame = (0, b"\x1b[8;%d;%dt" % (original.info.rows or 0, original.info.columns or 0))
    path = write(tmp_path, ttyrec([size, *((t / 10**9, data) for t, _, data in shown)]))
    head = {"version": 2, "width": original.info.columns, "height": original.info.rows}
    lines = [[t // 1000 / 10**6, "o", data.decode()] for t, _, data in shown]
    cast = write(tmp_path, "\n".join(map(json.dumps, [head, *lines])).encode(), "x.cast")
    expected = [c["command"].strip() for c in json.loads((truth / "truth.json").read_text())["commands"]]
    one, other = sl.open(path), sl.open(cast)
    assert one.commands["command"].tolist() == other.commands["command"].tolist() == expected
    assert one.commands["start"].tolist() == other.commands["start"].tolist()
    assert other.recording.raw("o") == original.raw("o")
