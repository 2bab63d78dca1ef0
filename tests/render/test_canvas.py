"""The inks: tiles in their colours are those that the tables give, also when the atlas grew or began anew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.render import canvas
from sessionlens.render.canvas import Canvas, I420Ink, RgbInk
from sessionlens.render.colour import LEVELS, yuv_tables
from sessionlens.render.glyphs import Atlas, Look

PAIRS = [(0xFFFFFF, 0), (0xCD0000, 0), (0x5BA2F8, 0x202020), (0x00FF00, 0xFF00FF)]


def by_tables(atlas: Atlas, slots: list[int], which: list[int]) -> list[np.ndarray]:
    """The slow way, a tile at a time."""
    planes: list[list[np.ndarray]] = [[], [], []]
    for slot, pair in zip(slots, which, strict=True):
        tables = yuv_tables(*PAIRS[pair])
        planes[0].append(tables.luma[atlas.index[slot]])
        planes[1].append(tables.u[atlas.mean[slot]])
        planes[2].append(tables.v[atlas.mean[slot]])
    return [np.concatenate(plane, axis=1) for plane in planes]


def test_tiles_are_what_the_tables_say_however_the_atlas_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas, "COLOURED", 40_000)
    atlas, ink = Atlas(10, 20), I420Ink()
    assert LEVELS > 1
    for start in range(0x100, 0x300, 16):
        text = [chr(start + i) for i in range(16)]
        slots = [atlas.slot(each, 1, Look(bold=i % 2 == 0)) for i, each in enumerate(text)]
        which = [(start + i) % len(PAIRS) for i in range(16)]
        got = ink.strip(atlas, np.array(slots, np.int32), np.array(which, np.int32), PAIRS)
        for plane, wanted in zip(got, by_tables(atlas, slots, which), strict=True):
            assert np.array_equal(plane, wanted)
        one = ink.strip(atlas, np.array(slots, np.int32), None, PAIRS[1:2])
        assert np.array_equal(one[0], by_tables(atlas, slots, [1] * 16)[0])
        if start == 0x200:
            atlas.clear()


@given(st.integers(0, 4), st.integers(1, 6), st.integers(1, 4), st.booleans())
def test_lines_move_up_whether_whole_or_not(top: int, lines: int, by: int, whole: bool) -> None:
    for ink in (I420Ink(), RgbInk()):
        picture = Canvas(16, 32, ink)
        for plane in picture.planes:
            plane[:] = np.random.default_rng(1).integers(0, 255, plane.shape)
        before = [plane.copy() for plane in picture.planes]
        x, wide = (0, 16) if whole else (4, 8)
        picture.move_up(x, 2 * top, wide, 2 * lines, 2 * by)
        for plane, old, k in zip(picture.planes, before, ink.steps, strict=True):
            first, last, up = 2 * top // k, 2 * (top + lines) // k, 2 * by // k
            wanted = old.copy()
            wanted[first:last, x // k : (x + wide) // k] = old[
                first + up : last + up, x // k : (x + wide) // k
            ]
            assert np.array_equal(plane, wanted)
