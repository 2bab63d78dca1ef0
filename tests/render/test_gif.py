"""GIFs: pictures, delays and colours, as Pillow reads them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sessionlens.errors import UsageError
from sessionlens.render import Chapter, Facts, Footage, Order, render_video
from sessionlens.render.palette import colours
from sessionlens.render.themes import DARK
from sessionlens.terminal import Timeline

SECOND = 1_000_000_000
Play = Callable[..., Timeline]
WORK = [(0.5, b"$ "), (1.0, b"\x1b[31mred\x1b[0m"), (1.03, b" and"), (1.06, b" so on\r\n"), (300, b"end")]


def test_delays_are_those_of_the_session_and_idle_time_is_cut(
    play: Play, facts: Facts, tmp_path: Path
) -> None:
    path = tmp_path / "v.gif"
    report = render_video(Footage(play(WORK), facts, [Chapter(SECOND, None, "printf red")]), path)
    with Image.open(path) as gif:
        assert gif.size == report.size
        assert gif.info["loop"] == 0
        delays = []
        for number in range(gif.n_frames):
            gif.seek(number)
            delays.append(gif.info["duration"])
    assert gif.n_frames >= 5
    assert all(delay % 100 == 0 and delay >= 100 for delay in delays)
    assert sum(delays) == pytest.approx(report.duration_s * 1000 + 2000, abs=100)
    assert len(report.cuts) == 1
    assert not path.with_suffix(".vtt").exists()
    assert path.with_name("v.gif.json").exists()


def test_it_shows_the_theme_s_own_colours(play: Play, facts: Facts, tmp_path: Path) -> None:
    text = b"\x1b[?25l" + b"".join(f"\x1b[3{i}m{'█' * 6}".encode() for i in range(1, 8))
    path = tmp_path / "v.gif"
    render_video(Footage(play([(0, text)], 42, 12), facts), path, Order(plain=True))
    with Image.open(path) as gif:
        gif.seek(gif.n_frames - 1)
        pixels = np.array(gif.convert("RGB"))
    seen = {int(r) << 16 | int(g) << 8 | int(b) for r, g, b in np.unique(pixels.reshape(-1, 3), axis=0)}
    assert set(DARK.named[1:8]) | {DARK.background} <= seen


def test_two_are_bit_identical(play: Play, facts: Facts, tmp_path: Path) -> None:
    timeline = play(WORK)
    paths = [tmp_path / "a.gif", tmp_path / "b.gif"]
    for path in paths:
        render_video(Footage(timeline, facts), path)
    assert len({hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}) == 1


def test_the_palette_is_full_and_has_no_colour_twice() -> None:
    found = colours(DARK)
    assert len(found) == len(set(found)) == 256
    assert set(DARK.named) <= set(found)


def test_another_suffix_is_refused(play: Play, facts: Facts, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"an \.mp4 or a \.gif"):
        render_video(Footage(play(WORK), facts), tmp_path / "v.avi")
