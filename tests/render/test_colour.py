"""Colours survive the halved chroma: measured on what a player would decode."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.render.colour import (
    KR,
    LEVELS,
    channels,
    decode,
    luminance,
    nearest,
    ramp,
    rgb_table,
    yuv_tables,
)  # fmt: skip
from sessionlens.render.contrast import blend, contrast
from sessionlens.render.theme import palette, rgb
from sessionlens.render.themes import DARK

colours = st.integers(0, 0xFFFFFF)


@given(colours, colours)
def test_a_flat_area_decodes_to_its_colour(foreground: int, background: int) -> None:
    tables = yuv_tables(foreground, background)
    for colour, level in ((background, 0), (foreground, LEVELS - 1)):
        y, u, v = tables.luma[level * LEVELS + level], tables.u[level], tables.v[level]
        shown = decode(*(np.array(float(code)) for code in (y, u, v)))
        assert np.abs(shown - channels(colour)).max() < 0.02


@given(colours, colours)
def test_the_background_does_not_depend_on_the_foreground(one: int, other: int) -> None:
    background = 0x0D1117
    first, second = yuv_tables(one, background), yuv_tables(other, background)
    assert (first.luma[0], first.u[0], first.v[0]) == (second.luma[0], second.u[0], second.v[0])


def test_a_thin_red_line_on_black_keeps_most_of_its_contrast() -> None:
    """The worst case, every other pixel: the line's chroma is halved, and black gets the other half."""
    red, black, mean = 0xCD0000, 0x000000, (LEVELS - 1) // 2
    tables = yuv_tables(red, black)
    u, v = np.array(float(tables.u[mean])), np.array(float(tables.v[mean]))

    def shown(on: float, off: float) -> float:
        bright, dark = (float(luminance(decode(np.array(y), u, v))) for y in (on, off))
        return (bright + 0.05) / (dark + 0.05)

    solved = shown(float(tables.luma[(LEVELS - 1) * LEVELS + mean]), float(tables.luma[mean]))
    naive = shown(16 + 219 * KR * 0xCD / 255, 16.0)
    assert solved > 0.8 * contrast(red, black)
    assert solved > 1.3 * naive


def test_tables_run_from_background_to_foreground() -> None:
    table = rgb_table(0xFF8000, 0x001020)
    assert table[0].tolist() == [0x00, 0x10, 0x20]
    assert table[-1].tolist() == [0xFF, 0x80, 0x00]
    assert (np.diff(ramp(0xFFFFFF, 0)[:, 0]) > 0).all()


def test_nearest_takes_the_closer_neighbour() -> None:
    rising = np.array([0.0, 1.0, 2.0, 4.0])
    assert nearest(rising, np.array([-1.0, 0.4, 0.6, 3.1, 9.0])).tolist() == [0, 0, 1, 3, 3]


def test_the_palette_is_xterms_beyond_the_sixteen() -> None:
    colours256 = palette(DARK)
    assert len(colours256) == 256
    assert (colours256[16], colours256[21], colours256[231], colours256[232], colours256[255]) == (
        0x000000, 0x0000FF, 0xFFFFFF, 0x080808, 0xEEEEEE,
    )  # fmt: skip


@pytest.mark.parametrize(("colour", "meant"), [(-1, 0x123456), (16, 0), (0x1ABCDEF, 0xABCDEF)])
def test_a_colour_is_default_indexed_or_true(colour: int, meant: int) -> None:
    assert rgb(colour, DARK, 0x123456) == meant


def test_theme_colours_are_legible() -> None:
    for text in (DARK.band_text, DARK.band_quiet, DARK.caution):
        assert contrast(text, DARK.band) >= 7
    for pill in (DARK.running, DARK.good, DARK.bad, DARK.unknown, DARK.stamp):
        assert contrast(DARK.on_pill, pill) >= 4.5
    for colour in DARK.named[1:8] + DARK.named[9:]:
        assert contrast(colour, DARK.background) >= 4.5
    assert blend(0x000000, 0xFFFFFF, 0.5) == 0x808080
