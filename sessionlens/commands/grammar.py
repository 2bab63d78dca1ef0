"""Is a command line complete, or will the shell ask for more? The shell grammar knows (tree-sitter-bash)."""

from __future__ import annotations

import re
from functools import cache

import tree_sitter
import tree_sitter_bash

_OPEN_END = re.compile(r"(?:\\|\||&&|\b(?:do|then|else|begin))\s*$")

_HEREDOC = re.compile(r"(?<!<)<<(-?)\s*['\"\\]?([A-Za-z_]\w*)")


@cache
def _parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


def _open_heredoc(text: str) -> bool:
    """Is the closing word of a here-document still to come?"""
    first, *body = text.split("\n")
    for match in _HEREDOC.finditer(first):
        if not any((row.lstrip("\t") if match[1] else row) == match[2] for row in body):
            return True
    return False


def incomplete(text: str) -> bool:
    """True where a shell would ask for another line after these (or would call them an error)."""
    if _OPEN_END.search(text) or _open_heredoc(text):
        return True
    return _parser().parse((text + "\n").encode("utf-8", "surrogateescape")).root_node.has_error
