"""Colours mixed and measured: relative luminance and contrast as WCAG 2 has them. 0xRRGGBB integers."""

from __future__ import annotations

from functools import lru_cache


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
