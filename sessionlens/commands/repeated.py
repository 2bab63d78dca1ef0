"""Lines at the very prompt of a line before them that a shell would go on with, and that printed nothing.

Where somebody made the continuation prompt look like the first (`PS2="$PS1"`), they may be rows of its
here-document, loop or quote; where a name meant something else, they were run. Nothing on the screen tells.
"""

from __future__ import annotations

from .line import Line
from .more import Unfinished, unfinished

WHY = "the shell may have waited for more at this very prompt: it may be part of another command"


class Repeated:
    """Goes through the lines that were handed over, in order."""

    def __init__(self) -> None:
        self._typed = Unfinished("")
        self._prompt = ""

    def goes_on(self, line: Line, silent: bool) -> bool:
        """May this line, which begins a command as far as is known, be more of the one before?"""
        typed = self._typed
        waits = typed.bodies or (typed.open and unfinished(typed.text))
        if silent and waits and line.prompt == self._prompt:
            typed.add(line.text)
            return True
        self._typed, self._prompt = Unfinished(line.text), line.prompt
        return False

    def joined(self, line: Line) -> None:
        """This one is more of the command before, as its prompt says."""
        self._typed.add(line.text)

    def ended(self) -> None:
        """Whatever it was, it was thrown away."""
        self._typed = Unfinished("")
