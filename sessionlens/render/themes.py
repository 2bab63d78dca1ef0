"""The themes that a picture can have, by name; and a theme in the colours of its recording."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sessionlens.errors import UsageError
from sessionlens.render.contrast import legible
from sessionlens.render.theme import Theme

if TYPE_CHECKING:
    from sessionlens.terminal import Palette

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

LIGHT = Theme(
    name="light",
    foreground=0x1B2127,
    background=0xFFFFFF,
    cursor=0x24292F,
    named=(
        0x24292F, 0xB3261E, 0x1A7F37, 0x8A5A00, 0x0550AE, 0x8250DF, 0x0F6E78, 0xC2CAD3,
        0x57606A, 0xCF222E, 0x1C7A37, 0x9A6700, 0x0969DA, 0x9340F5, 0x0A7C88, 0xFFFFFF,
    ),
    surround=0xCDD5DE,
    edge=0xAEB8C2,
    band=0xE9EDF2,
    band_text=0x14181D,
    band_quiet=0x3F4954,
    band_track=0xB4BEC9,
    accent=0x0A58C2,
    caution=0x6B4000,
    on_pill=0xFFFFFF,
    running=0x2261C4,
    good=0x26753A,
    bad=0xB93530,
    unknown=0x4A5766,
    stamp=0x8A5A00,
    least=4.5,
)  # fmt: skip

HIGH_CONTRAST = Theme(
    name="high-contrast",
    foreground=0xFFFFFF,
    background=0x000000,
    cursor=0xFFFFFF,
    named=(
        0x000000, 0xFF7A7A, 0x3DF06B, 0xFFE14D, 0x86B6FF, 0xFF8CFF, 0x3DE8F0, 0xE8E8E8,
        0xA8A8A8, 0xFFA8A8, 0x8CFFA8, 0xFFF0A0, 0xB8D4FF, 0xFFBDFF, 0xA8FAFF, 0xFFFFFF,
    ),
    surround=0x000000,
    edge=0xFFFFFF,
    band=0x000000,
    band_text=0xFFFFFF,
    band_quiet=0xE0E0E0,
    band_track=0x6E6E6E,
    accent=0x86B6FF,
    caution=0xFFE14D,
    on_pill=0xFFFFFF,
    running=0x0B3C91,
    good=0x0B5A22,
    bad=0x9B1010,
    unknown=0x3D3D3D,
    stamp=0x6B4000,
    least=7.0,
)  # fmt: skip

RECORDING = replace(DARK, name="recording", least=1.0, follows=True)

THEMES = {theme.name: theme for theme in (DARK, LIGHT, HIGH_CONTRAST, RECORDING)}


def theme_of(name: str | Theme) -> Theme:
    """A theme by its name; UsageError where there is none of it."""
    if isinstance(name, Theme):
        return name
    if name not in THEMES:
        raise UsageError(f"no theme is called {name!r}; there are {', '.join(THEMES)}")
    return THEMES[name]


def in_colours(theme: Theme, palette: Palette) -> Theme:
    """A theme that follows its recording in those colours; any other as it is."""
    if not theme.follows:
        return theme
    named = dict(enumerate(theme.named)) | {i: colour for i, colour in palette.indexed if i < 16}
    foreground = theme.foreground if palette.foreground is None else palette.foreground
    background = theme.background if palette.background is None else palette.background
    usual = theme.cursor if palette.foreground is None else foreground
    return replace(
        theme,
        foreground=foreground,
        background=background,
        cursor=legible(usual if palette.cursor is None else palette.cursor, background, 3.0),
        named=tuple(named.values()),
        indexed=tuple(pair for pair in palette.indexed if pair[0] >= 16),
    )
