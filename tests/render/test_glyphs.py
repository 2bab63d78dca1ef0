"""Tiles by meaning: ink where a character is, lines that join, and a code for what no font has."""

from __future__ import annotations

import numpy as np
import pytest

from sessionlens.render import boxes
from sessionlens.render.glyphs import PLAIN, Atlas, Look, levels, tile
from sessionlens.render.missing import DIGITS, framed_code

CELLS = [(10, 20), (12, 24), (6, 12), (32, 62)]
LEFT, RIGHT, UP, DOWN = boxes.LEFT, boxes.RIGHT, boxes.UP, boxes.DOWN


@pytest.mark.parametrize("cell", CELLS)
def test_every_printable_ascii_character_has_ink(cell: tuple[int, int]) -> None:
    for code in range(0x21, 0x7F):
        assert tile(chr(code), 1, *cell, PLAIN).any(), chr(code)


def test_ascii_characters_differ_from_one_another() -> None:
    seen = {tile(chr(code), 1, 10, 20, PLAIN).tobytes() for code in range(0x20, 0x7F)}
    assert len(seen) == 0x7F - 0x20


@pytest.mark.parametrize("text", ["\U0001f600", "漢", "\ue123", "\u05d0", "\U0010fffd"])
def test_a_character_without_a_font_shows_ink_and_never_the_same(text: str) -> None:
    mask = tile(text, 2, 10, 20, PLAIN)
    assert mask.any()
    assert not np.array_equal(mask, tile(chr(ord(text) + 1), 2, 10, 20, PLAIN))


def test_the_framed_code_says_the_code() -> None:
    mask = framed_code(0x1F600, 20, 20) == 255
    columns = [mask[:, 1:19]]
    assert columns[0].sum() == sum(DIGITS[digit].bit_count() for digit in "1F600")


@pytest.mark.parametrize("cell", [(2, 4), (2, 62), (32, 4), (64, 62)])
@pytest.mark.parametrize("code", [0, 0xE725, 0x1F600, 0x10FFFD])
def test_a_framed_code_of_any_size_has_ink(code: int, cell: tuple[int, int]) -> None:
    mask = framed_code(code, *cell)
    assert mask.shape == cell[::-1]
    assert mask.any()


@pytest.mark.parametrize("cell", [(2, 4), (4, 8), (32, 62)])
@pytest.mark.parametrize(
    "text", ["a", "\u0915\u093f", "\U0001f469" + "\u200d\U0001f680" * 15, "z" + "\u0336" * 31]
)
def test_any_text_fits_any_cell(text: str, cell: tuple[int, int]) -> None:
    for columns in (1, 2):
        mask = tile(text, columns, *cell, Look(bold=True, italic=True))
        assert mask.shape == (cell[1], columns * cell[0])
        assert mask.any()


@pytest.mark.parametrize("code", range(0x2500, 0x2580))
@pytest.mark.parametrize("cell", [(10, 20), (12, 24), (16, 30)])
def test_box_lines_reach_the_edges_that_their_name_says(code: int, cell: tuple[int, int]) -> None:
    import unicodedata

    name = unicodedata.name(chr(code))
    if "DASH" in name or "DIAGONAL" in name:
        return
    mask = tile(chr(code), 1, *cell, PLAIN)
    arms = boxes.arms_of(name.removeprefix("BOX DRAWINGS "))
    edges = {LEFT: mask[:, 0], RIGHT: mask[:, -1], UP: mask[0], DOWN: mask[-1]}
    for arm, edge in edges.items():
        assert bool(edge.any()) == (arm in arms), (chr(code), arm)


def test_neighbours_join() -> None:
    """A line of a frame goes on in the next cell at the same place and with the same thickness."""
    for left, right in ("─┐", "═╗", "━┓", "╭─", "─┼", "╬═", "╞═", "─╫"):
        one, other = (tile(c, 1, 12, 24, PLAIN) for c in (left, right))
        assert np.array_equal(one[:, -1] > 127, other[:, 0] > 127), left + right
    for top, bottom in ("┌│", "╔║", "┏┃", "╮│", "┼│", "║╬", "║╚", "╥║"):
        one, other = (tile(c, 1, 12, 24, PLAIN) for c in (top, bottom))
        assert np.array_equal(one[-1] > 127, other[0] > 127), top + bottom


