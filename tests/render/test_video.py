"""Videos, decoded again: pictures, times, chapters, tags, and what a person reads in them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sessionlens.errors import UsageError
from sessionlens.render import Chapter, Facts, Footage, Order, render_video
from sessionlens.render.contrast import contrast
from sessionlens.render.layout import arrange
from sessionlens.render.remarks import Remark
from sessionlens.render.themes import DARK
from sessionlens.terminal import Timeline

SECOND = 1_000_000_000
Play = Callable[..., Timeline]
Command = Callable[..., Chapter]
Decode = Callable[[Path], np.ndarray[Any, np.dtype[np.uint8]]]
Probe = Callable[..., dict[str, Any]]

WORK = [
    (0.5, b"$ "), (1.0, b"ls\r\n"), (1.2, b"\x1b[31ma.tgz\x1b[0m b\r\n$ "), (2.5, b"rm -rf /data\r\n"),
    (600.0, b"removed\r\n$ "), (601.0, b"exit\r\n"),
]  # fmt: skip


@pytest.fixture
def work(command: Command) -> list[Chapter]:
    return [
        command(1.0, 1.2, "ls"),
        command(2.5, 600.0, "rm -rf /data", None, approximate=True),
        command(601.0, None, "exit"),
    ]


def bands(picture: np.ndarray[Any, np.dtype[np.uint8]]) -> Image.Image:
    """Both bands of a decoded picture, without the terminal between them."""
    return Image.fromarray(np.concatenate([picture[:62], picture[-110:]]))


def times(probe: Probe, path: Path) -> list[float]:
    packets = probe(path, "-select_streams", "v:0", "-show_entries", "packet=pts_time")["packets"]
    return [float(packet["pts_time"]) for packet in packets]


def test_three_frames_say_who_when_and_what(
    play: Play, facts: Facts, work: list[Chapter], decode: Decode, read: Callable[[Any], str], tmp_path: Path
) -> None:
    path = tmp_path / "v.mp4"
    render_video(Footage(play(WORK), facts, work), path)
    frames = decode(path)
    for index, command in ((3, "ls"), (len(frames) // 2, "rm -rf /data"), (-1, "exit")):
        text = read(bands(frames[index]))
        assert "john as deploy on web01" in text
        assert "2026-11-21 09:" in text
        assert "UTC" in text
        assert command in text


def test_times_chapters_and_tags(
    play: Play, facts: Facts, work: list[Chapter], probe: Probe, tmp_path: Path
) -> None:
    path = tmp_path / "v.mp4"
    report = render_video(Footage(play(WORK), facts, work), path)
    stamps = times(probe, path)
    assert len(stamps) == report.frames
    assert all(a < b for a, b in pairwise(stamps))
    assert stamps[-1] == pytest.approx(report.duration_s, abs=0.001)
    assert stamps[-1] - stamps[-2] >= 1
    assert {0.5, 1.0, 1.2, 2.5} <= {round(t, 3) for t in stamps}
    found = probe(path, "-show_chapters", "-show_format")
    assert [c["tags"]["title"] for c in found["chapters"]] == ["ls", "≈ rm -rf /data", "exit"]
    assert found["format"]["tags"]["title"] == "john as deploy on web01, session 1a2b3c4d"
    assert found["format"]["tags"]["creation_time"].startswith("2026-11-21T09:14:03")
    assert "1a2b3c4d" in found["format"]["tags"]["comment"]


def test_key_frames_at_chapters_and_every_half_minute(
    play: Play, facts: Facts, work: list[Chapter], probe: Probe, tmp_path: Path
) -> None:
    path = tmp_path / "v.mp4"
    render_video(Footage(play(WORK), facts, work), path, Order(idle_ns=None))
    packets = probe(path, "-select_streams", "v:0", "-show_entries", "packet=pts_time,flags")["packets"]
    keys = [float(p["pts_time"]) for p in packets if "K" in p["flags"]]
    assert {1.0, 2.5} <= set(keys)
    assert all(b - a <= 30 for a, b in pairwise([*keys, float(packets[-1]["pts_time"])]))


def test_the_stream_is_h264_high_in_bt709(play: Play, facts: Facts, probe: Probe, tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    render_video(Footage(play(WORK), facts), path)
    (stream,) = [s for s in probe(path, "-show_streams")["streams"] if s["codec_type"] == "video"]
    wanted = {"codec_name": "h264", "profile": "High", "pix_fmt": "yuv420p", "color_space": "bt709"}
    assert {key: stream[key] for key in wanted} == wanted
    assert stream["color_range"] == "tv"
    assert (stream["height"], stream["level"]) == (720, 42)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_a_full_hd_picture_keeps_the_level_that_players_have(
    play: Play, facts: Facts, probe: Probe, tmp_path: Path
) -> None:
    path = tmp_path / "v.mp4"
    render_video(Footage(play([(0, b"x")], 120, 40), facts), path)
    (stream,) = [s for s in probe(path, "-show_streams")["streams"] if s["codec_type"] == "video"]
    assert (stream["height"], stream["level"]) == (1080, 42)


def test_idle_time_is_cut_with_a_stamp(
    play: Play, facts: Facts, decode: Decode, read: Callable[[Any], str], tmp_path: Path, probe: Probe
) -> None:
    path = tmp_path / "v.mp4"
    report = render_video(Footage(play([(0, b"before"), (727, b"after")]), facts), path)
    assert report.duration_s == pytest.approx(3, abs=0.01)
    (cut,) = report.cuts
    assert str(report).endswith(", 1 idle stretch cut, not masked")
    frames, stamps = decode(path), times(probe, path)
    shown = [
        t
        for t, f in zip(stamps, frames, strict=True)
        if "idle 12:05 skipped" in read(Image.fromarray(f[-60:, 800:]))
    ]
    assert stamps[stamps.index(shown[-1]) + 1] - shown[0] >= 1.5
    assert cut.length_ns == 725 * SECOND


def test_uncut_the_clock_ticks_each_second(play: Play, facts: Facts, probe: Probe, tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    report = render_video(Footage(play([(0, b"x"), (20, b"y")]), facts), path, Order(idle_ns=None))
    assert report.cuts == ()
    assert set(range(21)) <= {round(t) for t in times(probe, path)}
    assert max(b - a for a, b in pairwise(times(probe, path))) <= 1.001


def test_a_plain_video_has_pictures_only_where_the_terminal_differs(
    play: Play, facts: Facts, probe: Probe, tmp_path: Path
) -> None:
    path = tmp_path / "v.mp4"
    render_video(
        Footage(play([(0, b"x"), (10, b"\x1b[m"), (20, b"y")]), facts), path, Order(idle_ns=None, plain=True)
    )
    assert [round(t, 2) for t in times(probe, path)] == [0.0, 20.0, 21.0]


def test_start_end_and_speed(
    play: Play, facts: Facts, work: list[Chapter], probe: Probe, tmp_path: Path
) -> None:
    path = tmp_path / "v.mp4"
    report = render_video(
        Footage(play(WORK), facts, work),
        path,
        Order(start_ns=2 * SECOND, end_ns=8 * SECOND, idle_ns=None, speed=2.0),
    )
    assert report.duration_s == pytest.approx(6 / 2)
    assert [c["tags"]["title"] for c in probe(path, "-show_chapters")["chapters"]] == ["≈ rm -rf /data"]


def test_a_clip_says_what_the_whole_video_says_then(
    play: Play, facts: Facts, work: list[Chapter], decode: Decode, read: Callable[[Any], str], tmp_path: Path
) -> None:
    path = tmp_path / "v.mp4"
    render_video(
        Footage(play(WORK), facts, work), path, Order(start_ns=int(1.5 * SECOND), end_ns=int(2.2 * SECOND))
    )
    text = read(bands(decode(path)[0]))
    assert "ls" in text
    assert "command 1 of 3" in text
    numbered = [replace(c, number=n) for c, n in zip(work, (4, 12, 18), strict=True)]
    whole = replace(facts, commands=18)
    render_video(Footage(play(WORK), whole, numbered), path, Order(start_ns=3 * SECOND, end_ns=5 * SECOND))
    assert "command 12 of 18" in read(bands(decode(path)[-1]))


@pytest.mark.parametrize(
    ("start", "end", "lasts"),
    [
        (18, 20, 2.0),  # nothing changes but the clock
        (0, 9.25, 9.25),
        (8, 10.25, 2.5),  # the last change, at 10, is shown for half a second
        (18, 40, 12 + 1),  # to the end of the session
        (-5, 4, 4.0),
        (29, 99, 1 + 1),
        (None, None, 30 + 1),
    ],
)
def test_how_long_a_clip_is(
    play: Play,
    facts: Facts,
    start: float | None,
    end: float | None,
    lasts: float,
    tmp_path: Path,
    probe: Probe,
) -> None:
    path = tmp_path / "v.mp4"
    first, last = (None if t is None else int(t * SECOND) for t in (start, end))
    timeline = play([(0, b"x"), (10, b"y"), (30, b"z")])
    report = render_video(Footage(timeline, facts), path, Order(start_ns=first, end_ns=last, idle_ns=None))
    assert report.duration_s == pytest.approx(lasts, abs=0.002)
    stamps = times(probe, path)
    assert all(a < b for a, b in pairwise(stamps))
    assert stamps[-1] == pytest.approx(lasts, abs=0.002)


def test_findings_only_on_request(
    play: Play, facts: Facts, work: list[Chapter], decode: Decode, read: Callable[[Any], str], tmp_path: Path
) -> None:
    texts = []
    for number, remarks in enumerate(
        [None, (Remark(int(2.5 * SECOND), "deletes a tree", "high", 601 * SECOND),)]
    ):
        path = tmp_path / f"{number}.mp4"
        render_video(Footage(play(WORK), facts, work), path, Order(remarks=remarks))
        frames = decode(path)
        texts.append(read(bands(frames[len(frames) // 2])))
    assert "ANALYST" not in texts[0]
    assert "deletes a tree" not in texts[0]
    assert {"ANALYST", "HIGH"} <= set(texts[1].split())
    assert "deletes a tree" in texts[1]


def test_a_note_in_idle_time_is_shown(
    play: Play, facts: Facts, work: list[Chapter], decode: Decode, read: Callable[[Any], str], tmp_path: Path
) -> None:
    path = tmp_path / "v.mp4"
    render_video(
        Footage(play(WORK), facts, work), path, Order(remarks=(Remark(300 * SECOND, "here he waits"),))
    )
    assert any("here he waits" in read(bands(frame)) for frame in decode(path))


def test_a_title_and_an_end(
    play: Play, facts: Facts, work: list[Chapter], decode: Decode, read: Callable[[Any], str], probe: Probe,
    tmp_path: Path,
) -> None:  # fmt: skip
    path = tmp_path / "v.mp4"
    said = replace(
        facts, sheet=(("channel", "0.shell"), ("not shown", "the second channel"), ("checked", "INTACT"))
    )
    remarks = [Remark(2 * SECOND, "inside", end_ns=2_400_000_000), Remark(9_000 * SECOND, "beyond the end")]
    report = render_video(
        Footage(play(WORK), said, work), path, Order(cards=True, case="HR 17", remarks=tuple(remarks))
    )
    frames = decode(path)
    title, end = (read(Image.fromarray(frames[index])) for index in (0, -1))
    for words in (
        "john as deploy on web01",
        "HR 17",
        "the second channel",
        "INTACT",
        "the whole session",
        "1 marked ANALYST",
    ):
        assert words in title
    for words in ("leaves out", "cut 1 time", "the second channel"):
        assert words in end
    bare = render_video(Footage(play(WORK), said, work), tmp_path / "bare.mp4", Order(remarks=tuple(remarks)))
    assert report.duration_s == pytest.approx(bare.duration_s + 8)
    first, second, *_ = probe(path, "-show_chapters")["chapters"]
    assert float(first["start_time"]) == 0  # docs/video.md says why
    assert float(second["start_time"]) == float(first["end_time"]) == pytest.approx(6.5, abs=0.001)
    assert times(probe, path)[:2] == [0, pytest.approx(4)]


def test_two_renders_are_bit_identical(play: Play, facts: Facts, work: list[Chapter], tmp_path: Path) -> None:
    timeline = play(WORK)
    paths = [tmp_path / "a.mp4", tmp_path / "b.mp4"]
    for path in paths:
        render_video(Footage(timeline, facts, work), path)
    assert len({hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}) == 1


def test_decoded_colours_are_those_that_were_painted(
    play: Play, facts: Facts, decode: Decode, tmp_path: Path
) -> None:
    text = b"\x1b[?25l" + b"".join(f"\x1b[3{i}m{'█' * 6}".encode() for i in range(1, 8))
    path = tmp_path / "v.mp4"
    render_video(Footage(play([(0, text)], 42, 12), facts), path, Order(plain=True))
    last = decode(path)[-1].astype(int)
    layout = arrange(42, 12, plain=True)
    box = layout.place(42, 12)
    for i in range(7):
        x, y = box.x + (i * 6 + 3) * layout.cell[0], box.y + layout.cell[1] // 2
        meant = DARK.named[i + 1]
        assert np.abs(last[y, x] - [meant >> 16, meant >> 8 & 255, meant & 255]).max() <= 6


def test_text_keeps_its_contrast_in_the_decoded_picture(
    play: Play, facts: Facts, decode: Decode, tmp_path: Path
) -> None:
    """Red text on black: the brightest and the darkest pixels are nearly as far apart as they were meant."""
    text = b"\x1b[?25l\x1b[38;2;205;0;0;48;2;0;0;0m" + b"The quick brown fox jumps over it" * 8
    path = tmp_path / "v.mp4"
    render_video(Footage(play([(0, text)], 80, 12), facts), path, Order(plain=True))
    layout = arrange(80, 12, plain=True)
    box = layout.place(80, 12)
    picture = decode(path)[-1]
    rows = picture[box.y : box.y + 3 * layout.cell[1], box.x : box.x + 78 * layout.cell[0]].reshape(-1, 3)
    linear = rows @ np.array([0.2126, 0.7152, 0.0722])
    bright, dark = (rows[linear.argsort()[at]] for at in (-len(rows) // 200, len(rows) // 5))
    ratio = contrast(*(int(r) << 16 | int(g) << 8 | int(b) for r, g, b in (bright, dark)))
    assert ratio > 0.85 * contrast(0xCD0000, 0)


def test_resizes_keep_the_picture(play: Play, facts: Facts, decode: Decode, tmp_path: Path) -> None:
    events = [(0, b"wide"), (1, (40, 10)), (1.2, b"\r\nsmall"), (2, (100, 30)), (2.2, b"\r\nlarge")]
    path = tmp_path / "v.mp4"
    report = render_video(Footage(play(events), facts), path, Order(idle_ns=None))
    frames = decode(path)
    assert frames.shape[1:3] == report.size[::-1]


@pytest.mark.parametrize("size", [(1, 1), (500, 200), (3, 70)])
def test_odd_terminals(
    play: Play, facts: Facts, size: tuple[int, int], decode: Decode, tmp_path: Path
) -> None:
    path = tmp_path / "v.mp4"
    report = render_video(Footage(play([(0, b"ab"), (1, b"\r\nc")], *size), facts), path)
    assert len(decode(path)) == report.frames


def test_nothing_printed_is_a_video_that_says_so(
    play: Play, facts: Facts, decode: Decode, read: Callable[[Any], str], tmp_path: Path
) -> None:
    path = tmp_path / "v.mp4"
    report = render_video(Footage(play([]), facts), path)
    assert report.duration_s >= 1
    text = read(bands(decode(path)[0]))
    assert "john as deploy on web01" in text
    assert "no commands" in text


def test_nobody_known(play: Play, tmp_path: Path, command: Command) -> None:
    path = tmp_path / "v.mp4"
    chapters = [command(0, 5, "before the first output"), command(0, None, "at once")]
    assert render_video(Footage(play([(3, b"x")]), Facts(), chapters), path).frames > 2


def test_hostile_titles_stay_one_chapter_each(
    play: Play, facts: Facts, command: Command, probe: Probe, tmp_path: Path
) -> None:
    hostile = ["a\n[CHAPTER]\nTIMEBASE=1/1", "=;#\\", "\x1b]0;x\x07", "\u202egnp", "ü" * 999, "", "a\\"]
    chapters = [command(i / 10, i / 10, text) for i, text in enumerate(hostile)]
    path = tmp_path / "v.mp4"
    person = replace(facts, person="eve\n[CHAPTER]")
    render_video(Footage(play([(0, b"x"), (1, b"y")]), person, chapters), path)
    titles = [c["tags"]["title"] for c in probe(path, "-show_chapters")["chapters"]]
    assert titles[:4] == ["a\\n[CHAPTER]\\nTIMEBASE=1/1", "=;#\\ ", "\\x1b]0;x\\x07", "\\u202egnp"]
    assert len(titles) == len(hostile)


def test_many_chapters_at_once(
    play: Play, facts: Facts, command: Command, probe: Probe, tmp_path: Path
) -> None:
    chapters = [command(0.5, 0.6, f"c{i}") for i in range(300)]
    path = tmp_path / "v.mp4"
    render_video(Footage(play([(0, b"x"), (1, b"y")]), facts, chapters), path)
    found = probe(path, "-show_chapters")["chapters"]
    assert [c["tags"]["title"] for c in found] == [f"c{i}" for i in range(300)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"speed": 0},
        {"speed": float("nan")},
        {"idle_ns": -1},
        {"start_ns": 99 * SECOND},
        {"start_ns": 2, "end_ns": 1},
        {"start_ns": 2, "end_ns": 2},
        {"start_ns": -9, "end_ns": -1},
    ],
)
def test_times_that_make_no_sense(play: Play, facts: Facts, wrong: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        render_video(Footage(play([(0, b"x"), (1, b"y")]), facts), tmp_path / "v.mp4", Order(**wrong))
    assert list(tmp_path.glob("*.mp4")) == []


def test_progress_runs_to_the_end(play: Play, facts: Facts, tmp_path: Path) -> None:
    said: list[tuple[int, int]] = []
    render_video(Footage(play(WORK), facts), tmp_path / "v.mp4", progress=lambda a, b: said.append((a, b)))
    assert said == sorted(said)
    assert said[-1][0] == said[-1][1]
