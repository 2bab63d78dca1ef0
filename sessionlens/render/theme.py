"""The colours of a picture: what a terminal style means in RGB, and the palette of the bands. The themes but
the default one are in themes.py.

Colours here are 0xRRGGBB integers. The 256 indexed colours follow xterm: 16 named ones, which a theme
chooses, the 6 × 6 × 6 cube and 24 greys. It paints nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sessionlens.terminal import Style

DEFAULT = -1
TRUE_COLOUR = 0x1000000
CUBE = (0, 95, 135, 175, 215, 255)


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours, for the terminal and for the bands around it."""

    name: str
    foreground: int
    background: int
    cursor: int
    named: tuple[int, ...]
    surround: int  # around a terminal that does not fill the picture
    edge: int  # the line that shows where the terminal ends
    band: int
    band_text: int
    band_quiet: int
    band_track: int  # progress still to come
    accent: int  # progress, and the mark of a running command
    caution: int  # words that qualify
    on_pill: int  # text on the grounds below
    running: int
    good: int
    bad: int
    unknown: int
    stamp: int
    least: float = 1.0  # the contrast that text has at least
    follows: bool = False  # the terminal's colours are those that the recording sets, where it does
    indexed: tuple[tuple[int, int], ...] = ()  # colours beyond the 16 named that are not xterm's


DARK = Theme(
    name="dark",
    foreground=0xD3DAE3,
    background=0x0D1117,
    cursor=0xE6EDF3,
    named=(
        0x2B3138, 0xF0605A, 0x57B65B, 0xD0A03A, 0x5BA2F8, 0xBE8CF5, 0x3CC8D2, 0xC6CFD9,
        0x768390, 0xFF938A, 0x7FD985, 0xEAC55F, 0x86BEFF, 0xDCBDFB, 0x6FE0E8, 0xFFFFFF,
    ),
    surround=0x05070A,
    edge=0x2A313A,
    band=0x1A212B,
    band_text=0xF4F7FA,
    band_quiet=0xA7B4C2,
    band_track=0x3A4654,
    accent=0x5BA2F8,
    caution=0xEAB544,
    on_pill=0xFFFFFF,
    running=0x2261C4,
    good=0x26753A,
    bad=0xB93530,
    unknown=0x4A5766,
    stamp=0x8A5A00,
    least=3.0,
)  # fmt: skip


@lru_cache(maxsize=8)
def palette(theme: Theme) -> tuple[int, ...]:
    """The 256 indexed colours under a theme."""
    cube = tuple(r << 16 | g << 8 | b for r in CUBE for g in CUBE for b in CUBE)
    greys = tuple((8 + 10 * i) * 0x010101 for i in range(24))
    colours = [*theme.named, *cube, *greys]
    for index, colour in theme.indexed:
        colours[index] = colour
    return tuple(colours)


def rgb(colour: int, theme: Theme, default: int) -> int:
    """A style's colour (default, indexed or true) as 0xRRGGBB."""
    if colour == DEFAULT:
        return default
    if colour >= TRUE_COLOUR:
        return colour & 0xFFFFFF
    return palette(theme)[colour & 0xFF]


def foreground_and_background(style: Style, theme: Theme) -> tuple[int, int]:
    """The two colours of a cell, after faint and inverse."""
    fg = rgb(style.fg, theme, theme.foreground)
    bg = rgb(style.bg, theme, theme.background)
    if style.faint:
        fg = blend(bg, fg, 0.6)
    return (bg, fg) if style.inverse else (fg, bg)


def reversed_theme(theme: Theme) -> Theme:
    """The default colours exchanged (reverse video, DECSCNM)."""
    fg, bg = theme.foreground, theme.background
    return replace(theme, foreground=bg, background=fg, cursor=bg)


@lru_cache(maxsize=4096)
def legible(fg: int, bg: int, least: float) -> int:
    """A foreground with at least that contrast: as it is, or as much nearer to white or black as it takes."""
    if contrast(fg, bg) >= least:
        return fg
    end = max((0x000000, 0xFFFFFF), key=lambda colour: contrast(colour, bg))
    steps = (blend(fg, end, i / 16) for i in range(1, 16))
    return next((colour for colour in steps if contrast(colour, bg) >= least), end)


def blend(under: int, over: int, share: float) -> int:
    """`over` laid on `under` with that share, per channel."""
    out = 0
    for shift in (16, 8, 0):
        low, high = under >> shift & 0xFF, over >> shift & 0xFF
        out |= round(low + (high - low) * share) << shift
    return out


def luminance(colour: int) -> float:
    """Relative luminance (WCAG 2, sRGB), 0 black to 1 white."""
    total = 0.0
    for shift, weight in ((16, 0.2126), (8, 0.7152), (0, 0.0722)):
        v = (colour >> shift & 0xFF) / 255
        total += weight * (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4)
    return total


def contrast(one: int, other: int) -> float:
    """The contrast ratio of two colours (WCAG 2), 1 to 21."""
    a, b = luminance(one), luminance(other)
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
