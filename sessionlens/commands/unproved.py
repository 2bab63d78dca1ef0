"""Lines typed without echo where the shell reads its commands, though nobody saw the echo go off.

A script can have done that (`stty -echo`), a key of the user's own can have changed the line; a program may
as well have shown that very prompt to ask for a secret. So their text is not shown, but nobody may take them
for a password that was asked for: they are told as `unread`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter

from .blind import same
from .editor import KeyLine
from .line import Line
from .prompts import Prompts, is_marked, shape
from .screen import PASTE, View


class Unproved:
    """Asked about the lines of keys of one recording that never showed, given the lines that were run."""

    def __init__(self, view: View, prompts: Prompts, lines: Sequence[Line]) -> None:
        self.view, self.prompts = view, prompts
        run = {line.prompt for line in lines if line.outcome == "run" and line.prompt.strip()}
        self._texts = {same(prompt) for prompt in run}
        self._shapes = {shape(prompt) for prompt in run if is_marked(prompt)}
        self._points = view.trace.points.of("input")

    def at_prompt(self, key_line: KeyLine) -> bool:
        """Was it begun at a prompt of commands, where no editor is seen to take them, and handed over?"""
        if key_line.ender != "enter" or not key_line.readings[0].typed.strip():
            return False
        at = bisect_left(self._points, key_line.first_event, key=attrgetter("event"))
        if at == len(self._points) or self._points[at].event != key_line.first_event:
            return False  # nothing was printed since the line before
        point = self._points[at]
        if point.alternate or self.view.is_on(PASTE, point.offset):
            return False
        left = self.prompts.known_end(self.view.rest(point).left, False)
        return same(left) in self._texts or (is_marked(left) and shape(left) in self._shapes)
