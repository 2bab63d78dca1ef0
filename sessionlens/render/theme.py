"""What a theme is, and what a terminal style means in its colours. The themes themselves are in themes.py.

Colours are 0xRRGGBB integers. The 256 indexed ones follow xterm: 16 named ones, which a theme
chooses, the 6 × 6 × 6 cube and 24 greys. It paints nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from sessionlens.render.contrast import blend

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
