"""Single pictures, and that a reader can read them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sessionlens.errors import UsageError
from sessionlens.render import Chapter, Facts, render_image
from sessionlens.terminal import Timeline

Play = Callable[..., Timeline]


def test_a_plain_picture_is_the_terminal_alone(play: Play, facts: Facts) -> None:
    timeline = play([(0, b"hello")], 40, 10)
    picture = render_image(timeline.frame(-1), timeline, facts=facts, plain=True)
    assert (picture.mode, picture.size) == ("RGB", (480, 240))
    assert picture.size == render_image(timeline.frame(-1), timeline).size


def test_bands_lie_around_the_same_terminal(play: Play, facts: Facts) -> None:
    timeline = play([(0, b"hello \x1b[31mworld")], 90, 10)
    bare = np.asarray(render_image(timeline.frame(-1), timeline))
    framed = np.asarray(render_image(timeline.frame(-1), timeline, facts=facts))
    height, left = len(bare), (framed.shape[1] - bare.shape[1]) // 2
    inside = framed[:, left : left + bare.shape[1]]
    top = next(y for y in range(len(inside)) if np.array_equal(inside[y : y + height], bare))
    assert top > 40
    assert len(framed) - height - top > 60


def test_a_reader_reads_who_when_and_what(
    play: Play, facts: Facts, command: Callable[..., Chapter], read: Callable[[Any], str]
) -> None:
    timeline = play([(0, b"$ tar czf /tmp/src.tgz src\r\n"), (3, b"done")])
    chapters = [command(0, 2, "tar czf /tmp/src.tgz src", 2)]
    text = read(render_image(timeline.frame(-1), timeline, facts=facts, chapters=chapters))
    for words in (
        "john as deploy on web01",
        "2026-11-21 09:14:06 UTC",
        "tar czf /tmp/src.tgz src",
        "took 2.0 s",
    ):
        assert words in text


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (500, 200), (132, 43)])
def test_odd_terminals(play: Play, facts: Facts, size: tuple[int, int]) -> None:
    timeline = play([(0, b"x")], *size)
    for given in (None, facts):
        picture = render_image(timeline.frame(-1), timeline, facts=given)
        assert np.ptp(np.asarray(picture)) > 0


def test_a_scale_gives_so_many_pixels_for_one(play: Play, facts: Facts) -> None:
    timeline = play([(0, b"hello \x1b[31mworld")], 90, 10)
    one, two = (render_image(timeline.frame(-1), timeline, scale=scale) for scale in (1, 2))
    assert two.size == (2 * one.width, 2 * one.height)
    small = np.asarray(two.resize(one.size, Image.Resampling.BOX)).astype(int)
    assert np.abs(small - np.asarray(one)).mean() < 6, "the same picture"
    edges = [np.abs(np.diff(np.asarray(picture.convert("L")).astype(int), axis=1)) for picture in (one, two)]
    assert edges[1].max() >= edges[0].max() * 0.9, "drawn anew, not enlarged"
    banded = [render_image(timeline.frame(-1), timeline, facts=facts, scale=scale) for scale in (1, 4)]
    assert banded[1].width == 4 * banded[0].width
    assert banded[1].height == pytest.approx(4 * banded[0].height, abs=12)


@pytest.mark.parametrize("scale", [0, 5, 1.5])
def test_a_scale_that_makes_no_sense(play: Play, scale: Any) -> None:
    timeline = play([(0, b"x")], 10, 2)
    with pytest.raises(UsageError, match="scale"):
        render_image(timeline.frame(-1), timeline, scale=scale)
