"""Lines at a continuation prompt whose beginning could not be read, or is none as far as its words say.

They may be parts of it, and no commands.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Iterable

from .line import Line
from .model import LineEvent
from .prompts import continues

WHY = "the line before it could not be read, or a name in it is not known: it may go on with that"


class Orphans:
    """Goes through the lines that begin a command, in order."""

    def __init__(self, unread: Iterable[LineEvent]) -> None:
        self._times = sorted(each.t_ns for each in unread)
        self._before, self.lost = 0, False

    def read(self, line: Line, primaries: Container[str], odd: bool) -> Line:
        """The line, never sure if it may be more of one that is `unread`, or that is `odd`: an alias that no
        line told may have begun it. `primaries`: where others began.
        """
        seen = bisect_right(self._times, line.candidate.t_ns)
        more = continues(line.prompt) and line.prompt not in primaries
        self.lost = more and (self.lost or odd or seen > self._before)
        self._before = seen
        return line.unsure(WHY) if self.lost else line
