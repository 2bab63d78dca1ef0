"""Themes, on pictures and on what a player shows of the video: legible, apart, and the recording's own."""

from __future__ import annotations

from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sessionlens.errors import UsageError
from sessionlens.render import THEMES, Facts, Footage, Order, render_image, render_video
from sessionlens.render.canvas import Canvas, RgbInk
from sessionlens.render.colour import luminance
from sessionlens.render.contrast import contrast, legible
from sessionlens.render.layout import Layout, arrange
from sessionlens.render.screen import Screen
from sessionlens.render.strips import paint_of
from sessionlens.render.theme import Theme
from sessionlens.render.themes import RECORDING, theme_of
from sessionlens.terminal import Style, Timeline

Play = Callable[..., Timeline]
Decode = Callable[[Path], np.ndarray[Any, np.dtype[np.uint8]]]
COLUMNS, ROWS = 126, 18  # cells of 10×20, the smallest there are
LETTERS = "Ag8#em"
PAGE = """The deployment of the billing service failed again on Tuesday night, and nobody was told.
John opened a shell on the target, looked at the journal and copied three archives away.
Every command that was typed is listed below, with the time at which it was submitted.
The files were removed before the backup ran; the manifest names each of them by its hash.
    /srv/billing/archive/2026/november/customers.tgz        48120 bytes   deploy  staff
    /srv/billing/archive/2026/november/transfers.tgz        93274 bytes   deploy  staff
    /srv/billing/archive/2026/october/customers.tgz         47653 bytes   deploy  staff
The quick brown fox jumps over the lazy dog while the sphinx of black quartz judges my vow.
"""


@pytest.fixture(params=THEMES.values(), ids=THEMES)
def theme(request: pytest.FixtureRequest) -> Theme:
    found: Theme = request.param
    return found


def test_the_colours_of_a_theme_are_legible(theme: Theme) -> None:
    for text in (theme.band_text, theme.band_quiet, theme.caution):
        assert contrast(text, theme.band) >= 7
    assert contrast(theme.accent, theme.band) >= 4.5
    assert contrast(theme.foreground, theme.background) >= 12
    assert contrast(theme.cursor, theme.background) >= 7
    for pill in (theme.running, theme.good, theme.bad, theme.unknown, theme.stamp):
        assert contrast(theme.on_pill, pill) >= 4.5
    colours = set(range(1, 7)) | set(range(8, 15))
    for index in colours:
        assert contrast(theme.named[index], theme.background) >= 4.5, index
    assert len(set(theme.named)) == 16


def test_text_has_at_least_the_contrast_of_its_theme(theme: Theme) -> None:
    for fg in range(-1, 256, 3):
        for bg in (-1, *range(0, 256, 5)):
            text, ground = paint_of(Style(fg=fg, bg=bg), theme).pair
            assert contrast(text, ground) >= min(theme.least, 4.5) - 1e-9


def test_a_legible_colour_keeps_as_much_of_itself_as_it_can() -> None:
    assert legible(0xFF0000, 0x000000, 3) == 0xFF0000
    pale = legible(0xFFFF00, 0xFFFFFF, 4.5)
    assert contrast(pale, 0xFFFFFF) >= 4.5
    assert pale >> 16 == pale >> 8 & 255 > (pale & 255)


def plain(timeline: Timeline, theme: Theme) -> tuple[np.ndarray[Any, Any], Layout]:
    """The last frame as the video has it before it is encoded."""
    frame = timeline.frame(-1)
    layout = arrange(frame.columns, frame.rows, plain=True)
    canvas = Canvas(layout.width, layout.height, RgbInk())
    Screen(canvas, layout, timeline, theme).paint(frame)
    return canvas.planes[0], layout


def brightness(pixels: np.ndarray[Any, Any]) -> float:
    return float(luminance(pixels / 255).mean())


def apart(pixels: np.ndarray[Any, Any], ink: np.ndarray[Any, Any], ground: np.ndarray[Any, Any]) -> float:
    low, high = sorted((brightness(pixels[ink]), brightness(pixels[ground])))
    return (high + 0.05) / (low + 0.05)


def test_every_pair_of_the_16_colours_keeps_its_contrast_through_the_encoder(
    theme: Theme, play: Play, decode: Decode, tmp_path: Path
) -> None:
    def sgr(index: int, first: int) -> int:
        return first + index if index < 8 else first + 52 + index

    lines = [
        "".join(f"\x1b[{sgr(fg, 30)};{sgr(bg, 40)}m{LETTERS}" for fg in range(16)) + "\x1b[m"
        for bg in range(16)
    ]
    timeline = play([(0, ("\x1b[?25l" + "\r\n".join(lines)).encode())], COLUMNS, ROWS)
    painted, layout = plain(timeline, theme)
    assert layout.cell == (10, 20)
    path = tmp_path / "v.mp4"
    render_video(Footage(timeline, Facts()), path, Order(plain=True, theme=theme_of(theme)))
    shown = decode(path)[-1]
    box = layout.place(COLUMNS, ROWS)
    wide = len(LETTERS) * 10
    lost = {}
    for bg in range(16):
        for fg in range(16):
            pair = paint_of(Style(fg=fg, bg=bg), theme).pair
            y, x = box.y + 20 * bg, box.x + wide * fg
            before, after = painted[y : y + 20, x : x + wide], shown[y : y + 20, x : x + wide]
            ink, ground = ((before == [c >> 16, c >> 8 & 255, c & 255]).all(axis=-1) for c in pair)
            kept = apart(after, ink, ground) / apart(before, ink, ground)
            if kept < 0.9:
                lost[fg, bg] = round(kept, 3)
    assert lost == {}


