"""The shell grammar (tree-sitter-bash): the tree of a command line.

The grammar is C that hostile text must not reach as it is. Its scanner asks `isdigit` about any code point,
which reads outside of libc's table (`{` and U+F0000 end the process, tree-sitter-bash issue 337), and its
error recovery takes quadratic time. So it sees one ASCII byte a character, and no more than MOST of them.
"""

from __future__ import annotations

import re
from functools import cache

import tree_sitter
import tree_sitter_bash

MOST = 8192
_FOREIGN = re.compile(r"[^\x01-\x7f]")


@cache
def _parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


def parse(text: str) -> tree_sitter.Node:
    """The tree of the first MOST characters; its byte offsets are offsets into `text`.

    A character that is not ASCII, and NUL, goes in as a letter: to a shell too they are only part of a word.
    """
    return _parser().parse(_FOREIGN.sub("Z", text[:MOST]).encode("ascii")).root_node
