"""The decoded video: pictures, times, chapters, and how near it is to what was painted."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sessionlens.golden import checking, parsing
from sessionlens.golden.updating import Wanted, update

Opener = Callable[[Path], Any]


@pytest.fixture
def with_video(folder: Path) -> Path:
    (folder / "colours.cast").unlink()
    list(update(folder, wanted=Wanted(video=True)))
    return folder


def check(folder: Path) -> checking.Result:
    (result,) = checking.check(folder, pages=folder.parent / "pages")
    return result


def change(folder: Path, before: str, after: str) -> None:
    golden = folder / "shell.golden.txt"
    text, n = re.subn(before, after, golden.read_text("utf-8"), count=1)
    assert n
    golden.write_text(text, "utf-8")


def test_it_holds_what_a_decoder_sees(with_video: Path) -> None:
    video = parsing.load(with_video / "shell.golden.txt").video
    assert video is not None
    assert (video.width, video.height) == (1280, 720) and video.floor > 30
    assert list(video.times) == sorted(set(video.times)) and len(video.times) > 10
    assert [title for _, _, title in video.chapters] == ["ls", "rm -rf /srv/app"]
    result = check(with_video)
    assert (result.code, result.videos) == (0, 1)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (r"\nms 0 (\d+)", r"\nms 0 1\1", "video: times"),
        (r'(chapter .*) "ls"', r'\1 "sl"', "video: chapters"),
        (r"video 1280x720", "video 1280x722", "size 1280x722 became 1280x720"),
    ],
)
def test_what_differs_is_caught(with_video: Path, before: str, after: str, said: str) -> None:
    change(with_video, before, after)
    result = check(with_video)
    assert result.code == 1 and said in str(result)


def test_pictures_too_far_from_what_was_painted_are_shown(with_video: Path, page: Opener) -> None:
    change(with_video, r"psnr at least [\d.]+ dB", "psnr at least 98 dB")
    result = check(with_video)
    assert result.code == 1 and "PSNR at least 98 dB became " in str(result) and result.page is not None
    shown = page(result.page)
    assert [name for name, _ in shown.images()] == ["as it was painted", "as a decoder shows it"]


def test_an_update_keeps_a_floor_that_still_holds(with_video: Path) -> None:
    change(with_video, r"psnr at least [\d.]+ dB", "psnr at least 30 dB")
    list(update(with_video))
    assert "psnr at least 30 dB" in (with_video / "shell.golden.txt").read_text("utf-8")
