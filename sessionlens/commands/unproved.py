"""Lines typed without echo where the shell reads its commands, though nobody saw the echo go off.

A script can have done that (`stty -echo`), a key of the user's own can have changed the line; a program may
as well have shown that very prompt to ask for a secret. So their text is not shown, but nobody may take them
for a password that was asked for: they are told as `unread`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Container, Sequence
from operator import attrgetter

from .ahead import Passed
from .blind import same
from .editor import KeyLine
from .line import Line
from .prompts import Prompts, is_marked, shape
from .screen import PASTE, View

_FAR = 1 << 16  # bytes between a line and the prompt that tells of it


class Unproved:
    """Asked about the lines of keys of one recording that never showed, given the lines that were run."""

    def __init__(self, view: View, prompts: Prompts, lines: Sequence[Line], ahead: Container[int]) -> None:
        """`ahead`: the first bytes of those that an editor may have taken without a prompt of their own."""
        self.view, self.prompts, self.ahead = view, prompts, ahead
        self._passed = Passed(view, prompts, set())
        self._taken = sorted(line.candidate.point.offset for line in lines if line.outcome != "empty")
        run = {line.prompt for line in lines if line.outcome == "run" and line.prompt.strip()}
        self._texts = {same(prompt) for prompt in run}
        self._shapes = {shape(prompt) for prompt in run if is_marked(prompt)}
        self._points = view.trace.points.of("input")

    def holds(self, key_line: KeyLine) -> bool:
        """May the shell have read it?"""
        if key_line.ender != "enter" or not key_line.readings[0].typed.strip():
            return False
        return key_line.first in self.ahead or self._at_prompt(key_line) or self._before_prompt(key_line)

    def _before_prompt(self, key_line: KeyLine) -> bool:
        """Did a prompt come behind it at which nobody typed, and go?"""
        start = self.view.offset_at(key_line.last_event)
        at = bisect_right(self._taken, start)
        stop = self._taken[at] if at < len(self._taken) else self.view.end
        stop = min(stop, start + _FAR)
        return next(self._passed.between(start, stop, typed=True), None) is not None

    def _at_prompt(self, key_line: KeyLine) -> bool:
        """Was it begun at a prompt of commands?"""
        at = bisect_left(self._points, key_line.first_event, key=attrgetter("event"))
        if at == len(self._points) or self._points[at].event != key_line.first_event:
            return False  # nothing was printed since the line before
        point = self._points[at]
        if point.alternate:
            return False
        left = self.prompts.known_end(self.view.rest(point).left, self.view.is_on(PASTE, point.offset))
        return same(left) in self._texts or (is_marked(left) and shape(left) in self._shapes)
