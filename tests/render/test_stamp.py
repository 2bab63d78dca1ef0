"""A damaged recording looks damaged, in every picture, and no cell is covered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sessionlens.render import Facts, Footage, Order, render_image, render_video
from sessionlens.render.contrast import contrast
from sessionlens.render.layout import around, arrange
from sessionlens.render.stamp import LINES, caveat_lines, headed
from sessionlens.render.themes import DARK
from sessionlens.terminal import Timeline

Play = Callable[..., Timeline]
CAVEATS = ("tampered: 0.shell/out: the 577 bytes from byte 799", "torn: torn/out.0: 12 bytes\x1b[2J")


@pytest.fixture
def damaged(facts: Facts) -> Facts:
    return replace(facts, caveats=CAVEATS)


def test_the_words(damaged: Facts) -> None:
    assert headed(damaged) == "DAMAGED RECORDING · 2 gaps"
    assert headed(replace(damaged, caveats=CAVEATS[:1])) == "DAMAGED RECORDING · 1 gap"
    assert headed(replace(damaged, flaw="INCOMPLETE")) == "INCOMPLETE RECORDING · 2 gaps"


def test_the_first_caveat_goes_before_the_others(damaged: Facts) -> None:
    assert caveat_lines(damaged, 80) == [CAVEATS[0], "torn: torn/out.0: 12 bytes\\x1b[2J"]
    long = caveat_lines(replace(damaged, caveats=("x" * 500, "never seen")), 80)
    assert len(long) == LINES
    assert "characters" in long[1]


def test_it_can_be_read_without_colours() -> None:
    assert contrast(DARK.caution, DARK.band) > 7


@given(st.integers(1, 400), st.integers(1, 160), st.booleans())
def test_it_covers_no_cell(columns: int, rows: int, plain: bool) -> None:
    for layout in (
        arrange(columns, rows, plain=plain, caveats=True),
        around(columns, rows, plain=plain, caveats=True),
    ):
        assert layout.stamp is not None
        place, above = layout.stamp.place, 0 if layout.bands is None else layout.bands.above
        assert place.y + place.height + above == layout.screen.y
        assert place.width == layout.width
        assert layout.place(columns, rows).y >= layout.screen.y
        assert place.height % 2 == 0
    assert arrange(columns, rows, plain=plain).stamp is None


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("size", [(80, 24), (100, 30)])
def test_each_picture_of_a_video_has_it(
    play: Play,
    damaged: Facts,
    size: tuple[int, int],
    plain: bool,
    decode: Callable[[Path], Any],
    read: Callable[[Any], str],
    tmp_path: Path,
) -> None:
    path = tmp_path / "v.mp4"
    events = [(0, b"one"), (1, b"\r\ntwo"), (1.5, b"\x1b[2J\x1b[H\x1b[41m\x1b[K three")]
    render_video(Footage(play(events, *size), damaged), path, Order(plain=plain))
    layout = arrange(*size, plain=plain, caveats=True)
    assert layout.stamp is not None
    stamps = decode(path)[:, : layout.stamp.place.height].astype(int)
    assert np.abs(stamps - stamps[0]).max() < 40  # the encoder's noise
    for picture in (stamps[0], stamps[-1]):
        text = read(Image.fromarray(picture.astype(np.uint8)).convert("L"))
        assert "DAMAGED RECORDING" in text
        assert "577 bytes from byte 799" in text


@pytest.mark.parametrize("plain", [False, True])
def test_a_single_picture_has_it_above_the_same_pixels(play: Play, damaged: Facts, plain: bool) -> None:
    timeline = play([(0, b"hello")], 90, 10)
    clean = np.asarray(
        render_image(timeline.frame(-1), timeline, facts=replace(damaged, caveats=()), plain=plain)
    )
    stamped = np.asarray(render_image(timeline.frame(-1), timeline, facts=damaged, plain=plain))
    head = len(stamped) - len(clean)
    assert head > 40
    if plain:
        assert np.array_equal(stamped[head:], clean)
    else:
        assert np.array_equal(stamped[head:-40], clean[:-40])  # but for the words about commands
    amber = np.array([DARK.caution >> 16, DARK.caution >> 8 & 255, DARK.caution & 255])
    assert (stamped[:head] == amber).all(-1).mean() > 0.2


def test_a_tiny_plain_picture_has_room_for_the_words(play: Play, damaged: Facts) -> None:
    timeline = play([(0, b"x")], 2, 1)
    assert render_image(timeline.frame(-1), timeline, facts=damaged, plain=True).width == 480
