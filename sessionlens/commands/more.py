"""Would a shell ask for more behind these lines?"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

from .grammar import MOST, parse
from .heredocs import Heredoc, begun

_OPEN_END = re.compile(r"(?:\\|\||&&|\b(?:do|then|else|begin))\s*$")
_SQL = re.compile(
    r"\s*(?:select\s(?!\w+\s+in\b)|insert\s+into|update\s+\S+\s+set|delete\s+from|with\s+\w+\s+as"
    r"|(?:create|drop|alter)\s+(?:temp\w*\s+)?(?:table|view|index|trigger|database|user|role|function)\b)",
    re.I,
)
_ENDS_SQL = re.compile(r"(?:;|\\\w+)\s*(?:--.*)?$")
_CLOSES = re.compile(r"[])}'\"`;&]|\b(?:done|fi|esac|end|then|do)\b|<<")
_CLOSERS = tuple(
    each + "\n"
    for each in (
        *("'", '"', "`", ")", "))", "}", "\n}", "\n)", "\nesac", "\n]]", '")', '}"'),
        *("\n:\ndone", ";do :\ndone", "\n:\nfi", ";then :\nfi"),
    )
)
_BUDGET = 1 << 16  # characters of lines before one, that are read to tell its here-documents
_SHORT = 1024  # characters of a line that is tried with each of these behind it


class Unfinished:
    """The lines of one command, one after the other, and whether a shell would ask for another.

    What a line costs does not depend on how many came before it, beyond the MOST characters of the tree.
    """

    def __init__(self, text: str) -> None:
        self._lines: list[str] = []
        self._code = ""
        """The lines without what here-documents hold, and without them: each ends in a line feed."""
        self._last = ""
        self._by_tree = False
        self._left = _BUDGET
        self._heredocs: list[Heredoc] = []
        """Those that are still to end."""
        self._sql = _SQL.match(text) is not None
        self.add(text)

    def add(self, text: str) -> None:
        """One more line, or several."""
        for line in text.split("\n"):
            self._add(line)

    def _add(self, line: str) -> None:
        self._lines.append(line)
        if self._heredocs:
            if self._heredocs[0].ends(line):
                del self._heredocs[0]
                self.__dict__.pop("open", None)
            return
        open_still = self._by_tree and self.__dict__.get("open", False) and not _CLOSES.search(line)
        self._left -= len(self._code) if "<<" in line else 0
        self._last, self._heredocs = begun(self._code if self._left > 0 else "", line)
        if len(self._code) <= MOST:
            self._code += self._last + "\n"
        if not open_still:  # what closes nothing need not be parsed
            self.__dict__.pop("open", None)

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self._lines)

    @property
    def code(self) -> str:
        """All lines that are code, without here-documents."""
        return self._code[:-1]

    @property
    def bodies(self) -> bool:
        """Is a here-document not at its end?"""
        return bool(self._heredocs)

    @property
    def waits(self) -> bool:
        """Does its last line by itself ask for more, or is a here-document or SQL not at its end?"""
        sql = self._sql and not _ENDS_SQL.search(self._last)
        return bool(sql or self._heredocs or _OPEN_END.search(self._last))

    @cached_property
    def open(self) -> bool:
        """True where a shell would ask for another line (or would call these an error).

        Of a text that is longer than MOST only its last line and its here-documents are looked at.
        """
        if self.waits:
            return True
        self._by_tree = len(self._code) <= MOST
        return self._by_tree and parse(self._code).has_error


def incomplete(text: str) -> bool:
    """`Unfinished.open` of a text as a whole."""
    return Unfinished(text).open


@lru_cache(maxsize=1024)
def unfinished(text: str) -> bool:
    """Is something begun that a closing word or mark would end? What none mends is another grammar."""
    typed = Unfinished(text)
    if not typed.open or typed.waits:
        return typed.waits
    if len(text) > _SHORT or text.split()[-1:] == ["end"]:
        return False  # fish closes all its blocks so
    return any(not parse(typed.code + closer).has_error for closer in _CLOSERS)
