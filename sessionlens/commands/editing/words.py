"""Where words begin and end, which every editor sees differently."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

Member = Callable[[str], bool]
_ZLE = frozenset("*?_-.[]~=/&;!#$%^(){}<>")
_TOKEN = re.compile(
    r"""[()\n]|&&|\|\||;;|[|&;<>]+|(?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s|&;()<>"'\\`])+""", re.S
)


def alnum(char: str) -> bool:
    """readline's words."""
    return char.isalnum()


def wordchar(char: str) -> bool:
    """zle's words, with WORDCHARS as it comes."""
    return char.isalnum() or char in _ZLE


def ident(char: str) -> bool:
    """vi's words."""
    return char.isalnum() or char == "_"


def blank(char: str) -> bool:
    return char in " \t"


def visible(char: str) -> bool:
    return char not in " \t"


def rest(char: str) -> bool:
    """What vi counts as a word of its own: neither blank nor of a name."""
    return not ident(char) and char not in " \t\n"


def ahead(chars: Sequence[str], at: int, member: Member) -> int:
    """Behind the members that stand at a place."""
    while at < len(chars) and member(chars[at]):
        at += 1
    return at


def behind(chars: Sequence[str], at: int, member: Member) -> int:
    """Before the members that stand left of a place."""
    while at > 0 and member(chars[at - 1]):
        at -= 1
    return at


def negated(member: Member) -> Member:
    return lambda char: not member(char)


def forward(chars: Sequence[str], at: int, member: Member, count: int = 1) -> int:
    """To the end of the next word (M-f in readline, M-d in both); to the left where the count is negative."""
    other = negated(member)
    for _ in range(abs(count)):
        if at == (len(chars) if count > 0 else 0):
            break
        step = ahead if count > 0 else behind
        at = step(chars, step(chars, at, other), member)
    return at


def onward(chars: Sequence[str], at: int, member: Member, count: int = 1) -> int:
    """To the beginning of the next word (M-f in zle)."""
    if count < 0:
        return forward(chars, at, member, count)
    for _ in range(min(count, len(chars))):
        at = ahead(chars, ahead(chars, at, member), negated(member))
    return at


def arguments(line: str) -> list[str] | None:
    """The words of a line as the shell's own tokeniser cuts it; None where that takes a grammar."""
    if re.search(r"[`]|[$<>]\(|\$['\"{]|<<|[<>]&|&>|>\||\d[<>]|#|\(\(|[{}]", line):
        return None
    found = _TOKEN.findall(line)
    return (
        found
        if "".join(found) == re.sub(r"(?<!\\)\s", "", line) or " " not in line
        else _checked(line, found)
    )


def _checked(line: str, found: list[str]) -> list[str] | None:
    """A quote that was left open does not match: then nothing is known."""
    left = line
    for word in found:
        left = left.replace(word, "", 1)
    return None if left.strip() else found
