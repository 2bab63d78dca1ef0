"""The stamp on every picture of a recording that is damaged or incomplete: a filled box with words, what is
wrong beside it.

It lies above everything else in a place of its own, so that it covers no cell, and is painted once.
"""

from __future__ import annotations

from sessionlens.render.canvas import Canvas
from sessionlens.render.facts import Facts
from sessionlens.render.glyphs import Atlas
from sessionlens.render.layout import Stamp, even
from sessionlens.render.spans import Span, columns_of, paint, wrap
from sessionlens.render.theme import Theme

EDGE = 2
LINES = 2
LEAST = 20  # columns; with less room, the box stands alone


def headed(facts: Facts) -> str:
    """`DAMAGED RECORDING · 2 gaps`."""
    count = len(facts.caveats)
    return f"{facts.flaw} RECORDING · {count} gap{'s' * (count != 1)}"


def caveat_lines(facts: Facts, columns: int) -> list[str]:
    """The first caveats, as far as there is room; the first one at any rate."""
    out: list[str] = []
    for caveat in facts.caveats:
        if len(out) < LINES:
            out += wrap(caveat, columns, LINES - len(out))
    return out


def words_of(facts: Facts, bare: bool) -> str:
    """What the box says; that something is masked only where no band does."""
    said = [headed(facts)] if facts.caveats else []
    return " · ".join([*said, "MASKED"] if bare and facts.masked else said)


def paint_stamp(canvas: Canvas, stamp: Stamp, facts: Facts, theme: Theme, *, bare: bool = False) -> None:
    """The stamp in its place: the whole width, framed; `bare`: there are no bands."""
    place, measures = stamp.place, stamp.measures
    main, small, pad = Atlas(*measures.main), Atlas(*measures.small), measures.pad
    canvas.fill(place.x, place.y, place.width, place.height, theme.caution)
    words = f" ▲ {words_of(facts, bare)} "
    wide = columns_of(words) * main.width
    top = place.y + even((place.height - main.height) / 2)
    room = (place.width - place.x - wide - 3 * pad) // small.width
    line = (Span(words, theme.band, True, theme.caution),)
    paint(canvas, main, place.x + even(pad / 2), top, line, (place.width - pad) // main.width, theme.caution)
    if room < LEAST:
        return
    x = place.x + wide + pad
    canvas.fill(x, place.y + EDGE, place.width - x - EDGE, place.height - 2 * EDGE, theme.band)
    lines = caveat_lines(facts, room)
    if bare and facts.masked:
        lines = [*lines[: LINES - 1], facts.masked]
    y = place.y + even((place.height - len(lines) * small.height) / 2)
    for text in lines:
        paint(canvas, small, x + pad, y, (Span(text, theme.band_text),), room, theme.band)
        y += small.height
