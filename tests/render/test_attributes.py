"""What each SGR attribute does to a painted line, by meaning; what would be hidden is shown and marked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sessionlens.render import THEMES, render_image
from sessionlens.render.colour import luminance
from sessionlens.terminal import Timeline

Play = Callable[..., Timeline]
Shares = np.ndarray[Any, np.dtype[np.float64]]
WIDE, HIGH = 12, 24
TEXT = "Hamburg"


@pytest.fixture(params=THEMES)
def line(request: pytest.FixtureRequest, play: Play) -> Callable[[str, str], Shares]:
    """`line(sgr, text)`: how far each pixel is from the ground, 0 to 1, in each theme."""

    def paint(sgr: str, text: str = TEXT) -> Shares:
        timeline = play([(0, f"\x1b[?25l\x1b[{sgr}m{text}".encode())], 10, 2)
        pixels = np.asarray(render_image(timeline.frame(-1), timeline, theme=request.param))
        bright = luminance(pixels / 255)
        return np.abs(bright[:HIGH, : WIDE * len(text)] - bright[-1, -1])

    return paint


Line = Callable[..., Shares]


def test_bold_has_more_ink(line: Line) -> None:
    assert line("1").sum() > 1.15 * line("0").sum()


def test_faint_has_less(line: Line) -> None:
    assert 0.2 * line("0").max() < line("2").max() < 0.9 * line("0").max()


def test_italic_leans_to_the_right(line: Line) -> None:
    def lean(pixels: Shares) -> float:
        """Where the ink of the upper half is, to the right of that of the lower one."""
        across = np.arange(pixels.shape[1])
        upper, lower = pixels[4:12].sum(axis=0), pixels[12:20].sum(axis=0)
        return float((upper * across).sum() / upper.sum() - (lower * across).sum() / lower.sum())

    assert lean(line("3", "l")) > lean(line("0", "l")) + 1


@pytest.mark.parametrize(
    ("sgr", "top", "bottom"),
    [("53", 0, 2), ("9", 11, 14), ("4", 20, 24), ("4:2", 18, 24), ("21", 18, 24), ("4:3", 18, 24)],
    ids=["overline", "strike", "single", "double", "double as 21", "curly"],
)
def test_a_line_runs_through_every_column_at_its_height(line: Line, sgr: str, top: int, bottom: int) -> None:
    plain, lined = line("0"), line(sgr)
    inked = lined[top:bottom] > 0.3 * plain.max()
    assert inked.any(axis=0).all()
    rest = np.ones(HIGH, bool)
    rest[top:bottom] = False
    assert np.array_equal(plain[rest], lined[rest])


@pytest.mark.parametrize("sgr", ["4:4", "4:5", "5", "6"], ids=["dotted", "dashed", "blink", "rapid blink"])
def test_a_broken_line_has_ink_and_gaps(line: Line, sgr: str) -> None:
    rows = slice(0, 2) if sgr in "56" else slice(19, 24)
    inked = (line(sgr, "mm ")[rows, : 2 * WIDE] > 0.3).any(axis=0)
    assert 0.3 < inked.mean() < 0.9
    assert (np.diff(inked.astype(int)) == 1).sum() >= 3


def test_underlines_are_five_kinds(line: Line) -> None:
    assert len({line(f"4:{kind}").tobytes() for kind in range(6)}) == 6


def test_inverse_fills_the_cell_and_leaves_the_letter_out(line: Line) -> None:
    assert line("7").mean() > 0.5 > line("0").mean()
    assert line("7", "   ").min() > 0.5


@pytest.mark.parametrize("sgr", ["8", "8;1", "30;40", "31;41", "97;107", "38;2;9;9;9;48;2;10;10;10"])
def test_what_would_not_be_seen_is_legible_and_hatched(line: Line, sgr: str) -> None:
    hidden = line(sgr)
    ground = np.median(hidden)
    ink = np.abs(hidden - ground)
    assert ink.max() > 0.1
    hatch = line(sgr, "i.i.")[:4]  # above the letters
    assert (np.abs(hatch - ground) > 0.01).mean() > 0.1
    assert len({line(sgr, text).tobytes() for text in ("secret", "public")}) == 2


def test_attributes_add_up(line: Line) -> None:
    everything = line("1;3;4;9;53;5")
    for sgr in ("4", "9", "53", "5"):
        only = line(sgr) - line("0") > 0.3
        assert (everything[only] > 0.2).all()
