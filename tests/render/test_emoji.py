"""Emoji in colour: over their cells and nothing else, in both inks, and as letters where they cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from sessionlens.render import emoji, render_image
from sessionlens.render.canvas import I420Ink, RgbInk
from sessionlens.render.colour import decode, yuv_picture
from sessionlens.terminal import Timeline

Play = Callable[..., Timeline]
FACE = "\U0001f600"
FLAG = "\U0001f1e9\U0001f1ea"
ASTRONAUT = "\U0001f469\u200d\U0001f680"


@pytest.fixture
def system_font() -> None:
    if emoji.font() is None:
        pytest.skip("needs Noto Color Emoji (Debian: fonts-noto-color-emoji)")


@pytest.fixture
def square(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever the system has: an emoji that is a red square in a transparent margin."""

    def picture(text: str, width: int, height: int) -> emoji.Picture | None:
        if text[0] != FACE:
            return None
        share = np.zeros((height, width, 1))
        share[4:-4, 4:-4] = 1
        return emoji.Picture(np.tile([1.0, 0.0, 0.0], (height, width, 1)), share)

    monkeypatch.setattr(emoji, "picture", picture)
    yield


def pixels(timeline: Timeline, **more: Any) -> np.ndarray[Any, Any]:
    return np.asarray(render_image(timeline.frame(-1), timeline, **more)).astype(int)


@pytest.mark.usefixtures("square")
def test_a_picture_lies_over_its_two_cells_on_their_ground(play: Play) -> None:
    found = pixels(play([(0, f"\x1b[?25la\x1b[44m{FACE}\x1b[mb".encode())], 10, 2))
    letters = pixels(play([(0, b"\x1b[?25la\x1b[44m  \x1b[mb")], 10, 2))
    assert (found[12, 24] == [255, 0, 0]).all()
    assert np.array_equal(found[0, 12:36], letters[0, 12:36])
    assert np.array_equal(found[:24, :12], letters[:24, :12])
    assert np.array_equal(found[:24, 36:48], letters[:24, 36:48])


@pytest.mark.usefixtures("square")
@pytest.mark.parametrize("sgr", ["4", "9", "8", "5", "53", "4;58:5:1", "31;41"])
def test_an_attribute_is_not_covered(play: Play, sgr: str) -> None:
    found = pixels(play([(0, f"\x1b[?25l\x1b[{sgr}m{FACE}".encode())], 10, 2))
    assert not (found[:24, :24] == [255, 0, 0]).all(axis=-1).any()
    assert np.ptp(found[:24, :24]) > 60


@pytest.mark.usefixtures("system_font")
@pytest.mark.parametrize(
    "text", [FACE, FLAG, ASTRONAUT, "\u2764\ufe0f", "1\ufe0f\u20e3", "\U0001f44d\U0001f3fd"]
)
def test_the_systems_font_draws_in_colour(play: Play, text: str) -> None:
    found = pixels(play([(0, f"\x1b[?25l{text} x".encode())], 10, 2))
    assert np.ptp(found[:24, :24], axis=-1).max() > 60


@pytest.mark.usefixtures("system_font")
@pytest.mark.parametrize("text", ["a", "\u6f22", "\u2764\ufe0e", FACE + "\u0301" * 20])
def test_what_is_no_emoji_is_a_letter(text: str) -> None:
    assert emoji.picture(text, 20, 20) is None


def test_without_the_font_it_is_a_letter(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emoji, "path", lambda: None)
    emoji.picture.cache_clear()
    found = pixels(play([(0, f"\x1b[?25l\x1b[32m{FACE}".encode())], 10, 2))
    emoji.picture.cache_clear()
    inked = found[:24, :24].reshape(-1, 3)
    assert np.ptp(inked) > 60
    brightest = inked[inked.sum(axis=1).argmax()]
    assert brightest.argmax() == 1, "in the colour of the text"


def test_both_inks_show_the_same_picture() -> None:
    chance = np.random.default_rng(7)
    blocks = chance.integers(0, 256, (6, 8, 3)).astype(np.uint8).repeat(2, axis=0).repeat(2, axis=1)
    y, u, v = yuv_picture(blocks)
    assert [plane.tobytes() for plane in I420Ink().picture(blocks)] == [
        plane.tobytes() for plane in (y, u, v)
    ]
    chroma = (plane.astype(float).repeat(2, 0).repeat(2, 1) for plane in (u, v))
    shown = decode(y.astype(float), *chroma)
    assert np.abs(shown * 255 - RgbInk().picture(blocks)[0]).max() < 4
