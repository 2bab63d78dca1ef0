"""What is open in shell code (a quote, a substitution, brackets, commands), and what counts in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

CODE = re.compile(
    r"""(?P<blank>[ \t\r\n]+)|(?P<plain>[^\s;&|()<>'"\\$`\#\[]+)|(?P<escape>\\.|\$\$)"""
    r"""|(?P<opens>\$\(\(|\$[({'"\[]|['"`]|[<>]\()|(?P<redirect><<<|<<-?|<>|<&|>\||>>|>&|&>>?|<|>)"""
    r"""|(?P<operator>;;?&?|&&|&|\|\||\|&?|[()])|(?P<other>.)""",
    re.S,
)
QUOTED = re.compile(r"""[^"\\$`]+|\\.|\$\$|(?P<opens>\$\(\(|\$[({\[]|`)|(?P<end>")|.""", re.S)
INSIDE = re.compile(
    r"""[^\\'"$`()\[\]{}]+|\\.|\$\$|(?P<opens>\$\(\(|\$[({'"\[]|["`])|(?P<single>')|(?P<bracket>[][(){}])|.""",
    re.S,
)
CONDITION_ENDS = re.compile(r"(?:^|\s)\]\](?=[\s;&|)]|$)")
ESCAPES = re.compile(r"(?:[^'\\]|\\.)*+")
EXPANSION = re.compile(r"[!#]?[\w@*?$-]*(?:\[[^]}]*\])?([#%/^,~])?")
BRACKETS = {"}": "", "]": "[", "))": "("}
ENDS = {"$((": "))", "$[": "]", "$'": "$'", '$"': '"', "'": "'", '"': '"', "`": "`"}
ATTACHED = frozenset("=?*+@!")  # in front of `(`: an array, a pattern
ASSIGNS = re.compile(r"\w+(?:\[\0)?\+?=", re.A)
NAME = re.compile(r"[A-Za-z_]\w*", re.A)
_LONGEST = 256  # characters of a word that are looked at


@dataclass(slots=True)
class Level:
    """A quote or bracket that is open, and how it ends."""

    end: str = ""
    code: bool = True
    """Commands stand in it."""

    substitutes: bool = False
    """It is part of a word."""

    single: bool = True
    """A `'` quotes in it."""

    deep: int = 0
    begun: int = 0
    """Here-documents of this line that began before it."""

    word: str | None = None
    """The word so far; NUL for what is quoted or expanded in it."""

    start: int = 0
    first: bool = True
    """The next word is the name of a command."""

    target: bool = False
    """... of a file."""

    cases: int = 0
    array: bool = False

    def part(self, at: int, end: int, text: str) -> int:
        """A part of a word stands there; where to go on."""
        if self.word is None:
            self.word, self.start = "", at
        if len(self.word) < _LONGEST:
            self.word += text
        return end
