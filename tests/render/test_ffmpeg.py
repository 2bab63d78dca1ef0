"""When the encoder fails: its last words, and no half file."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sessionlens.errors import RenderError
from sessionlens.render import Facts, Footage, render_video
from sessionlens.render.ffmpeg import Encoder, executable
from sessionlens.render.recipes import mp4
from sessionlens.terminal import Timeline

Play = Callable[..., Timeline]
posix = pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for ffmpeg")


def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = tmp_path / "bin" / "ffmpeg"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n" + script)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(program))


@posix
@pytest.mark.parametrize("script", ["echo boom >&2; exit 3", "cat >/dev/null; echo boom >&2; exit 3"])
@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_its_last_words_are_quoted_and_nothing_is_left(
    play: Play, facts: Facts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, suffix: str
) -> None:
    timeline = play([(0, b"x")])
    pretend(tmp_path, monkeypatch, script)
    place = tmp_path / "out"
    place.mkdir()
    with pytest.raises(RenderError, match=r"exit 3.*\n.*boom"):
        render_video(Footage(timeline, facts), place / f"v{suffix}")
    assert list(place.iterdir()) == []


def test_a_missing_ffmpeg_is_said(
    play: Play, facts: Facts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    timeline = play([(0, b"x")])
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "nowhere"))
    with pytest.raises(RenderError, match=r"cannot start ffmpeg at .*nowhere"):
        render_video(Footage(timeline, facts), tmp_path / "v.mp4")
    assert list(tmp_path.glob("*.mp4")) == []


@pytest.mark.parametrize("make", [False, True])
def test_a_place_that_cannot_be_written(play: Play, facts: Facts, tmp_path: Path, make: bool) -> None:
    timeline = play([(0, b"x")])
    target = tmp_path / "folder" / "v.mp4"
    if make:
        target.mkdir(parents=True)
    with pytest.raises(RenderError, match="cannot write"):
        render_video(Footage(timeline, facts), target)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(play: Play, facts: Facts, tmp_path: Path) -> None:
    timeline = play([(0, b"x")])
    place = tmp_path / "shut"
    place.mkdir(mode=0o500)
    with pytest.raises(RenderError, match="cannot write"):
        render_video(Footage(timeline, facts), place / "v.mp4")


def test_an_older_file_stays_when_the_render_fails(play: Play, facts: Facts, tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    path.write_bytes(b"older")

    def stop(_: int, __: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render_video(Footage(play([(0, b"x"), (1, b"y")]), facts), path, progress=stop)
    assert path.read_bytes() == b"older"
    assert [p.name for p in tmp_path.iterdir() if ".part" in p.name] == []


def test_many_key_frames_do_not_overflow_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    keys = list(range(0, 40_000_000, 5000))
    arguments = mp4(tmp_path, (32, 32), ";FFMETADATA1\n", keys)
    with Encoder(path, (32, 32), arguments, name=path) as encoder:
        for ms in (0, 5000, 9000, 10_000):
            encoder.frame(ms, np.full(32 * 32 * 3 // 2, 128, np.uint8))
    assert path.stat().st_size > 0


def test_there_is_an_ffmpeg() -> None:
    assert Path(executable()).exists()
