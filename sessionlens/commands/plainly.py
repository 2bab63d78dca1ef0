"""A text without what its here-documents hold, or with them where a grammar finds them."""

from __future__ import annotations

import re
from functools import lru_cache

from .dialects import BASH, Dialect
from .lexing import Lexer

_DIFFERS = re.compile(r"[#'`]|&>")


def plainly(text: str, shell: Dialect = BASH) -> str:
    """A text as bash would have it, each here-document begun and ended by a plain word."""
    if "<<" not in text and (shell == BASH or not _DIFFERS.search(text)):
        return text
    end = "END"
    while end in text:
        end += "D"
    lexer, lines = Lexer(shell, end=end), list[str]()
    for line in text.split("\n"):
        left = len(lexer.heredocs)
        code = lexer.read(line)
        if left and (code is not None or len(lexer.heredocs) < left):
            lines.append(end)
        lines += [code] if code is not None else [line] if len(lexer.heredocs) == left else []
    return "\n".join([*lines, *[end] * len(lexer.heredocs)])


@lru_cache(16)
def code(text: str) -> str:
    """A text without what its here-documents hold, and with `<` for `<<`."""
    if "<<" not in text:
        return text
    lexer = Lexer()
    return "\n".join(line for each in text.split("\n") if (line := lexer.read(each)) is not None)
