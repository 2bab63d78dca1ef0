"""The words of a command line, in linear time: as shlex cuts it with quotes, escapes and comments.

shlex itself takes quadratic time for one long word, and a line of a hostile recording can be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = 4096
"""Characters of a command line that are looked at where more would take more than linear time."""

_PIECE = re.compile(
    r"""(?P<blank>[ \t\r\n]+)|(?P<note>\#[^\n]*)|(?P<mark>[;&|()<>]+)|(?P<plain>[^ \t\r\n;&|()<>'"\\\#]+)"""
    r"""|'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]++|\\.)*+)"|\\(?P<one>.)""",
    re.S,
)
_ESCAPED = re.compile(r"""\\(["\\])""")


def split(text: str) -> list[str] | None:
    """The words, and runs of `;&|()<>` as words of their own; None where a quote does not close."""
    try:
        return list(_words(text))
    except ValueError:
        return None


def _words(text: str) -> Iterator[str]:
    at, parts = 0, list[str]()
    while at < len(text):
        match = _PIECE.match(text, at)
        if match is None:
            raise ValueError("a quote that does not close")
        at, kind = match.end(), match.lastgroup or ""
        if kind in ("blank", "note", "mark"):
            if parts:
                yield "".join(parts)
            parts = []
            if kind == "mark":
                yield match[0]
        else:
            parts.append(_ESCAPED.sub(r"\1", match[kind]) if kind == "double" else match[kind])
    if parts:
        yield "".join(parts)
