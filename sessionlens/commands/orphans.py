"""Lines at a continuation prompt whose beginning could not be read: they are parts of it, no commands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace

from .line import Line
from .model import LineEvent
from .prompts import continues

WHY = "the line before it could not be read, and it may go on with that"


def orphans(lines: Iterable[Line], unread: Iterable[LineEvent]) -> Iterator[Line]:
    """The lines, in order; never sure those that may be more of one that is `unread`."""
    times = sorted(each.t_ns for each in unread)
    before, lost = 0, False
    for line in lines:
        seen = bisect_right(times, line.candidate.t_ns)
        lost = continues(line.prompt) and (lost or seen > before)
        before = seen
        doubted = lost and line.confidence == "high"
        yield replace(line, confidence="medium", reason=WHY, doubt=WHY) if doubted else line
