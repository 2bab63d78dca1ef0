"""Here-documents of a command line, found in the tree of the shell grammar, never by their looks.

`: "<<X"` and `$((1<<X))` hold none. The grammar takes the word too far (`X;`, `X)`), so only the place is the
tree's; the word is that of POSIX, 2.7.4.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .grammar import MOST, parse

if TYPE_CHECKING:
    import tree_sitter

_MOST_OF_A_LINE = 4
_WORD = re.compile(r"""(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|\$[({][^(){}]*[)}]|[^\s;&|<>()'"\\])+""", re.S)
_QUOTES = re.compile(r"""'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)""", re.S)


class Heredoc(NamedTuple):
    """The line that ends it, and whether tabs may stand before that."""

    word: str
    tabs: bool

    def ends(self, line: str) -> bool:
        """Is this its last line?"""
        return (line.lstrip("\t") if self.tabs else line) == self.word


def begun(before: str, line: str) -> tuple[str, list[Heredoc]]:
    """The here-documents that a line begins, and the line with plain redirections in their place.

    `before` are the lines that it goes on from, with their line feeds.
    """
    found: list[Heredoc] = []
    before = before if len(before) + len(line) < MOST else ""
    while "<<" in line and len(found) < _MOST_OF_A_LINE:
        start = _first(parse(f"{before}{line}\n"), len(before))
        at = line.rfind("<<", 0, start - len(before)) if start is not None else -1
        word = _WORD.match(line, start - len(before)) if start is not None else None
        if at < 0 or word is None:
            break
        size = 3 if line.startswith("<<-", at) else 2
        line = line[:at] + "<".ljust(size) + line[at + size :]
        if line.count("`", 0, at) % 2 and "`" in word[0]:
            continue  # ended with its substitution
        found.append(Heredoc(_QUOTES.sub(r"\1\2\3", word[0]), size == 3))
    return line, found


def _first(node: tree_sitter.Node, behind: int) -> int | None:
    """Where the word of the first here-document begins, at or behind this place."""
    stack = [node]
    while stack:
        node = stack.pop()
        if node.type == "heredoc_start" and node.start_byte >= behind:
            return node.start_byte
        stack += [child for child in reversed(node.children) if child.end_byte > behind]
    return None
