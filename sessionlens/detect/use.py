"""One call as a mark sees it: the call, its arguments, and the other calls of the line."""

from __future__ import annotations

from dataclasses import dataclass

from .model import Call, targets
from .options import Arguments
from .pipes import Line


@dataclass(frozen=True, slots=True)
class Use:
    """A call with what a mark asks about it."""

    call: Call
    given: Arguments
    line: Line

    @property
    def program(self) -> str:
        return self.call.family

    @property
    def is_fed(self) -> bool:
        """Does something come in from a pipe or file?"""
        return self.line.feeds(self.call) or bool(targets(self.call, "<", "<<<", "<<"))

    @property
    def text(self) -> str:
        """The words behind the program, as one text."""
        return " ".join(self.call.words[1:])
