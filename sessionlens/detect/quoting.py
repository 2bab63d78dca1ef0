"""Quote removal and brace expansion of one shell word, as bash(1) "EXPANSION" and "QUOTING" describe them.

It is not an evaluator: a variable is replaced only where its value is known from the same text, and
substitutions, arithmetic and globs stay as they were written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

MAX_WORDS = 256
_LONGEST = 4096  # a word that is longer keeps its braces
_ESCAPES = {
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "E": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
_ANSI_C = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|U[0-9A-Fa-f]{1,8}|[0-7]{1,3}|.)", re.S)
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
_BRACES = re.compile(r"(?<!\$)\{([^{},\s'\"\\]*,[^{}\s'\"\\]*)\}")


def unquote(source: str, variables: Mapping[str, str] | None = None) -> str:
    """The word that a shell makes of `source` by removing its quotes."""
    known = variables or {}
    out: list[str] = []
    at = 0
    while at < len(source):
        text, at = _next(source, at, known)
        out.append(text)
    return "".join(out)


def expand_braces(source: str) -> list[str]:
    """`-{r,f}` -> `-r`, `-f`; a word without braces as it is. Ranges (`{1..9}`) stay."""
    words = [source]
    at = 0
    for _ in range(16 if len(source) <= _LONGEST else 0):
        match = None
        while at < len(words) <= MAX_WORDS and (match := _BRACES.search(words[at])) is None:
            at += 1
        if match is None:
            break
        found, inside = words[at], match[1].split(",", MAX_WORDS)
        words[at : at + 1] = [found[: match.start()] + part + found[match.end() :] for part in inside]
    return words[:MAX_WORDS]


def _next(source: str, at: int, known: Mapping[str, str]) -> tuple[str, int]:
    char = source[at]
    if char == "\\":
        return ("" if source[at + 1 : at + 2] == "\n" else source[at + 1 : at + 2]), at + 2
    if char == "'":
        end = _find(source, "'", at + 1)
        return source[at + 1 : end], end + 1
    if source.startswith("$'", at):
        end = _closing(source, at + 2, "'")
        return _ANSI_C.sub(_ansi_c, source[at + 2 : end]), end + 1
    if char == '"' or source.startswith('$"', at):
        start = at + (1 if char == '"' else 2)
        end = _closing(source, start, '"')
        return _double(source[start:end], known), end + 1
    if char in "$`":
        return _expansion(source, at, known)
    return char, at + 1


def _expansion(source: str, at: int, known: Mapping[str, str]) -> tuple[str, int]:
    match = _VARIABLE.match(source, at)
    if match:
        return known.get(match[1] or match[2], match[0]), match.end()
    for opening, closing in (("$((", "))"), ("$(", ")"), ("${", "}"), ("`", "`")):
        if source.startswith(opening, at):
            end = _find(source, closing, at + len(opening)) + len(closing)
            return source[at:end], end
    return source[at], at + 1


def _double(body: str, known: Mapping[str, str]) -> str:
    body = re.sub(r'\\(?:\n|([$`"\\]))', lambda m: m[1] or "", body)
    return _VARIABLE.sub(lambda m: known.get(m[1] or m[2], m[0]), body)


def _ansi_c(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "xuU" and len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number <= 0x10FFFF else match[0]
    if code[0] in "01234567":
        return chr(int(code, 8) & 0xFF)
    return _ESCAPES.get(code, code)


def _closing(source: str, at: int, quote: str) -> int:
    while at < len(source) and source[at] != quote:
        at += 2 if source[at] == "\\" else 1
    return min(at, len(source))


def _find(source: str, what: str, start: int) -> int:
    end = source.find(what, start)
    return len(source) if end < 0 else end
