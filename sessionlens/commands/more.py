"""Would a shell ask for more behind these lines?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache

from .dialects import BASH, Dialect
from .grammar import MOST, parse
from .lexing import Lexer

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
_SHORT = 1024  # characters of a line that is tried with each of these behind it


class Unfinished:
    """The lines of one command, one after the other, and whether a shell would ask for another.

    What a line costs does not depend on how many came before it, beyond the MOST characters of the tree.
    """

    def __init__(self, text: str, shell: Dialect = BASH, aliases: Mapping[str, str] | None = None) -> None:
        self._lines: list[str] = []
        self._code = ""
        """The lines without what here-documents hold, and without them: each ends in a line feed."""
        self._last = ""
        self._by_tree = False
        self._lexer = Lexer(shell, aliases)
        self._sql = _SQL.match(text) is not None
        self.add(text)

    def add(self, text: str) -> None:
        """One more line, or several."""
        for line in text.split("\n"):
            self._add(line)

    def _add(self, line: str) -> None:
        self._lines.append(line)
        code = self._lexer.read(line)
        if code is None:
            if not self._lexer.heredocs:
                self.__dict__.pop("open", None)
            return
        known = self._by_tree and self.__dict__.get("open", False) and not _CLOSES.search(code)
        self._last = code
        if len(self._code) <= MOST:
            self._code += code + "\n"
        if not known:  # what closes nothing need not be parsed
            self.__dict__.pop("open", None)

    def end(self) -> bool:
        """The input came to its end: here-documents too, if there were any."""
        ended = self.bodies
        self._lexer.heredocs.clear()
        self.__dict__.pop("open", None)
        return ended

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
        return bool(self._lexer.heredocs)

    @property
    def waits(self) -> bool:
        """Does its last line by itself ask for more, or is a here-document or SQL not at its end?"""
        sql = self._sql and not _ENDS_SQL.search(self._last)
        return bool(sql or self.bodies or self._lexer.asks)

    @cached_property
    def open(self) -> bool:
        """True where a shell would ask for another line (or would call these an error).

        Of a text that is longer than MOST only its last line and its here-documents are looked at.
        """
        if self.waits or self._lexer.inside:
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