def test_a_corner_has_no_gap() -> None:
    """Walking along the ink of a corner leads from one edge to the other."""
    for corner in "┌┐└┘╔╗╚╝┏┓┗┛╭╮╰╯╒╓┍┎":
        ink = tile(corner, 1, 12, 24, PLAIN) > 100
        todo = [tuple(map(int, np.argwhere(ink)[0]))]
        reached = set(todo)
        while todo:
            y, x = todo.pop()
            for dy in (-1, 0, 1):
                for dx in (-1, 0, 1):
                    at = (y + dy, x + dx)
                    if 0 <= at[0] < 24 and 0 <= at[1] < 12 and ink[at] and at not in reached:
                        reached.add(at)
                        todo.append(at)
        lines = 2 if corner in "╔╗╚╝" else 1
        assert len(reached) >= ink.sum() / lines * 0.6, corner


def test_blocks_tile_without_gaps() -> None:
    upper, lower = tile("▀", 1, 10, 20, PLAIN), tile("▄", 1, 10, 20, PLAIN)
    assert ((upper > 0) ^ (lower > 0)).all()
    left, right = tile("▌", 1, 10, 20, PLAIN), tile("▐", 1, 10, 20, PLAIN)
    assert ((left > 0) ^ (right > 0)).all()
    assert (tile("█", 1, 10, 20, PLAIN) == 255).all()
    shades = [int(tile(c, 1, 10, 20, PLAIN).mean()) for c in "░▒▓█"]
    assert shades == sorted(set(shades))
    eighths = [int((tile(chr(c), 1, 10, 20, PLAIN) > 0).sum()) for c in range(0x2581, 0x2589)]
    assert eighths == sorted(eighths)


def test_braille_dots_are_counted() -> None:
    for bits in (0x01, 0x80, 0xFF, 0x47):
        mask = boxes.braille(bits, 12, 24) > 0
        assert mask.sum() == bits.bit_count() * 9


LOOKS = {
    "bold": Look(bold=True),
    "italic": Look(italic=True),
    "strike": Look(strike=True),
    "overline": Look(overline=True),
    "blink": Look(blink=True),
    "hatched": Look(hatched=True),
    **{f"underline {kind}": Look(underline=kind) for kind in range(1, 6)},
}


@pytest.mark.parametrize("cell", [(10, 20), (12, 24), (20, 38)])
def test_every_attribute_is_visible_and_its_own(cell: tuple[int, int]) -> None:
    masks = {name: tile("m", 1, *cell, look).tobytes() for name, look in LOOKS.items()}
    masks["plain"] = tile("m", 1, *cell, PLAIN).tobytes()
    assert len(set(masks.values())) == len(masks)


def test_lines_run_under_blanks_but_hatches_do_not() -> None:
    assert tile(" ", 1, 10, 20, Look(underline=1)).any()
    assert not tile(" ", 1, 10, 20, Look(hatched=True)).any()


def test_combining_marks_add_ink_to_their_letter() -> None:
    plain, marked = tile("x", 1, 12, 24, PLAIN), tile("x\u0301\u0323", 1, 12, 24, PLAIN)
    assert marked.astype(int).sum() > plain.astype(int).sum()


def test_levels_hold_the_mean_of_each_block() -> None:
    index, mean = levels(np.array([[255, 255], [0, 0]], np.uint8))
    assert mean.tolist() == [[8]]
    assert (index // 17).tolist() == [[16, 16], [0, 0]]
    assert (index % 17 == 8).all()


def test_a_full_atlas_starts_anew_between_rows() -> None:
    atlas = Atlas(10, 20)
    atlas.limit = 200
    for code in range(0x4E00, 0x4E00 + atlas.limit // 2 + 10):
        atlas.slot(chr(code), 2, PLAIN)
    size = len(atlas.index)
    atlas.make_room()
    assert atlas.count == 1
    assert len(atlas.index) < size
    looks = np.full(1, atlas.number(PLAIN), np.int32)
    assert atlas.index[atlas.ascii(np.array([65], np.uint8), looks)].any()


def test_a_cell_of_odd_size_is_refused() -> None:
    with pytest.raises(ValueError, match="even"):
        Atlas(9, 20)
