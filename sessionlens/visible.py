"""Hostile text made harmless for people: control, bidi and invisible characters as visible escapes.

Not for data: JSON and the tables keep the text as it was; this is for terminals, logs, bands and pages.
"""

from __future__ import annotations

import re
import unicodedata

ESCAPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
BLANKS = re.compile(
    r"[\u00a0\u115f\u1160\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000\u3164\uffa0]"
)


def visible(text: str, keep: str = "") -> str:
    """The text with each control, format, private and odd blank character as `\\xNN` or `\\uNNNN`.

    `keep` names characters that stay as they are, such as a newline. What is printable stays; a
    backslash does too, so the result is for reading and not for parsing.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c in keep or not is_hidden(c) else escape(c) for c in text)


def is_hidden(character: str) -> bool:
    """Whether a reader could miss this character or be misled by it."""
    return unicodedata.category(character) in ESCAPED or BLANKS.match(character) is not None


def escape(character: str) -> str:
    """One character by its code: `\\x1b`, `\\u202e`, `\\U000e0041`; newline and tab by their names."""
    code = ord(character)
    named = {9: "\\t", 10: "\\n", 13: "\\r"}
    if code in named:
        return named[code]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
