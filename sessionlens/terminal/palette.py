"""The terminal's colours as a recording sets them: OSC 4, 10, 11 and 12, their resets (104, 110, 111, 112),
and the theme in the header of an asciicast.

As in xterm's ctlseqs; a query (`?`) sets nothing, and a name of a colour that is not black or white is not
known. What is not set is the viewer's own affair: None.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .strings import colour_of

INDEXED, RESET = "4", "104"
DEFAULTS = {"10": "foreground", "11": "background", "12": "cursor"}
KINDS = frozenset({INDEXED, RESET, *DEFAULTS, *(f"1{kind}" for kind in DEFAULTS)})


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as 0xRRGGBB; `indexed` are (index, colour) in order."""

    foreground: int | None = None
    background: int | None = None
    cursor: int | None = None
    indexed: tuple[tuple[int, int], ...] = ()

    def after(self, kind: str, payload: str) -> Palette:
        """After one such sequence."""
        parts = payload.split(";")
        if kind == INDEXED:
            return self._with(zip(parts[::2], parts[1::2], strict=False))
        if kind == RESET:
            gone = {part for part in parts if part}
            kept = [pair for pair in self.indexed if gone and str(pair[0]) not in gone]
            return replace(self, indexed=tuple(kept))
        if kind in DEFAULTS:
            specs = zip(_from(kind), (part.encode("utf-8", "replace") for part in parts), strict=False)
            known = {name: colour_of(spec) for name, spec in specs}
            change: dict[str, Any] = {name: colour for name, colour in known.items() if colour is not None}
            return replace(self, **change)
        name: dict[str, Any] = {DEFAULTS[kind[1:]]: None}
        return replace(self, **name)

    def _with(self, pairs: Iterable[tuple[str, str]]) -> Palette:
        """With these (index, specification) set."""
        now = dict(self.indexed)
        for index, spec in pairs:
            colour = colour_of(spec.encode("utf-8", "replace"))
            known = index.isascii() and index.isdecimal() and len(index) <= 3 and int(index) < 256
            if colour is not None and known:
                now[int(index)] = colour
        return replace(self, indexed=tuple(sorted(now.items())))


def _from(kind: str) -> list[str]:
    """The names that `kind` and the specifications after the first one set."""
    return [name for number, name in DEFAULTS.items() if number >= kind]


def told(theme: Sequence[str]) -> Palette:
    """A palette from text: foreground, background, then the indexed colours from 0."""
    palette = Palette().after("10", ";".join(theme[:2]))
    return palette._with((str(index), spec) for index, spec in enumerate(theme[2:18]))
