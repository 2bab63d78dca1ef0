"""Search that no invisible character escapes: text is tried as it is, then without what does not show.

Zero-width and bidi characters, joiners, variation selectors and combining marks are left out, odd blanks
count as a blank, look-alikes that Unicode calls compatible (full-width, mathematical letters) as what they
are compatible with (NFKC), and tag characters (U+E0020..E007E) as the ASCII that they spell.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from sessionlens.visible import BLANKS

DROPPED = frozenset({"Cf", "Mn", "Me", "Cc"})
FILLERS = "\u115f\u1160\u3164\uffa0"
FIRST_TAG, LAST_TAG = "\U000e0020", "\U000e007e"


def find(wanted: re.Pattern[str], text: str) -> str | None:
    """What matches, as the text has it; None if nothing does."""
    match = wanted.search(text)
    if match is not None:
        return match.group()
    if text.isascii() and text.isprintable():
        return None
    for tags in (False, True):
        if tags and not any(FIRST_TAG <= char <= LAST_TAG for char in text):
            break
        folded, places = fold(text, tags)
        match = wanted.search(folded)
        if match is not None:
            if match.start() == match.end():
                return ""
            return text[places[match.start()] : places[match.end() - 1] + 1]
    return None


def fold(text: str, tags: bool = False) -> tuple[str, list[int]]:
    """(what is left, the index in `text` of each character that is left); `tags`: tag characters spell."""
    left: list[str] = []
    places: list[int] = []
    for at, char in enumerate(text):
        plain = chr(ord(char) - 0xE0000) if tags and FIRST_TAG <= char <= LAST_TAG else folded(char)
        left.append(plain)
        places += [at] * len(plain)
    return "".join(left), places


@lru_cache(maxsize=1 << 12)
def folded(char: str) -> str:
    """One character as search sees it, "" for one that does not show."""
    if char.isascii():
        return char if char.isprintable() or char in "\n\t" else ""
    if char in FILLERS or unicodedata.category(char) in DROPPED:
        return ""
    return " " if BLANKS.match(char) else unicodedata.normalize("NFKC", char)
