"""Whole pictures of words, before and after a session: who, what, how far it was checked, what was left out.

A card is a heading and rows of a label and a text. What a title says of the recording beyond the facts of the
bands comes with them (`Facts.sheet`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

from sessionlens.render.canvas import Canvas
from sessionlens.render.facts import SECOND, Facts, clock, instant, local, offset, parties, short_clock
from sessionlens.render.film import Film
from sessionlens.render.glyphs import Atlas
from sessionlens.render.layout import CELL, even
from sessionlens.render.spans import Line, Span, columns_of, paint, wrap
from sessionlens.render.theme import Theme

SHARE = 10  # of the picture's height that is left free at each side
CELL_OF_720 = (14, 28)
LONGEST = 400  # lines of one text


@dataclass(frozen=True, slots=True)
class Card:
    """A heading, and rows of (label, text); an empty text takes its row away."""

    heading: str
    rows: tuple[tuple[str, str], ...]
    foot: str = ""


def paint_card(canvas: Canvas, card: Card, theme: Theme) -> None:
    """The card over the whole canvas, in the largest letters in which all of it has room.

    Where not even the least legible ones are small enough, the last line counts what is missing.
    """
    canvas.fill(0, 0, canvas.width, canvas.height, theme.band)
    pad = even(canvas.height / SHARE)
    for cell in sizes(canvas.height):
        columns, room = (canvas.width - 2 * pad) // cell[0], (canvas.height - 2 * pad) // cell[1]
        lines = list(card_lines(card, theme, columns))
        if len(lines) <= room:
            break
    if (rest := len(lines) - room) > 0:
        lines = [*lines[: room - 1], (Span(f"… {rest + 1} lines more have no room", theme.caution),)]
    atlas = Atlas(*cell)
    y = pad + even((canvas.height - 2 * pad - len(lines) * cell[1]) / 2)
    for line in lines:
        paint(canvas, atlas, pad, y, line, columns, theme.band)
        y += cell[1]


def sizes(height: int) -> Iterator[tuple[int, int]]:
    """Cells to try, from the largest to the least that is legible."""
    wide, high = (even(side * height / 720) for side in CELL_OF_720)
    while wide > CELL[0] and high > CELL[1]:
        yield wide, high
        wide, high = wide - 2, high - 4
    yield CELL


def card_lines(card: Card, theme: Theme, columns: int) -> Iterator[Line]:
    """Everything on a card as lines."""
    for text in wrap(card.heading, columns, LONGEST):
        yield (Span(text, theme.band_text, bold=True),)
    yield ()
    rows = [(label, text) for label, text in card.rows if text]
    indent = max((columns_of(label) for label, _ in rows), default=0) + 3
    for label, text in rows:
        lead = Span(label.ljust(indent), theme.band_quiet)
        for part in wrap(text, columns - indent, LONGEST):
            yield (lead, Span(part, theme.band_text))
            lead = Span(" " * indent, theme.band_quiet)
    if card.foot:
        yield ()
        yield from ((Span(text, theme.band_quiet),) for text in wrap(card.foot, columns, LONGEST))


def title(film: Film) -> Card:
    """Who, on what, when, and how far the recording was checked."""
    facts, order = film.facts, film.order
    return Card(
        parties(facts),
        (
            ("case", order.case or ""),
            ("session", facts.session or ""),
            ("recorded", recorded(facts)),
            (facts.zone or "", there(facts)),
            ("from", facts.client or ""),
            ("key", facts.key or ""),
            *facts.sheet,
            ("shown", shown(film)),
            ("masked", masked(film.facts)),
            ("remarks", remarked(film)),
        ),
        f"Made by SessionLens {version('sessionlens')} from the recording, which it does not change.",
    )


def ending(film: Film) -> Card:
    """What was left out, and by which rule."""
    cuts = film.pace.cuts
    count = (
        f"{len(cuts)} time{'s' * (len(cuts) != 1)}, {short_clock(sum(cut.length_ns for cut in cuts))} in all"
    )
    idle = film.order.idle_ns
    pauses = "nothing was cut" if idle is None else "no pause was longer than the limit"
    if cuts and idle is not None:
        pauses = f"cut {count}: where nothing changed for longer, {idle / SECOND:g} s of it are shown"
    return Card(
        "What this video leaves out",
        (
            ("session time", shown(film)),
            ("pauses", pauses),
            ("speed", "the real one" if film.pace.speed == 1 else f"{film.pace.speed:g}× the real one"),
            ("masked", masked(film.facts)),
            *((label, text) for label, text in film.facts.sheet if label == "not shown"),
            ("wrong with it", "; ".join(film.facts.caveats)),
        ),
        "The time of each picture, the bytes behind it and all hashes stand in the file beside the video.",
    )


def recorded(facts: Facts) -> str:
    """From when to when, on the recorder's clock."""
    began, ended = instant(facts, 0), instant(facts, facts.duration_ns or 0)
    if began is None or ended is None:
        return "at a time that is not known"
    day = "%Y-%m-%d " if ended.date() != began.date() else ""
    until = f" to {ended:{day}%H:%M:%S}" if facts.duration_ns is not None else ""
    return f"{began:%Y-%m-%d %H:%M:%S}{until} UTC"


def there(facts: Facts) -> str:
    """The same in the zone that is shown beside UTC."""
    began, ended = local(facts, 0), local(facts, facts.duration_ns or 0)
    if began is None or ended is None:
        return ""
    return f"{began:%Y-%m-%d %H:%M:%S}{offset(began)} to {ended:%Y-%m-%d %H:%M:%S}{offset(ended)}"


def shown(film: Film) -> str:
    """Which part of the session."""
    first, last = clock(film.pace.start_ns), clock(film.pace.end_ns)
    whole = clock(film.facts.duration_ns or film.pace.end_ns)
    if film.order.start_ns is None and film.order.end_ns is None:
        return f"the whole session, {whole}"
    return f"{first} to {last} of {whole}; what comes before and after is left out"


def masked(facts: Facts) -> str:
    """How many places, of which kinds."""
    if facts.masked is None:
        return "nothing: no mask was asked for"
    return facts.masked.replace(" masked:", ":") or "nothing had to be"


def remarked(film: Film) -> str:
    """How much of it is not the recording's."""
    first, last = film.pace.start_ns, film.pace.end_ns
    shown = [r for r in film.order.remarks or () if r.start_ns <= last and r.until_ns > first]
    kinds = {"ANALYST": sum(not r.by_rule for r in shown), "RULE": sum(r.by_rule for r in shown)}
    return ", ".join(f"{n} marked {who}" for who, n in kinds.items() if n)
