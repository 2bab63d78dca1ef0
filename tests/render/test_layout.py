"""The picture grows before the cell shrinks, everything is even, and bands cover no cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.render.layout import CELL, PICTURES, around, arrange


@given(st.integers(1, 500), st.integers(1, 200), st.booleans(), st.integers(1, 4))
def test_every_terminal_has_its_place(columns: int, rows: int, plain: bool, lines: int) -> None:
    layout = arrange(columns, rows, plain=plain, command_lines=lines)
    box = layout.place(columns, rows)
    assert (layout.width, layout.height) in PICTURES
    assert (box.width, box.height) == (columns * layout.cell[0], rows * layout.cell[1])
    assert box.x >= 0
    assert box.x + box.width <= layout.width
    assert box.y >= layout.screen.y
    assert box.y + box.height <= layout.below
    for value in (*layout.cell, box.x, box.y, layout.screen.y, layout.screen.height):
        assert value % 2 == 0
    bands = layout.bands
    assert plain == (bands is None)
    if bands:
        assert layout.screen.y == bands.above
        assert layout.height - layout.below == bands.below
        for value in (bands.pad, bands.bar, *bands.main, *bands.small):
            assert value % 2 == 0


@pytest.mark.parametrize(
    ("columns", "rows", "size"),
    [
        (80, 24, 720),
        (1, 1, 720),
        (120, 26, 720),
        (120, 40, 1080),
        (180, 40, 1080),
        (200, 50, 1440),
        (300, 80, 2160),
    ],
)
def test_the_picture_grows(columns: int, rows: int, size: int) -> None:
    layout = arrange(columns, rows)
    assert layout.height == size
    assert layout.cell[0] >= CELL[0]
    assert layout.cell[1] >= CELL[1]


def test_the_cell_shrinks_only_in_the_largest_picture() -> None:
    layout = arrange(500, 200)
    assert (layout.width, layout.height) == PICTURES[-1]
    assert layout.cell[0] < CELL[0]


def test_a_small_terminal_gets_large_cells() -> None:
    assert arrange(20, 5).cell[1] > arrange(80, 24).cell[1]


def test_what_cannot_fit_is_cut_and_said() -> None:
    layout = arrange(4096, 1024)
    box = layout.place(4096, 1024)
    assert "4096×1024" in layout.note
    assert (box.width, box.height) <= (layout.screen.width, layout.screen.height)
    assert arrange(500, 200).note == ""


def test_one_enormous_resize_does_not_make_the_rest_illegible() -> None:
    layout = arrange(4096, 1024)
    assert layout.cell_of(80, 24)[1] >= 40
    assert layout.cell_of(4096, 1024) == layout.cell


@given(st.integers(1, 500), st.integers(1, 200))
def test_a_single_picture_fits_its_terminal(columns: int, rows: int) -> None:
    layout = around(columns, rows, plain=True)
    assert (layout.width, layout.height) == (columns * layout.cell[0], rows * layout.cell[1])
    banded = around(columns, rows)
    assert banded.width >= layout.width
    assert banded.width % 2 == banded.height % 2 == 0