def test_a_reader_reads_the_decoded_picture(
    theme: Theme, play: Play, decode: Decode, read: Callable[[Any], str], tmp_path: Path
) -> None:
    """99 of 100 characters, of text in the smallest cells there are."""
    timeline = play([(0, ("\x1b[?25l" + PAGE.replace("\n", "\r\n")).encode())], COLUMNS, ROWS)
    path = tmp_path / "v.mp4"
    render_video(Footage(timeline, Facts()), path, Order(plain=True, theme=theme_of(theme)))
    wanted, found = ("".join(text.split()) for text in (PAGE, read(Image.fromarray(decode(path)[-1]))))
    same = sum(
        block.size for block in SequenceMatcher(None, wanted, found, autojunk=False).get_matching_blocks()
    )
    assert same / len(wanted) >= 0.99, found


def test_themes_differ_and_are_taken_by_name(play: Play, facts: Facts) -> None:
    timeline = play([(0, b"\x1b[31mred")], 40, 5)
    frame = timeline.frame(-1)
    pictures = [render_image(frame, timeline, facts=facts, theme=name) for name in THEMES]
    assert len({picture.tobytes() for picture in pictures}) == len(THEMES) - 1, (
        "nothing recolours this recording"
    )
    assert np.asarray(pictures[1]).mean() > 150 > np.asarray(pictures[0]).mean()
    with pytest.raises(UsageError, match="dark, light, high-contrast, recording"):
        render_image(frame, timeline, theme="solarized")


OWN = b"\x1b]10;#102030\x07\x1b]11;#f0e0d0\x07\x1b]4;1;#123456;200;#00ff7f\x07\x1b[?25l"


def corner(picture: Image.Image, column: int) -> int:
    red, green, blue = np.asarray(picture)[12, 12 * column + 6].tolist()
    return int(red) << 16 | int(green) << 8 | int(blue)


def test_the_recordings_own_colours(play: Play) -> None:
    text = "\x1b[31m█\x1b[38;5;200m█\x1b[m█ \x1b[32m█".encode()
    timeline = play([(0, b"\x1b[?25l" + text), (1, OWN), (2, b"\x1b]104\x07\x1b]110\x07\x1b]111\x07")], 10, 2)
    before, own, after = (
        [corner(render_image(timeline.frame(i), timeline, theme="recording"), x) for x in range(5)]
        for i in (-3, -2, -1)
    )
    assert own == [0x123456, 0x00FF7F, 0x102030, 0xF0E0D0, RECORDING.named[2]]
    assert before == after
    assert before[3] == RECORDING.background
    dark = render_image(timeline.frame(-2), timeline)
    assert corner(dark, 3) == THEMES["dark"].background


def test_a_video_in_the_recordings_own_colours_follows_them(
    play: Play, decode: Decode, tmp_path: Path
) -> None:
    timeline = play([(0, b"\x1b[?25labc"), (1, OWN), (2, b"\x1b]111\x07\x1b]110\x07")], 40, 12)
    path = tmp_path / "v.mp4"
    render_video(Footage(timeline, Facts()), path, Order(plain=True, theme=theme_of("recording")))
    grounds = [frame[360, 640].mean() for frame in decode(path)]
    assert [round(ground / 255) for ground in grounds] == [0, 1, 0, 0]


def test_text_made_invisible_by_the_palette_is_shown_and_hatched(play: Play) -> None:
    timeline = play([(0, b"\x1b]10;#202020\x07\x1b]11;#202020\x07\x1b[?25lsecret")], 10, 2)
    for name in THEMES:
        picture = np.asarray(render_image(timeline.frame(-1), timeline, theme=name)).astype(int)
        assert np.ptp(picture[:24, :72]) > 100, name


def test_a_mosaic_keeps_its_colours(play: Play) -> None:
    """Where text would be made legible, a picture made of blocks or separators is left as it is."""
    for sign in "▀\ue0b0\U0001fb00":
        timeline = play([(0, f"\x1b[?25l\x1b[38;2;90;90;90;48;2;100;100;100m{sign}".encode())], 10, 2)
        for name in THEMES:
            cell = np.asarray(render_image(timeline.frame(-1), timeline, theme=name))[:24, :12]
            assert (cell.min(), cell.max()) == (90, 100)
