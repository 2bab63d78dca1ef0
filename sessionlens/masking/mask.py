"""The mask: the one object that consumers ask what may be seen, of rows of the screen and of any other text.

It is made of all that one session has: what is a secret in one place is one in every other. Nothing here
changes a recording, a Timeline or a table: what is masked is a copy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .blocks import HINTS, bodies
from .finder import Buffer, Place, by_rules
from .known import Known
from .rules import CHOSEN, PRIVATE_KEY
from .screens import Key, Screens, columns_of
from .tally import Tally, distinct
from .veil import veiled
from .wanted import Region, Wanted

if TYPE_CHECKING:
    from sessionlens.terminal import Timeline

_CONTINUED = re.compile(r"\\\n")
Columns = list[tuple[int, int, str]]


@dataclass(frozen=True, slots=True)
class Veil:
    """A timeline as it may be seen, the covered `columns` of its rows with their kind, what is counted."""

    timeline: Timeline
    columns: dict[int, Columns]
    places: list[tuple[Key, str, str, str]] = field(repr=False)  # rows, kind, what stands before, the secret
    keys: list[set[int]] = field(repr=False)  # the rows of each private key

    def tally(self, rows: Iterable[int]) -> Tally:
        """What is masked where these rows are shown."""
        shown = set(rows)
        found = distinct(rest for key, *rest in self.places if shown.issuperset(key))  # type: ignore[misc]
        if several := sum(not shown.isdisjoint(rows) for rows in self.keys):
            found[PRIVATE_KEY] += several
        return found

    @property
    def secrets(self) -> set[str]:
        """The texts that are covered."""
        return {secret for _, _, _, secret in self.places}


class Mask:
    """What may be seen of one session.

    `texts` are those in which secrets are looked for (commands, titles), `blind` what was typed without echo,
    `ordinary` names that are none. `regions` of `wanted` are of the first timeline.
    """

    def __init__(
        self,
        wanted: Wanted,
        timelines: Sequence[Timeline] = (),
        texts: Iterable[str] = (),
        blind: Iterable[str] = (),
        ordinary: Iterable[str] = (),
    ) -> None:
        self.wanted = wanted
        self.known = Known(ordinary)
        self._veils: dict[int, tuple[Timeline, Veil]] = {}
        if wanted.nothing:
            return
        for text in wanted.texts:
            self.known.secrets[text] = CHOSEN
        for typed in blind if wanted.defaults else ():
            self.known.add_blind(typed)
        self._learn(timelines, list(texts))

    def hear(self, texts: Sequence[str]) -> None:
        """Learn the secrets of commands and titles, for what is asked from now on."""
        joined = [line for text in texts for line in _CONTINUED.sub("", text).split("\n")]
        apart = [line for text in texts if "\\\n" in text for line in text.split("\n")]
        said = Buffer(joined + apart)
        self.known.learn(said, self._by_rules(said), typed=True)
        self._keys_of(texts)

    def _learn(self, timelines: Sequence[Timeline], texts: list[str]) -> None:
        known = self.known
        self.hear(texts)
        every = [Screens(timeline) for timeline in timelines]
        found = []
        for number, screens in enumerate(every):
            ruled = [*self._by_rules(screens.buffer)]
            chosen = list(self._regions(screens, self.wanted.regions if number == 0 else ()))
            for place in chosen:
                known.secrets[screens.buffer.lines[place.line][place.start : place.end].strip()] = CHOSEN
            ruled += chosen
            known.learn(screens.buffer, ruled)
            going_on = Buffer(list(screens.continued))
            known.learn(going_on, self._by_rules(going_on), typed=True)
            keys = screens.key_rows() if self.wanted.defaults else []
            for row in (row for rows in keys for row in rows):
                known.add_body(screens.text((row,)))
            found.append((screens, ruled, keys))
        again = []
        for screens, ruled, keys in found:
            places = [*ruled, *known.find(screens.buffer)]
            for place in places:
                line = screens.buffer.lines[place.line]
                if place.grown or place.kind == PRIVATE_KEY:
                    continue
                known.grew.setdefault((line[: place.start], line[place.start : place.end]), place.kind)
            again.append((screens, places, keys))
        for screens, places, keys in again:
            veil = self._veil(screens, places, keys)
            self._veils[id(screens.timeline)] = screens.timeline, veil

    def _by_rules(self, buffer: Buffer) -> Iterator[Place]:
        return by_rules(buffer, self.wanted)

    def _keys_of(self, texts: Iterable[str]) -> None:
        """Private keys in texts of several lines."""
        for text in texts if self.wanted.defaults else ():
            if any(hint in text for hint in HINTS):
                lines = text.split("\n")
                for at in bodies(lines):
                    if lines[at].strip():
                        self.known.add_body(lines[at])

    def _regions(self, screens: Screens, regions: Iterable[Region]) -> Iterator[Place]:
        """Places of the screen that were chosen, by the rows that stood there."""
        lines = {key[0]: line for line, key in enumerate(screens.keys) if len(key) == 1}
        shown = [(region, set[int]()) for region in regions]
        for frame, _, _ in screens.timeline.walk() if shown else ():
            after = frame.index + 1
            gone = screens.timeline.t0_ns[after] if after < len(screens.timeline) else None
            for region, done in shown:
                if frame.t0_ns > region.t1_ns or (gone is not None and gone <= region.t0_ns):
                    continue
                for row in frame.row_ids[region.rows[0] : region.rows[1] + 1]:
                    if row in lines and row not in done:
                        done.add(row)
                        yield from _columns(screens, row, lines[row], region)

    def _veil(self, screens: Screens, places: list[Place], keys: list[set[int]]) -> Veil:
        places = [*places, *self.known.growing(screens.buffer)]
        columns: dict[int, Columns] = {}
        counted: list[tuple[Key, str, str, str]] = []
        in_keys = set().union(*keys)
        for place in places:
            key, text = screens.keys[place.line], screens.buffer.lines[place.line]
            for row, start, end in screens.pieces(key):
                if place.start < end and place.end > start:
                    view = screens.timeline.row(row)
                    first, last = columns_of(view, max(place.start - start, 0), min(place.end, end) - start)
                    columns.setdefault(row, []).append((first, last, place.kind))
            if not place.grown and not in_keys.intersection(key):
                counted.append((key, place.kind, text[: place.start], text[place.start : place.end]))
        for row in in_keys:
            columns.setdefault(row, []).append((0, len(screens.timeline.row(row).cell_texts), PRIVATE_KEY))
        spans = {row: tuple((first, last) for first, last, _ in some) for row, some in columns.items()}
        return Veil(veiled(screens.timeline, spans, self.text), columns, counted, keys)

    def veil(self, timeline: Timeline) -> Veil:
        """The veil over a timeline of this session, also one of a single screen."""
        if self.wanted.nothing:
            return Veil(timeline, {}, [], [])
        known = self._veils.get(id(timeline))
        if known is not None and known[0] is timeline:
            return known[1]
        screens = Screens(timeline)
        keys = screens.key_rows(self.known.bodies) if self.wanted.defaults else []
        return self._veil(screens, [*self._by_rules(screens.buffer), *self.known.find(screens.buffer)], keys)

    def text(self, text: str) -> str:
        """A text, each secret replaced by its kind: `[masked: password]`."""
        return self.texts([text])[0][0]

    def texts(self, texts: Sequence[str]) -> list[tuple[str, list[tuple[str, str]]]]:
        """Each text masked, and (kind, secret) of what was masked in it."""
        if self.wanted.nothing:
            return [(text, []) for text in texts]
        self._keys_of(texts)
        self._continued(texts)
        lines = [text.split("\n") for text in texts]
        spans = iter(self.spans([line for some in lines for line in some]))
        out = []
        for some in lines:
            found = [next(spans) for _ in some]
            secrets = [(kind, line[start:end]) for line, cut in found for start, end, kind in cut]
            out.append(("\n".join(replaced(line, cut) for line, cut in found), secrets))
        return out

    def spans(self, lines: Sequence[str]) -> list[tuple[str, Columns]]:
        """Each line with (start, end, kind) of what is masked in it, in order and apart."""
        buffer = Buffer(lines)
        known = self.known
        at: list[list[Place]] = [[] for _ in lines]
        for place in (*self._by_rules(buffer), *known.find(buffer), *known.growing(buffer)):
            at[place.line].append(place)
        return [(line, united(places)) for line, places in zip(lines, at, strict=True)]

    def _continued(self, texts: Sequence[str]) -> None:
        """Secrets of lines that go on behind a backslash become known; where they stand, `find` tells."""
        joined = [line for text in texts if "\\\n" in text for line in _CONTINUED.sub("", text).split("\n")]
        if joined:
            buffer = Buffer(joined)
            for place in self._by_rules(buffer):
                self.known.add(buffer.lines[place.line][place.start : place.end], place.kind)


def _columns(screens: Screens, row: int, line: int, region: Region) -> Iterator[Place]:
    """The characters of a row between two columns."""
    at = 0
    start = end = -1
    for column, cell in enumerate(screens.timeline.row(row).cell_texts):
        if region.columns[0] <= column <= region.columns[1] and cell:
            start = at if start < 0 else start
            end = at + len(cell)
        at += len(cell)
    if end > start >= 0 and screens.buffer.lines[line][start:end].strip():
        yield Place(line, start, end, CHOSEN)


def united(places: Iterable[Place]) -> Columns:
    """Places of one line as (start, end, kind) that have nothing in common; the first one says the kind."""
    out: Columns = []
    for place in sorted(places):
        if out and place.start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], place.end), out[-1][2])
        else:
            out.append((place.start, place.end, place.kind))
    return out


def replaced(text: str, spans: Columns) -> str:
    """A text with what is masked in it named: `[masked: password]`."""
    for start, end, kind in reversed(spans):
        text = f"{text[:start]}[masked: {kind}]{text[end:]}"
    return text
