"""vi's motions over one line, as readline and as zle see them: to which place a key goes.

Both differ from vi, and from each other: at the line's end, in what a word is, in what counts as a failure.
"""

from __future__ import annotations

from collections.abc import Sequence

from .words import ahead, behind, blank, ident, rest, visible

_PAIRS = {"(": ")", "[": "]", "{": "}", ")": "(", "]": "[", "}": "{"}


def word(chars: Sequence[str], at: int, big: bool) -> int:
    """Behind the word, or what is none, at a place."""
    if big:
        return ahead(chars, at, visible)
    return ahead(chars, at, ident if at < len(chars) and ident(chars[at]) else rest)


def next_word(chars: Sequence[str], at: int, count: int, big: bool) -> int:
    """w and W in readline."""
    for _ in range(count):
        if at >= len(chars) - 1:
            break
        at = ahead(chars, word(chars, at, big), blank)
    return at


def next_word_zle(chars: Sequence[str], at: int, count: int, big: bool, change: bool) -> int:
    """w and W in zle; after c the last word without the blanks behind it."""
    for left in range(count, 0, -1):
        at = word(chars, at, big)
        if change and left == 1:
            break
        at = ahead(chars, at, str.isspace)
    return at


def word_end(chars: Sequence[str], at: int, count: int, big: bool) -> int:
    """e and E: on the last character of the next word."""
    for _ in range(count):
        if at >= len(chars) - 1:
            break
        start = ahead(chars, at + 1 if not blank(chars[at]) else at, blank)
        at = max(word(chars, start, big) - 1, at) if start < len(chars) else start
    return at


def word_end_zle(chars: Sequence[str], at: int, count: int, big: bool) -> int:
    for _ in range(count):
        start = ahead(chars, at + 1, str.isspace)
        if start >= len(chars):
            return len(chars)
        at = word(chars, start, big) - 1
    return at


def word_back(chars: Sequence[str], at: int, count: int, big: bool) -> int:
    """b and B."""
    for _ in range(count):
        at = behind(chars, at, str.isspace)
        if at:
            at = behind(chars, at, visible if big else ident if ident(chars[at - 1]) else rest)
    return at


def find(chars: Sequence[str], at: int, count: int, kind: str, char: str, short: bool) -> int | None:
    """f, F, t and T: the count-th of a character; where there are fewer None, or `short` of it the last."""
    step = 1 if kind in "ft" else -1
    found: int | None = None
    for _ in range(count):
        at += step
        while 0 <= at < len(chars) and chars[at] != char:
            at += step
        if not 0 <= at < len(chars):
            break
        found = at
    else:
        short = True
    return None if found is None or not short else found - step if kind in "tT" else found


def bracket(chars: Sequence[str], at: int) -> int | None:
    """%: the other bracket of the first one at or behind a place."""
    at = ahead(chars, at, lambda char: char not in _PAIRS)
    if at >= len(chars):
        return None
    one, other, depth = chars[at], _PAIRS[chars[at]], 0
    step = 1 if one in "([{" else -1
    while 0 <= at < len(chars):
        depth += (chars[at] == one) - (chars[at] == other)
        if not depth:
            return at
        at += step
    return None


def flipped(kind: str) -> str:
    return kind.swapcase()
