"""The line in which the cursor of a pane stands, and one that it left: what was seen of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...region import LogicalLine
from ...screen import Rest
from ..looks import Look


@dataclass(slots=True, eq=False)
class Standing:
    """The line with the cursor: where it is, how it was seen, what stood left of it when keys came."""

    first: Look
    look: Look
    top: int
    text: str
    covered: bool
    more: int = 0
    """Rows below that belong to the same edit."""
    blank: set[int] = field(default_factory=set)
    """Which of these rows go on after a blank in the last cell of the row above."""
    rests: list[Rest] = field(default_factory=list)
    clear: bool = True
    """Nothing stood below it when the cursor first rested there."""
    pressed_ns: int = 0
    """When a key was last pressed in it, as far as the screen had come."""


@dataclass(frozen=True, slots=True, eq=False)
class Handover:
    """A line that was left: its rows as they stood then, the row above, and what was seen below it.

    `look` is the first that shows the cursor elsewhere; `gone`: it does not show the line any more.
    """

    standing: Standing
    lines: tuple[LogicalLine, ...]
    last: str
    """The last of its rows, by which it is known again."""
    above: str
    look: Look
    between: tuple[LogicalLine, ...]
    gone: bool

    @property
    def offset(self) -> int:
        """How far the output had come when the line was last seen with the cursor in it."""
        return self.standing.look.offset
