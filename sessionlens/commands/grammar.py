"""The shell grammar (tree-sitter-bash): the tree of a command line, and whether the shell would ask for more.

The grammar is C that hostile text must not reach as it is. Its scanner asks `isdigit` about any code point,
which reads outside of libc's table (`{` and U+F0000 end the process, tree-sitter-bash issue 337), and its
error recovery takes quadratic time. So it sees one ASCII byte a character, and no more than MOST of them.
"""

from __future__ import annotations

import re
from functools import cache, cached_property, lru_cache

import tree_sitter
import tree_sitter_bash

MOST = 8192
_OPEN_END = re.compile(r"(?:\\|\||&&|\b(?:do|then|else|begin))\s*$")
_HEREDOC = re.compile(r"(?<!<)<<(-?)\s*['\"\\]?([A-Za-z_]\w*)")
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
_FOREIGN = re.compile(r"[^\x01-\x7f]")


@cache
def _parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


def parse(text: str) -> tree_sitter.Node:
    """The tree of the first MOST characters; its byte offsets are offsets into `text`.

    A character that is not ASCII, and NUL, goes in as a letter: to a shell too they are only part of a word.
    """
    return _parser().parse(_FOREIGN.sub("Z", text[:MOST]).encode("ascii")).root_node


class Unfinished:
    """The lines of one command, one after the other, and whether a shell would ask for another.

    What a line costs does not depend on how many came before it, beyond the MOST characters of the tree.
    """

    def __init__(self, text: str) -> None:
        self.first = ""
        self._size = 0
        self._lines: list[str] = []
        self._by_tree = False
        self._words: list[tuple[bool, str]] = []
        """Closing words of here-documents that are still to come, each with whether tabs may precede it."""
        self._sql = _SQL.match(text) is not None
        for line in text.split("\n"):
            self.add(line)
        self.first = self._lines[0]

    def add(self, line: str) -> None:
        """One more line."""
        if self._words:
            tabs, word = self._words[0]
            if (line.lstrip("\t") if tabs else line) == word:
                del self._words[0]
        else:
            self._words = [(bool(match[1]), match[2]) for match in _HEREDOC.finditer(line)]
        open_still = self._by_tree and self.__dict__.get("open", False) and not _CLOSES.search(line)
        self._lines.append(line)
        self._size += len(line) + 1
        if not open_still:  # what closes nothing need not be parsed
            self.__dict__.pop("open", None)

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self._lines)

    @property
    def waits(self) -> bool:
        """Does its last line by itself ask for more, or is a here-document or SQL not at its end?"""
        last = self._lines[-1]
        sql = self._sql and not _ENDS_SQL.search(last)
        return bool(sql or self._words or _OPEN_END.search(last))

    @cached_property
    def open(self) -> bool:
        """True where a shell would ask for another line (or would call these an error).

        Of a text that is longer than MOST only its last line and its here-documents are looked at.
        """
        if self.waits:
            return True
        self._by_tree = self._size <= MOST
        return self._by_tree and parse(self.text + "\n").has_error


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
    return any(not parse(text + closer).has_error for closer in _CLOSERS)
