"""A line that was handed over in a pane, and where it stood."""

from __future__ import annotations

from dataclasses import dataclass

from ...line import Line
from .watching import Place


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """A line, and its place."""

    line: Line
    place: Place
