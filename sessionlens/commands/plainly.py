"""A text without what its here-documents hold, or with a word for each; or as another shell has it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from .dialects import BASH, Dialect
from .heredocs import Heredoc, redirection
from .lexing import Lexer

_DIFFERS = re.compile(r"[#'`]|&>|<<")
_MARK = "\ue000"  # no shell gives it a meaning
_MOST = 4096


def in_bash(text: str, shell: Dialect) -> str:
    """A line of a shell as bash would have it, but for here-documents."""
    if shell == BASH or not _DIFFERS.search(text):
        return text
    lexer = Lexer(shell, written=lambda operator, word, _: operator + word)
    return "\n".join(line if (code := lexer.read(line)) is None else code for line in text.split("\n"))


def plainly(text: str, held: dict[str, Heredoc]) -> str:
    """A text with a file of its own for each here-document; `held` learns what each of these holds."""
    if "<<" not in text:
        return text

    def place(operator: str, word: str, heredoc: Heredoc) -> str:
        name = f"{_MARK}{len(held)}{_MARK}"
        if len(held) < _MOST:
            held[name] = heredoc
        return f"<{name} "

    return _code(text, place)


@lru_cache(16)
def code(text: str) -> str:
    """A text without what its here-documents hold, and with `<` for `<<`."""
    return _code(text, redirection) if "<<" in text else text


def _code(text: str, written: Callable[[str, str, Heredoc], str]) -> str:
    lexer = Lexer(written=written)
    return "\n".join(line for each in text.split("\n") if (line := lexer.read(each)) is not None)
