"""Captions: when they are shown, as WebVTT, and as the track that players have to be asked for."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.render import Chapter, Facts, Footage, render_video
from sessionlens.render.captions import Caption, captions, webvtt
from sessionlens.render.ffmpeg import executable
from sessionlens.render.pace import SECOND, Pace
from sessionlens.render.timedtext import filled
from sessionlens.terminal import Timeline

Play = Callable[..., Timeline]
Probe = Callable[..., dict[str, Any]]
HOSTILE = "echo '<b>&amp;' {\\an8} \\N \\\\ --> WEBVTT"


def made(*chapters: tuple[float, float | None, str]) -> list[Caption]:
    pace = Pace(0, 100 * SECOND, (), 1.0)
    every = [Chapter(int(s * SECOND), None if e is None else int(e * SECOND), t) for s, e, t in chapters]
    return captions(every, pace, 101_000)


def test_a_caption_stays_to_the_end_of_its_command_and_at_least_two_seconds() -> None:
    assert made((1, 30, "long"), (40, 40.1, "short"), (60, None, "open")) == [
        Caption(1000, 30_000, "long"),
        Caption(40_000, 42_000, "short"),
        Caption(60_000, 101_000, "open"),
    ]


def test_a_caption_ends_where_the_next_one_starts() -> None:
    assert [c.end_ms for c in made((1, 30, "a"), (1.5, 1.6, "b"), (1.7, 3, "c"))] == [1500, 1700, 3700]


def test_commands_of_one_millisecond_share_a_caption() -> None:
    assert [c.text for c in made((1, 2, "a\nb"), (1, 2, ""), (5, 6, "c"))] == ["a\\nb\n(empty)", "c"]


@given(st.lists(st.tuples(st.integers(0, 99_000), st.integers(0, 50_000)), max_size=20))
def test_captions_never_overlap_and_fill_the_track(times: list[tuple[int, int]]) -> None:
    found = made(*((start / 1000, (start + size) / 1000, "x") for start, size in sorted(times)))
    assert all(c.start_ms < c.end_ms <= 101_000 for c in found)
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(found))
    track = list(filled(found, 101_000))
    assert [a[1] for a in track[:-1]] == [b[0] for b in track[1:]]
    assert (track[0][0], track[-1][1]) == (0, 101_000)


def test_webvtt_escapes_what_would_be_markup() -> None:
    assert webvtt([Caption(3_600_001, 3_601_000, "a --> <b> & c")]) == (
        "WEBVTT\n\n01:00:00.001 --> 01:00:01.000\na --&gt; &lt;b&gt; &amp; c\n"
    )


@pytest.fixture
def video(play: Play, facts: Facts, tmp_path: Path) -> Path:
    path = tmp_path / "v.mp4"
    chapters = [
        Chapter(SECOND, 2 * SECOND, HOSTILE),
        Chapter(3 * SECOND, None, "ü" * 40_000, approximate=True),
    ]
    render_video(Footage(play([(0, b"x"), (6, b"y")]), facts, chapters), path)
    return path


def test_the_track_is_there_and_no_player_shows_it_unasked(video: Path, probe: Probe) -> None:
    streams = probe(video, "-show_streams")["streams"]
    (track,) = [s for s in streams if s["codec_type"] == "subtitle"]
    (picture,) = [s for s in streams if s["codec_type"] == "video"]
    assert (track["codec_name"], track["disposition"]["default"]) == ("mov_text", 0)
    assert picture["disposition"]["default"] == 1
    assert not [s for s in streams if s["codec_type"] == "audio"]
    assert len(probe(video, "-show_chapters")["chapters"]) == 2


def test_the_track_has_the_very_characters(video: Path) -> None:
    command = [executable(), "-v", "error", "-i", str(video), "-map", "0:s", "-c", "copy", "-f", "data", "-"]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    assert HOSTILE.encode() in data
    assert "≈ üü".encode() in data


def test_the_file_beside_it_says_the_same(video: Path) -> None:
    text = video.with_suffix(".vtt").read_text("utf-8")
    assert "00:00:01.000 --> 00:00:03.000\necho '&lt;b&gt;&amp;amp;' {\\an8}" in text
    command = [executable(), "-v", "error", "-i", str(video.with_suffix(".vtt")), "-f", "srt", "-"]
    assert subprocess.run(command, capture_output=True, check=True).stdout.count(b"-->") >= 2
