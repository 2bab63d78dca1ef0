"""asciicast 1, 2 and 3: real ones, whole small ones, and ones that are damaged in every way."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sessionlens as sl
from sessionlens.errors import FormatError, NotFoundError
from sessionlens.formats import find, open_source
from sessionlens.formats.elapsed import number_ns
from sessionlens.recording import Recording

HEAD2 = '{"version": 2, "width": 100, "height": 30, "env": {"TERM": "xterm", "SHELL": "/bin/zsh"}}\n'
HEAD3 = '{"version":3,"term":{"cols":100,"rows":30,"type":"foot"},"timestamp":1509091818,"command":"top"}\n'
V3 = HEAD3 + (
    '[0.25, "o", "$ "]\n# a remark\n[1.000001, "i", "l"]\n[0.1, "o", "l"]\n\n[0.5, "r", "90x20"]\n'
    '[0.25, "m", "here"]\n[1, "o", "\\u001b[1mż\\r\\n"]\n[2e-05, "x", "7"]\n'
)
EVENTS3 = [
    (250_000_000, "o", b"$ "),
    (1_250_001_000, "i", b"l"),
    (1_350_001_000, "o", b"l"),
    (1_850_001_000, "r", b""),
    (2_100_001_000, "m", b""),
    (3_100_001_000, "o", b"\x1b[1m\xc5\xbc\r\n"),
    (3_100_021_000, "x", b""),
]


def write(folder: Path, text: str | bytes, name: str = "x.cast") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def load(path: Path) -> Recording:
    return open_source(path).channels[0].load()


def events(recording: Recording) -> list[tuple[int, str, bytes]]:
    return [(int(t), chr(recording.stream[i]), recording.data(i)) for i, t in enumerate(recording.t_ns)]


def cast(lines: list[tuple[str, str]], step: float = 0.5) -> str:
    """A version 2 recording, output only, of lines typed at a prompt."""
    text, at = "", 0.0
    for line, output in lines:
        for piece in ("john@web01:~$ ", *line, "\r\n", output.replace("\n", "\r\n")):
            at += step if piece.startswith("john") else 0.05
            text += json.dumps([round(at, 6), "o", piece]) + "\n"
    return HEAD2 + text + json.dumps([round(at + 1, 6), "o", "john@web01:~$ "]) + "\n"


def test_version_3_whole(tmp_path: Path) -> None:
    recording = load(write(tmp_path, V3))
    assert events(recording) == EVENTS3
    assert recording.gaps == []
    info = recording.info
    assert (info.columns, info.rows, info.term, info.command, info.exit_code) == (100, 30, "foot", "top", 7)
    assert (info.source_format, info.started_ns) == ("asciicast", 1_509_091_818 * 10**9)
    assert (info.input, recording.has_input, recording.notes) == ("plain", True, ["here"])
    assert (recording.offset[3], recording.size[3]) == (90, 20)


def test_version_2_counts_from_the_start(tmp_path: Path) -> None:
    text = HEAD2 + '[0.1, "o", "a"]\r\n[0.123456789123, "o", "b"]\n[7, "z", "later"]\n'
    recording = load(write(tmp_path, text, "no-suffix"))
    assert events(recording)[:2] == [(100_000_000, "o", b"a"), (123_456_789, "o", b"b")]
    assert recording.notes == ["z: later"]
    info = recording.info
    assert (info.columns, info.rows, info.term, info.shell) == (100, 30, "xterm", "/bin/zsh")
    assert (info.input, recording.has_input) == ("off", False)


def test_version_1_in_one_line_and_in_many(tmp_path: Path) -> None:
    facts = {
        "version": 1,
        "width": 90,
        "height": 20,
        "duration": 9.5,
        "command": "sh",
        "title": None,
        "env": {},
    }
    facts["stdout"] = [[0.5, 'a"],[9,"b\\'], [1.25, "ż\r\n"]]
    for indent in (None, 2):
        recording = load(write(tmp_path, json.dumps(facts, indent=indent), "x.json"))
        assert events(recording) == [
            (500_000_000, "o", b'a"],[9,"b\\'),
            (1_750_000_000, "o", b"\xc5\xbc\r\n"),
        ]
        assert recording.gaps == []
        info = recording.info
        assert (info.columns, info.rows, info.command, info.duration_ns) == (90, 20, "sh", 9_500_000_000)


def test_a_place_is_where_the_line_begins(tmp_path: Path) -> None:
    recording = load(write(tmp_path, V3))
    assert recording.raw("o") == b"$ l\x1b[1m\xc5\xbc\r\n" == recording.blob("o")
    for offset in range(3, len(recording.raw("o"))):
        assert V3.encode()[recording.place("o", offset) :].startswith(b'[1, "o"')
    assert V3.encode()[recording.place("i", 0) :].startswith(b"[1.000001")
    with pytest.raises(NotFoundError, match="no event has byte 99"):
        recording.place("o", 99)


def test_numbers_become_ns_without_a_float() -> None:
    for text, ns in [
        ("0", 0), ("1", 10**9), ("0.000001", 1_000), ("1e-05", 10_000), ("1.5E+2", 150 * 10**9),
        ("123456789.123456789", 123_456_789_123_456_789), ("0.9999999999", 999_999_999),
        ("1e999", 1 << 62), ("9" * 18, 1 << 62), ("1e-999", 0),
    ]:  # fmt: skip
        assert number_ns(text) == ns, text
    assert number_ns("-1") is number_ns("NaN") is number_ns("") is number_ns(None) is number_ns("٣") is None


@pytest.mark.parametrize("number", [0, 2, 5])
def test_one_damaged_line_is_a_gap_and_the_rest_is_there(tmp_path: Path, number: int) -> None:
    lines = V3.encode().splitlines(keepends=True)
    at = sum(map(len, lines[: 1 + number]))
    bad = lines[1 + number]
    lines[1 + number] = b"\xff" * (len(bad) - 1) + b"\n"
    recording = load(write(tmp_path, b"".join(lines)))
    [gap] = recording.gaps
    assert (gap.kind, gap.file, gap.offset, gap.length) == ("broken", "x.cast", at, len(bad) - 1)
    lost = json.loads(bad)[1:]
    rest = [json.loads(line)[1:] for line in V3.splitlines()[1:] if line.startswith("[")]
    rest.remove(lost)
    letters = [stream for _, stream, _ in events(recording)]
    assert letters == [stream for stream, _ in rest]
    assert recording.raw("o").decode() == "".join(data for stream, data in rest if stream == "o")


def test_a_line_that_is_cut_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    cut = V3.index("ż")
    recording = load(write(tmp_path, V3[: cut + 1]))
    assert events(recording)[-1] == (3_100_001_000, "o", b"\x1b[1m\xc5\xbc")
    [gap] = recording.gaps
    assert (gap.kind, gap.offset, gap.length) == (
        "truncated",
        V3.index('[1, "o"'),
        len('[1, "o", "\\u001b[1mż') + 1,
    )
    assert "ż" not in gap.text
    broken = load(write(tmp_path, V3.replace('"l"]\n[0.1', '"l\n[0.1')))
    assert [e[:2] for e in events(broken)] == [
        e[:2] for e in EVENTS3
    ]  # its time counts, and its text is there
    assert broken.raw("i") == b"l"
    assert [gap.kind for gap in broken.gaps] == ["broken"]


def test_no_gap_says_what_was_typed(tmp_path: Path) -> None:
    path = write(tmp_path, V3.replace('"i", "l"]', '"i", "hunter2\\q"]'))
    assert "hunter2" not in str(open_source(path).gaps) + str(load(path).gaps)


def test_a_damaged_header_is_told_and_the_events_are_there(tmp_path: Path) -> None:
    recording = load(write(tmp_path, V3.replace('"command":"top"}', '"command":"to')))
    assert events(recording)[:6] == EVENTS3[:6]
    assert (recording.info.columns, recording.info.rows) == (100, 30)
    assert [(gap.kind, gap.offset) for gap in recording.gaps] == [("broken", 0)]
    headless = load(write(tmp_path, V3.partition("\n")[2]))
    assert headless.raw("o") == b"$ l\x1b[1m\xc5\xbc\r\n"
    assert headless.info.columns is None


def test_damaged_frames_of_version_1(tmp_path: Path) -> None:
    text = (
        '{"version": 1, "width": 80, "height": 24, "stdout": [[1, "a"], [2, "b\\q"], [x], [3, "c"], [4, "dd'
    )
    recording = load(write(tmp_path, text, "x.json"))
    assert events(recording) == [
        (10**9, "o", b"a"), (3 * 10**9, "o", b"b"), (6 * 10**9, "o", b"c"), (10 * 10**9, "o", b"dd"),
    ]  # fmt: skip
    assert [(gap.kind, gap.offset) for gap in recording.gaps] == [
        ("broken", text.index("[2")), ("truncated", text.index("[4")),
    ]  # fmt: skip


def test_bytes_that_are_no_utf8_are_kept_as_they_are(tmp_path: Path) -> None:
    recording = load(
        write(tmp_path, HEAD2.encode() + b'[1, "o", "\xff\xc5"]\n[2, "o", "\\ud83d"]\n[3, "o", "\\udc80"]\n')
    )
    assert [data for _, _, data in events(recording)] == [b"\xff\xc5", b"\xed\xa0\xbd", b"\x80"]
    assert [gap.kind for gap in recording.gaps] == ["broken"]


def test_times_that_make_no_sense(tmp_path: Path) -> None:
    text = (
        HEAD2 + '[1, "o", "a"]\n[99, "o", "b"]\n[2, "o", "c"]\n[3, "o", "d"]\n[1, "o", "e"]\n[2, "o", "f"]\n'
    )
    recording = load(write(tmp_path, text))
    assert (recording.t_ns // 10**9).tolist() == [1, 1, 2, 3, 3, 4]
    assert [(gap.kind, gap.offset) for gap in recording.gaps] == [
        ("clock", text.index("[99")), ("clock", text.index('[1, "o", "e')),
    ]  # fmt: skip
    endless = load(write(tmp_path, HEAD3 + '[1e30, "o", "a"]\n' * 3))
    assert np.all(np.diff(endless.t_ns) >= 0)
    assert endless.duration_ns <= 1 << 58


def test_gzip_is_unpacked_as_far_as_it_goes(tmp_path: Path) -> None:
    raw = V3.encode()
    packed = gzip.compress(raw[:300]) + gzip.compress(raw[300:])
    path = write(tmp_path, packed, "x.cast.gz")
    assert events(load(path)) == EVENTS3
    assert open_source(path).session == open_source(write(tmp_path, raw)).session
    flipped = bytearray(gzip.compress(raw))
    flipped[-6] ^= 1  # in the checksum
    recording = load(write(tmp_path, bytes(flipped), "x.cast.gz"))
    assert events(recording) == EVENTS3
    assert [gap.kind for gap in recording.gaps] == ["truncated"]
    cut = load(write(tmp_path, gzip.compress(raw)[:-40], "x.cast.gz"))
    assert events(cut)[0] == EVENTS3[0]
    assert cut.gaps[0].kind == "truncated"


def test_what_is_no_asciicast(tmp_path: Path) -> None:
    with pytest.raises(
        FormatError, match=r"version 4, and this SessionLens reads 1 to 3; `asciinema convert`"
    ):
        open_source(write(tmp_path, '{"version": 4, "term": {"cols": 1, "rows": 1}}\n'))
    for name in ("package.json", "x.json"):
        with pytest.raises(FormatError, match=r"not a recording of a known format .*asciicast"):
            open_source(write(tmp_path, '{"version": 1, "width": 3}', name))
    with pytest.raises(FormatError, match="packed with zstd: unpack it first"):
        open_source(write(tmp_path, b"\x28\xb5\x2f\xfd" + bytes(90), "x.cast.zst"))
    (tmp_path / "x.cast").unlink()
    assert find(tmp_path) == []


def test_hostile_json_is_damage_and_no_crash(tmp_path: Path) -> None:
    lines = [
        "[" * 200_000,
        '[1, "o", ' + "[" * 100_000,
        "[" + "9" * 100_000 + ', "o", "x"]',
        '[NaN, "o", "x"]',
        '[true, "o", "x"]',
        '[1, "r", "99999999x1"]',
        '[1, "x", "boom"]',
        '[1, {}, "x"]',
        "{}",
        '["1", "o", "x"]',
    ]
    recording = load(write(tmp_path, HEAD2 + "\n".join(lines) + '\n[2, "o", "end"]\n'))
    assert recording.raw("o") == b"end"
    [gap] = recording.gaps
    assert (gap.kind, gap.offset, gap.length) == ("broken", len(HEAD2), len("\n".join(lines)))
    assert recording.notes == ["damaged event"]
    many = load(write(tmp_path, HEAD2 + '[1]\n[1, "o", "x"]\n' * 3_000))
    assert len(many.gaps) == 1_001
    assert "2000 more places" in many.gaps[-1].text
    facts = (
        '{"version": 2, "width": 1e999, "height": -3, "command": "\\ud800", "env": [], "timestamp": 1e400}\n'
    )
    session = sl.open(write(tmp_path, facts + '[1, "m", "\\ud800"]\n[2, "o", "x"]\n'))
    assert "\\ud800" in str(session.commands) + repr(session)
    assert len(session.events) == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    st.sampled_from(
        [
            V3,
            V3.replace("3,", "2,", 1),
            '{"version": 1, "width": 9, "height": 9, "stdout": [[1,"a"],[2,"b"]]}',
        ]
    ),
    st.integers(0, 400),
    st.sampled_from(["cut", "flip", "insert", "delete"]),
    st.binary(min_size=1, max_size=8),
)
def test_no_damage_makes_loading_fail(tmp_path: Path, text: str, at: int, how: str, data: bytes) -> None:
    raw = text.encode()
    at = min(at, len(raw) - 1)
    raw = {
        "cut": raw[:at],
        "flip": raw[:at] + data[:1] + raw[at + 1 :],
        "insert": raw[:at] + data + raw[at:],
        "delete": raw[:at] + raw[at + len(data) :],
    }[how]
    path = write(tmp_path, raw)
    if find(tmp_path):
        try:
            recording = load(path)
        except FormatError as error:
            assert "version" in str(error)
            return
        assert np.all(np.diff(recording.t_ns) >= 0)
        for offset in range(len(recording.blob("o"))):
            assert 0 <= recording.place("o", offset) < len(raw)


def test_commands_lines_search_screen_and_video(tmp_path: Path) -> None:
    path = write(tmp_path, cast([("ls", "a\nb\n"), ("rm -rf /srv/data", ""), ("cat a", "hello\n")]))
    session = sl.open(path)
    assert session.commands["command"].tolist() == ["ls", "rm -rf /srv/data", "cat a"]
    assert session.commands["output"].tolist()[:2] == ["a\nb", ""]
    assert len(session.commands.sl.ran("rm", "-r", "-f")) == 1
    assert "hello" in session.lines["text"].tolist()
    assert len(session.search("hello")) == 1
    ref = session.commands["ref"][1]
    assert "rm -rf /srv/data" in session.at(ref).text
    assert session.at("00:00:01").t_ns == 10**9
    report = session.render(tmp_path / "x.mp4", start=0, end=3)
    assert report.path.stat().st_size > 1_000
    assert [p.name for p in find(tmp_path)] == ["x.cast"]


def test_real_casts(shared: Path) -> None:
    folder = shared / "samples" / "asciicast"
    paths = {path.name: path for path in find(folder)}
    assert sorted(paths) == sorted(path.name for path in folder.iterdir())
    full = {name: load(paths[name]) for name in ("full-v1.json", "full-v2.cast", "full-v3.cast")}
    for recording in full.values():
        assert recording.gaps == []
        assert recording.raw("o") == "żółć\r\n".encode()
        assert (recording.info.columns, recording.info.rows, recording.info.command) == (100, 50, "/bin/bash")
    assert full["full-v1.json"].t_ns.tolist() == [1_000, 10_000_001_000, 10_500_001_000]
    assert full["full-v2.cast"].t_ns.tolist() == [1_000, 10**9, 2_300_000_000, 5_600_001_000, 10_500_000_000]
    assert full["full-v3.cast"].t_ns.tolist() == [
        1_000,
        1_000_001_000,
        1_300_001_000,
        2_900_002_000,
        13_400_002_000,
    ]
    assert full["full-v3.cast"].raw("i") == b"\n"
    commands = sl.open(paths["colors.cast"]).commands["command"].tolist()
    assert commands == [
        "~/scripts/colors_256.sh",
        "~/scripts/true_colors.sh",
        "termtosvg --help | lolcat",
        "exit",
    ]
    assert "Tasks: 33; 1 running" in sl.open(paths["htop.cast"]).at(1).text


@pytest.mark.parametrize(
    "head",
    [
        '{"version": 2, "width": 9, "height": 3, "theme": THEME}\n',
        '{"version": 3, "term": {"cols": 9, "rows": 3, "theme": THEME}}\n',
    ],
)
def test_the_theme_of_the_header_is_the_recordings_palette(tmp_path: Path, head: str) -> None:
    theme = '{"fg": "#d0d0d0", "bg": "#212121", "palette": "#151515:#ac4142"}'
    path = write(tmp_path, head.replace("THEME", theme) + '[0.1, "o", "x"]\n')
    assert load(path).info.palette == ("#d0d0d0", "#212121", "#151515", "#ac4142")
    palette = sl.open(path).timeline.palette
    assert (palette.foreground, palette.background) == (0xD0D0D0, 0x212121)
    assert palette.indexed == ((0, 0x151515), (1, 0xAC4142))


@pytest.mark.parametrize("theme", ["7", '{"fg": 7, "palette": []}', '{"bg": "\\ud800"}', "{}"])
def test_a_theme_that_is_none(tmp_path: Path, theme: str) -> None:
    path = write(tmp_path, HEAD2.replace("}}", '}, "theme": ' + theme + "}") + '[0.1, "o", "x"]\n')
    assert sl.open(path).timeline.palette.background is None
