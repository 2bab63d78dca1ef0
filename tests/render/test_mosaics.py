"""Shapes made of whole cells: they tile, meet and mirror as their names say."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest

from sessionlens.render.boxes import drawn
from sessionlens.render.colour import Bytes

CELLS = [(10, 20), (12, 24), (16, 30), (32, 62)]


def shape(character: str, cell: tuple[int, int] = (12, 24)) -> Bytes:
    mask = drawn(character, *cell)
    assert mask is not None
    return mask


def named(name: str) -> str:
    return unicodedata.lookup(name)


@pytest.mark.parametrize("cell", CELLS)
def test_every_sextant_is_the_sum_of_its_sixths(cell: tuple[int, int]) -> None:
    sixths = [shape(named(f"BLOCK SEXTANT-{i}"), cell) for i in range(1, 7)]
    assert (np.sum([sixth > 0 for sixth in sixths], axis=0) == 1).all()
    for code in range(0x1FB00, 0x1FB3C):
        digits = unicodedata.name(chr(code)).partition("-")[2]
        together = np.max([sixths[int(digit) - 1] for digit in digits], axis=0)
        assert np.array_equal(shape(chr(code), cell), together), hex(code)


@pytest.mark.parametrize("cell", CELLS)
def test_a_wedge_and_what_it_leaves_fill_the_cell(cell: tuple[int, int]) -> None:
    for route in ("LOWER MIDDLE LEFT TO LOWER CENTRE", "UPPER MIDDLE LEFT TO LOWER RIGHT"):
        one = shape(named(f"LOWER LEFT BLOCK DIAGONAL {route}"), cell)
        other = shape(named(f"UPPER RIGHT BLOCK DIAGONAL {route}"), cell)
        assert np.abs(one.astype(int) + other - 255).max() <= 1
        assert one[-1, 0] > other[-1, 0]


def test_wedges_lie_at_their_corner() -> None:
    for code in range(0x1FB3C, 0x1FB68):
        side, end = unicodedata.name(chr(code)).split()[:2]
        mask = shape(chr(code), (24, 48))
        corner = mask[0 if side == "UPPER" else -1, 0 if end == "LEFT" else -1]
        opposite = mask[-1 if side == "UPPER" else 0, -1 if end == "LEFT" else 0]
        assert corner > opposite, hex(code)


def test_quarters_and_three_quarters_complete_each_other() -> None:
    for one, three in ((0x1FB6C, 0x1FB68), (0x1FB6D, 0x1FB69), (0x1FB6E, 0x1FB6A), (0x1FB6F, 0x1FB6B)):
        together = shape(chr(one)).astype(int) + shape(chr(three))
        assert np.abs(together - 255).max() <= 1


def test_eighths_lie_where_they_are_counted() -> None:
    for first, axis in ((0x1FB70, 1), (0x1FB76, 0)):
        places = [np.argwhere(shape(chr(first + i)))[:, axis].mean() for i in range(6)]
        assert places == sorted(set(places))
    upper = [int((shape(chr(code)) > 0).sum()) for code in range(0x1FB82, 0x1FB87)]
    right = [int((shape(chr(code)) > 0).sum()) for code in range(0x1FB87, 0x1FB8C)]
    assert upper == sorted(set(upper))
    assert right == sorted(set(right))
    assert shape(named("LEFT AND LOWER ONE EIGHTH BLOCK"))[[0, -1, -1], [0, 0, -1]].all()


@pytest.mark.parametrize("cell", CELLS)
def test_light_diagonals_meet_at_the_edges_of_their_cells(cell: tuple[int, int]) -> None:
    """A zigzag over cells is one line."""
    for left, right in (("\U0001fba1", "\U0001fba0"), ("\U0001fba3", "\U0001fba2")):
        ends = [np.flatnonzero(edge > 60) for edge in (shape(left, cell)[:, -1], shape(right, cell)[:, 0])]
        assert abs(ends[0].mean() - ends[1].mean()) <= 1
    top, bottom = shape("\U0001fba3", cell)[-1], shape("\U0001fba1", cell)[0]
    assert np.abs(np.flatnonzero(top > 60).mean() - np.flatnonzero(bottom > 60).mean()) <= 1


@pytest.mark.parametrize("cell", CELLS)
def test_powerline_shapes_mirror_each_other(cell: tuple[int, int]) -> None:
    for right, left in (
        (0xE0B0, 0xE0B2),
        (0xE0B1, 0xE0B3),
        (0xE0B4, 0xE0B6),
        (0xE0B8, 0xE0BA),
        (0xE0BC, 0xE0BE),
    ):
        one, other = (shape(chr(code), cell).astype(int) for code in (right, left))
        assert np.abs(one - other[:, ::-1]).max() <= 1
    for solid in (0xE0B0, 0xE0B4, 0xE0B8, 0xE0BC):
        assert shape(chr(solid), cell).sum() > shape(chr(solid + 1), cell).sum() > 0
    assert (shape("\ue0b0", cell)[cell[1] // 2 - 1 : cell[1] // 2 + 1, 0] == 255).all()


@pytest.mark.parametrize("text", ["\ue0a0", "\ue0a2"])
def test_powerline_signs_have_ink_and_air(text: str) -> None:
    mask = shape(text)
    assert 0 < (mask > 0).mean() < 0.7
