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
_WORD = re.compile(
    r"""[ \t]*((?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|\$[({][^(){}]*[)}]|[^\s;&|<>()'"\\])+)""", re.S
)
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
        at = _first(parse(f"{before}{line}\n"), before + line, len(before))
        if at is None:
            break
        size = 3 if line.startswith("<<-", at) else 2
        word = _WORD.match(line, at + size)
        if word is None:
            break
        line = line[:at] + "<".ljust(size) + line[at + size :]
        if line.count("`", 0, at) % 2 and "`" in word[1]:
            continue  # ended with its substitution
        found.append(Heredoc(_QUOTES.sub(r"\1\2\3", word[1]), size == 3))
    return line, found


def _first(node: tree_sitter.Node, text: str, behind: int) -> int | None:
    """Where the operator of the first here-document stands, from `behind` on.

    In front of a command the grammar knows none: there it has a `<` too much before a redirection.
    """
    stack = [node]
    while stack:
        node = stack.pop()
        start = node.start_byte
        if node.type == "heredoc_start" and start >= behind:
            at = text.rfind("<<", behind, start)
            return at - behind if at >= 0 else None
        doubled = start > behind and text[start - 1 : start + 1] == "<<"
        if node.type == "file_redirect" and doubled and not text[:start].endswith(("<<", "\\<")):
            return start - 1 - behind
        stack += [child for child in reversed(node.children) if child.end_byte > behind]
    return None
