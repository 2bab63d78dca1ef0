"""Painted terminals by meaning: ink where text is, colours as sent, and no trace of what was there before."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest

from sessionlens.render.canvas import Canvas, I420Ink, Ink, RgbInk
from sessionlens.render.colour import decode
from sessionlens.render.layout import Box, Layout, arrange
from sessionlens.render.screen import Screen
from sessionlens.render.themes import DARK
from sessionlens.terminal import Frame, Timeline

Play = Callable[..., Timeline]
CELL = (10, 20)


def painted(timeline: Timeline, frame: Frame, ink: Ink | None = None) -> Canvas:
    width, height = frame.columns * CELL[0], frame.rows * CELL[1]
    layout = Layout(width, height, CELL, Box(0, 0, width, height), None)
    canvas = Canvas(width, height, ink or RgbInk())
    Screen(canvas, layout, timeline, DARK).paint(frame)
    return canvas


def cell(canvas: Canvas, column: int, row: int, columns: int = 1) -> np.ndarray:
    x, y = column * CELL[0], row * CELL[1]
    return canvas.planes[0][y : y + CELL[1], x : x + columns * CELL[0]].astype(int)


def ink(canvas: Canvas, column: int, row: int, columns: int = 1) -> bool:
    return bool(np.ptp(cell(canvas, column, row, columns).reshape(-1, 3), axis=0).max() > 40)


def test_ink_is_where_text_is_and_nowhere_else(play: Play) -> None:
    timeline = play([(0, b"\x1b[?25lab c\r\n\r\n   d")], 10, 4)
    canvas = painted(timeline, timeline.frame(-1))
    found = {(x, y) for y in range(4) for x in range(10) if ink(canvas, x, y)}
    assert found == {(0, 0), (1, 0), (3, 0), (3, 2)}


@pytest.mark.parametrize(("sgr", "channel"), [("31", 0), ("32", 1), ("34", 2), ("38;2;250;10;10", 0)])
def test_a_colour_is_closer_to_itself_than_to_the_others(play: Play, sgr: str, channel: int) -> None:
    timeline = play([(0, f"\x1b[?25l\x1b[{sgr}m████".encode())], 10, 2)
    pixel = cell(painted(timeline, timeline.frame(-1)), 1, 0)[10, 5]
    assert pixel.argmax() == channel


def test_backgrounds_fill_their_cells_to_the_edge(play: Play) -> None:
    timeline = play([(0, b"\x1b[?25l\x1b[42m    \x1b[0mx\x1b[44m\x1b[K")], 10, 2)
    canvas = painted(timeline, timeline.frame(-1))
    assert (cell(canvas, 0, 0, 4) == [0x57, 0xB6, 0x5B]).all()
    assert (cell(canvas, 9, 0) == [0x5B, 0xA2, 0xF8]).all()


@pytest.mark.parametrize("sgr", ["8", "38;2;13;17;23", "31;41", "8;30;40"])
def test_what_a_terminal_would_hide_is_shown(play: Play, sgr: str) -> None:
    timeline = play([(0, f"\x1b[?25l\x1b[{sgr}msecret".encode())], 10, 2)
    canvas = painted(timeline, timeline.frame(-1))
    assert all(ink(canvas, x, 0) for x in range(6))


def test_a_block_picture_in_one_colour_is_not_hatched(play: Play) -> None:
    timeline = play([(0, "\x1b[?25l\x1b[31;41m▀▄".encode())], 10, 2)
    assert np.ptp(cell(painted(timeline, timeline.frame(-1)), 0, 0, 2).reshape(-1, 3), axis=0).max() == 0


def test_the_cursor_is_a_block_and_the_letter_under_it_stays(play: Play) -> None:
    timeline = play([(0, b"ab\x1b[1D"), (1, b"\x1b[1C"), (2, b"\x1b[?25l")], 10, 2)
    on, off, hidden = (painted(timeline, timeline.frame(i)) for i in (-3, -2, -1))
    assert (cell(on, 1, 0)[0, 0] == [0xE6, 0xED, 0xF3]).all()
    assert ink(on, 1, 0)
    assert (cell(off, 2, 0) == [0xE6, 0xED, 0xF3]).all()
    assert (cell(hidden, 2, 0) == [0x0D, 0x11, 0x17]).all()


def test_the_cursor_is_seen_on_a_ground_of_its_own_colour(play: Play) -> None:
    timeline = play([(0, b"\x1b[48;2;230;237;243m\x1b[30mab\x1b[2D")], 10, 2)
    canvas = painted(timeline, timeline.frame(-1))
    assert (cell(canvas, 0, 0)[0, 0] == [0x0D, 0x11, 0x17]).all()
    assert ink(canvas, 0, 0)
    assert (cell(canvas, 1, 0)[0, 0] == [0xE6, 0xED, 0xF3]).all()


def test_reverse_video_turns_everything_over(play: Play) -> None:
    timeline = play([(0, b"\x1b[?25lx"), (1, b"\x1b[?5h"), (2, b"\x1b[?5l")], 10, 2)
    normal, turned, back = (painted(timeline, timeline.frame(i)) for i in (-3, -2, -1))
    assert cell(turned, 5, 1).mean() > 150 > cell(normal, 5, 1).mean()
    assert np.array_equal(normal.buffer, back.buffer)


def test_an_underline_has_its_own_colour(play: Play) -> None:
    timeline = play([(0, b"\x1b[?25l\x1b[4;58:5:1m    ")], 10, 2)
    found = cell(painted(timeline, timeline.frame(-1)), 0, 0, 4).reshape(-1, 3)
    assert [0xF0, 0x60, 0x5A] in found.tolist()


def test_an_underline_of_its_own_colour_runs_over_the_letters(play: Play) -> None:
    """Yellow on white over black: no pixel is green, which has the line's green and the letter's red."""
    timeline = play([(0, b"\x1b[?25l\x1b[38;2;0;0;0;48;2;255;255;255;58:2::255:200:0;4:3mgygygy")], 10, 2)
    found = cell(painted(timeline, timeline.frame(-1)), 0, 0, 6).reshape(-1, 3)
    assert [255, 200, 0] in found.tolist()
    assert (found[:, 1] - found[:, 0]).max() <= 0


def test_wide_characters_take_two_cells(play: Play) -> None:
    timeline = play([(0, "\x1b[?25l漢x".encode())], 10, 2)
    canvas = painted(timeline, timeline.frame(-1))
    assert ink(canvas, 0, 0)
    assert ink(canvas, 1, 0)
    assert ink(canvas, 2, 0)


SCRIPT = [
    b"\x1b[2J\x1b[H", b"\r\n" * 3, b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[31mred\x1b[0m ", b"plain ",
    b"\x1b[5;5Hx", b"\x1b[2;4r\n\n\x1b[r", b"\x1b[K", "漢字".encode(), b"\x1b[?25l", b"\x1b[?25h",
    b"\x1b[?5h", b"\x1b[?5l", b"\x1b[1;44m  bold  \x1b[0m", b"\x1bM", b"\x1b[3L", b"\x1b[2P",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("make", [RgbInk, I420Ink])
def test_what_is_painted_step_by_step_equals_what_is_painted_at_once(
    play: Play, seed: int, make: Callable[[], Ink]
) -> None:
    chance = random.Random(seed)
    events: list[tuple[float, bytes | tuple[int, int]]] = []
    for i in range(120):
        if chance.random() < 0.05:
            events.append((i / 10, (chance.choice([30, 40, 20]), chance.choice([8, 6]))))
        else:
            events.append((i / 10, b"".join(chance.choices(SCRIPT, k=3))))
    timeline = play(events, 40, 8)
    layout = arrange(40, 8)
    canvas = Canvas(layout.width, layout.height, make())
    screen = Screen(canvas, layout, timeline, DARK)
    for i, (frame, _, _) in enumerate(timeline.walk()):
        before = canvas.buffer.copy()
        changed = screen.paint(frame)
        assert changed or np.array_equal(before, canvas.buffer)
        if i % 10 == 0:
            fresh = Canvas(layout.width, layout.height, make())
            Screen(fresh, layout, timeline, DARK).paint(frame)
            assert np.array_equal(canvas.buffer, fresh.buffer), i


def test_a_terminal_that_is_cut_scrolls_like_any_other(play: Play) -> None:
    timeline = play([(i / 10, f"line {i}\r\n".encode() * (i % 7)) for i in range(60)], 40, 30)
    layout = Layout(400, 200, CELL, Box(0, 0, 400, 200), None)  # room for 10 of 30 rows
    canvas = Canvas(400, 200, RgbInk())
    screen = Screen(canvas, layout, timeline, DARK)
    for frame, _, _ in timeline.walk():
        screen.paint(frame)
        fresh = Canvas(400, 200, RgbInk())
        Screen(fresh, layout, timeline, DARK).paint(frame)
        assert np.array_equal(canvas.buffer, fresh.buffer), frame.index


def test_the_two_inks_show_the_same(play: Play) -> None:
    text = "".join(f"\x1b[3{i % 8};4{i // 8}mAg█" for i in range(64)).encode()
    timeline = play([(0, b"\x1b[?25l" + text)], 48, 5)
    frame = timeline.frame(-1)
    red_green_blue = painted(timeline, frame).planes[0] / 255
    y, u, v = (p.astype(float) for p in painted(timeline, frame, I420Ink()).planes)
    shown = decode(y, u.repeat(2, 0).repeat(2, 1), v.repeat(2, 0).repeat(2, 1))
    weights = np.array([0.2126, 0.7152, 0.0722])
    assert np.abs((shown - red_green_blue) @ weights).mean() < 0.012


def test_strips_are_bounded_and_forgotten_rows_come_back(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessionlens.render.strips.LIMIT", 40_000)
    timeline = play([(i / 10, f"\r\nline {i}".encode()) for i in range(100)], 40, 8)
    layout = arrange(40, 8)
    canvas = Canvas(layout.width, layout.height, I420Ink())
    screen = Screen(canvas, layout, timeline, DARK)
    for frame, _, _ in timeline.walk():
        screen.paint(frame)
    assert screen._strips._bytes <= 40_000
    screen.paint(timeline.frame(10))
    fresh = Canvas(layout.width, layout.height, I420Ink())
    Screen(fresh, layout, timeline, DARK).paint(timeline.frame(10))
    assert np.array_equal(canvas.buffer, fresh.buffer)
