"""The 256 colours of a GIF, all from the theme: its own ones, what lies between a text and its ground where
an edge is smoothed, and the cube for what a program colours itself."""

from __future__ import annotations

from collections.abc import Iterator

from sessionlens.render.contrast import blend
from sessionlens.render.theme import Theme, palette

SIZE = 256
EDGES = (0.5, 0.25, 0.75, 0.125, 0.375, 0.625, 0.875)  # the first ones first: there is not room for all
STEPS = (0, 2, 3, 5)  # of the six levels of the cube


def colours(theme: Theme) -> list[int]:
    """Exactly 256, the most important first, black where there are fewer."""
    found = list(dict.fromkeys(wanted(theme)))[:SIZE]
    return found + [0] * (SIZE - len(found))


def wanted(theme: Theme) -> Iterator[int]:
    """Colours in the order of their importance; some come twice."""
    own = (theme.background, theme.foreground, theme.cursor, *theme.named, theme.surround, theme.edge)
    bands = (theme.band, theme.band_text, theme.band_quiet, theme.band_track, theme.accent, theme.caution)
    pills = (theme.on_pill, theme.running, theme.good, theme.bad, theme.unknown, theme.stamp)
    yield from (*own, *bands, *pills)
    on_ground = ((theme.background, c) for c in (theme.foreground, *theme.named))
    on_band = ((theme.band, c) for c in (theme.band_text, theme.band_quiet, theme.caution, theme.accent))
    on_pills = ((ground, theme.on_pill) for ground in pills[1:])
    pairs = [*on_ground, *on_band, *on_pills]
    for share in EDGES[:3]:
        yield from (blend(under, over, share) for under, over in pairs)
    named = palette(theme)
    yield from (named[16 + 36 * r + 6 * g + b] for r in STEPS for g in STEPS for b in STEPS)
    yield from (named[232 + i] for i in range(0, 24, 3))
    for share in EDGES[3:]:
        yield blend(theme.background, theme.foreground, share)
        yield blend(theme.band, theme.band_text, share)
    yield from named[16:]
