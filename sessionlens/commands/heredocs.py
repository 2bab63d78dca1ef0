"""Here-documents: the word that ends one, and its lines (POSIX 2.7.4; bash's make_here_document).

Where one begins is told by lexing.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .ansi_c import ansi_c
from .dialects import Dialect

_WORD = re.compile(
    r"""[ \t]*((?:\$?'(?:(?<=\$')(?:\\.|[^'\\])*|(?<!\$')[^']*)'|"(?:\\.|[^"\\])*"|\\.|`[^`]*`"""
    r"""|\$\([^()]*\)|\$\{[^{}]*\}|[^\s;&|<>()'"\\`])+)""",
    re.S,
)
_QUOTES = re.compile(
    r"""(\$?)'((?:(?<=\$')(?:\\.|[^'\\])*|(?<!\$')[^']*))'|\$?"((?:\\.|[^"\\])*)"|\\(.)""", re.S
)
_IN_QUOTES = re.compile(r'\\([$`"\\])')
_LONGEST = 1024  # characters of a line that may be the last


@dataclass(slots=True)
class Heredoc:
    """What ends it, whether tabs may stand before that, whether it is taken as written; its lines so far."""

    word: str
    tabs: bool = False
    quoted: bool = False
    lines: list[str] = field(default_factory=list)
    _before: str = ""
    """The line before goes on: a backslash stood at its end."""

    @property
    def text(self) -> str:
        """What a program reads of it, if nothing is expanded."""
        return "".join(f"{line.lstrip(chr(9)) if self.tabs else line}\n" for line in self.lines)

    def ends(self, line: str) -> bool:
        """Is this its last line? All others are kept."""
        last = self._last(line)
        self.lines += [] if last else [line]
        return last

    def _last(self, line: str) -> bool:
        line = self._before + line
        slashes = 0 if self.quoted else len(line) - len(line.rstrip("\\"))
        self._before = line[:-1] if slashes % 2 and len(line) < _LONGEST else ""
        return not slashes % 2 and (line.lstrip("\t") if self.tabs else line) == self.word


def heredoc(line: str, at: int, stop: int, tabs: bool, shell: Dialect) -> tuple[Heredoc | None, int]:
    """The here-document whose operator ends at `at`, if a word stands there before `stop`, and where that
    ends.
    """
    match = _WORD.match(line, at, stop)
    if match is None:
        return None, at
    raw = match[1]

    def unquoted(match: re.Match[str]) -> str:
        dollar, single, double, one = match.groups()
        if single is not None:
            return ansi_c(single) if dollar and shell.extended else dollar + single
        return one if double is None else _IN_QUOTES.sub(r"\1", double)

    word = _QUOTES.sub(unquoted, raw)
    return Heredoc(word, tabs, word != raw or bool(_QUOTES.search(raw))), match.end()


def redirection(operator: str, word: str, heredoc: Heredoc) -> str:
    """The operator and word of a here-document as those of any redirection."""
    return f"<{word}"
