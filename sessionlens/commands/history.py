"""One shell's line editors, each with the history that this shell may keep.

Histories differ: bash joins the rows of one command with `; ` (`cmdhist`), Debian's configuration leaves out
repeats and lines that begin with a blank (`ignoreboth`). Which it is is not asked: each form has its editor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .editing import DIALECTS, Editor

_GOES_ON = re.compile(r"(?:[;&|({]|\b(?:do|then|else|elif|in))\s*$")


@dataclass(slots=True)
class Remembering:
    """An editor, and how its history is kept."""

    editor: Editor
    joined: bool
    distinct: bool

    def ran(self, text: str) -> None:
        """One more command."""
        line = joined_rows(text) if self.joined else text
        if not self.distinct or (self.editor.history[-1:] != [line] and not line.startswith(" ")):
            self.editor.ran(line)


class Shell:
    """The editors of one shell, in the order in which they are asked: who was right last is first."""

    def __init__(self) -> None:
        self.plain = True
        """So far nothing was run that the forms keep differently."""
        self.usual = [Remembering(Editor(dialect), False, False) for dialect in DIALECTS]
        self.special: list[Remembering] = []
        """Made once there is something that they keep differently."""

        self._all: list[str] = []

    def ran(self, text: str) -> None:
        """One more command."""
        last = self.usual[0].editor.history[-1:]
        self.plain &= "\n" not in text and not text.startswith(" ") and last != [text]
        if self.plain:
            self._all.append(text)
        elif not self.special:
            self.special = list(_special(self._all))
            self._all = []
        for each in [*self.usual, *self.special]:
            each.ran(text)

    def editors(self) -> Iterator[Editor]:
        """The editors that may say something."""
        for each in self.usual if self.plain else [*self.usual, *self.special]:
            yield each.editor

    def right(self, editor: Editor) -> None:
        """This one was right."""
        for some in (self.usual, self.special):
            some.sort(key=lambda each: each.editor is not editor)


def _special(ran: list[str]) -> Iterator[Remembering]:
    """The other forms, with what was run so far."""
    for dialect in DIALECTS:
        for joined in (False, True) if dialect.readline else (False,):
            for distinct in (False, True):
                if joined or distinct:
                    each = Remembering(Editor(dialect), joined, distinct)
                    for text in ran:
                        each.ran(text)
                    yield each


def joined_rows(text: str) -> str:
    """The rows of a command in one, as bash does it where no quote or here-document is open."""
    *rows, last = text.split("\n")
    return "".join(row.rstrip() + (" " if _GOES_ON.search(row) else "; ") for row in rows) + last
