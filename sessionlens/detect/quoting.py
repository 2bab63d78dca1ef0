"""One shell word as the words that it becomes: braces, quotes, field splitting, by bash(1) "EXPANSION".

It evaluates nothing itself: what `$x`, `${…}` and `$(…)` stand for is asked of `Names`, and what is not known
stays as it was written. Globs stay too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Protocol

from sessionlens.commands.ansi_c import ansi_c

MAX_WORDS = 256
LONGEST = 4096  # a word that is longer keeps its braces, and its expansions are no longer than this together
BLANKS = " \t\n"
_NAME = re.compile(r"\$(?:[A-Za-z_]\w*|[0-9@*#?$!-])", re.A)
_JOINS = re.compile(r"\$\*|\$\{(?:\w+\[\*\]|\*)\}")  # between quotes one word
_BRACES = re.compile(
    r""""(?:[^"\\]|\\.)*"|'[^']*'|\\.|\$\{|\{(?P<inside>[^{},\s'"\\]*,[^{}\s'"\\]*)\}""", re.S
)  # what is quoted comes first, so that it is skipped
_PLAIN = re.compile(r"[^\\'\"$`]+")
_PLAIN_QUOTED = re.compile(r'[^\\"$`]+')
_CLOSES = {"(": ")", "{": "}", "$(": ")", "${": "}", '"': '"', "`": "`"}
_IN_BRACKETS = re.compile(r"""\\.|'[^']*'|\$\{|["`()}]""", re.S)
_IN_QUOTES = re.compile(r"""\\.|\$[({]|["`]""", re.S)
_DEEPEST = 64  # brackets in brackets


class Names(Protocol):
    """What names and substitutions stand for."""

    @property
    def separators(self) -> str: ...

    def expand(self, expression: str) -> list[str] | None:
        """The words behind `$x`, `${…}`, `$(…)` or a pair of backticks; None where they are not known."""


class Kind(Enum):
    """What may still happen to a piece of a word."""

    FIXED = "nothing"
    SPLITS = "it comes from an expansion without quotes and is split at blanks"
    BREAK = "a new word begins, as between the elements of an array"


Piece = tuple[str, Kind]


def unquote(source: str, names: Names | None = None) -> str:
    """The word that a shell makes of `source` where nothing is split."""
    return "".join(" " if kind is Kind.BREAK else text for text, kind in _pieces(source, names))


def in_quotes(source: str, names: Names) -> str:
    """What a here-document makes of its lines: as between double quotes."""
    return "".join(text for text, _ in _quoted(source, 0, len(source), names, end=""))


def fields(source: str, names: Names) -> list[str]:
    """The words that a shell makes of `source`: none for `$empty`, several for `{a,b}` and `$several`."""
    words: list[str] = []
    for part in expand_braces(source):
        words += _split(_pieces(part, names), names.separators)
    return words[:MAX_WORDS]


def expand_braces(source: str) -> list[str]:
    """`-{r,f}` -> `-r`, `-f`; a word without braces as it is. Ranges (`{1..9}`) stay."""
    words = [source]
    at = 0
    for _ in range(16 if len(source) <= LONGEST else 0):
        match = None
        while at < len(words) <= MAX_WORDS and (match := _brace(words[at])) is None:
            at += 1
        if match is None:
            break
        found, inside = words[at], match["inside"].split(",", MAX_WORDS)
        words[at : at + 1] = [found[: match.start()] + part + found[match.end() :] for part in inside]
    return words[:MAX_WORDS]


def _brace(word: str) -> re.Match[str] | None:
    """The first braces outside of quotes that hold a comma."""
    if "{" not in word:
        return None
    return next((match for match in _BRACES.finditer(word) if match["inside"] is not None), None)


def _split(pieces: Iterable[Piece], separators: str) -> Iterator[str]:
    word: str | None = None
    for text, kind in pieces:
        if kind is Kind.FIXED:
            word = (word or "") + text
        elif kind is Kind.BREAK or not separators:
            if word is not None:
                yield word
            word = text or None
        else:
            parts = re.split(f"[{re.escape(separators)}]+", text)
            for at, part in enumerate(parts):
                if at and word is not None:
                    yield word
                    word = None
                if part:
                    word = (word or "") + part
    if word is not None:
        yield word


def _pieces(source: str, names: Names | None) -> Iterator[Piece]:
    at, left = 0, LONGEST
    while at < len(source):
        if plain := _PLAIN.match(source, at):
            yield plain[0], Kind.FIXED
            at = plain.end()
        elif source[at] == "\\":
            yield "" if source[at + 1 : at + 2] == "\n" else source[at + 1 : at + 2], Kind.FIXED
            at += 2
        elif source[at] == "'":
            end = _find(source, "'", at + 1)
            yield source[at + 1 : end], Kind.FIXED
            at = end + 1
        elif source.startswith("$'", at):
            end = _closing(source, at + 2, "'")
            yield ansi_c(source[at + 2 : end]), Kind.FIXED
            at = end + 1
        elif source[at] == '"' or source.startswith('$"', at):
            start = at + (1 if source[at] == '"' else 2)
            end = closing_quote(source, start)
            yield "", Kind.FIXED
            yield from _quoted(source, start, end, names)
            at = end + 1
        else:
            end = extent(source, at)
            value = names.expand(source[at:end]) if names and end > at + 1 and left > 0 else None
            left -= sum(map(len, value or ()))
            yield from ((source[at:end], Kind.FIXED),) if value is None else _spread(value, Kind.SPLITS)
            at = end


def _spread(value: list[str], kind: Kind) -> Iterator[Piece]:
    for at, word in enumerate(value):
        if at:
            yield "", Kind.BREAK
        yield word, kind


def _quoted(source: str, at: int, stop: int, names: Names | None, end: str = '"') -> Iterator[Piece]:
    left = LONGEST
    while at < stop:
        if plain := _PLAIN_QUOTED.match(source, at, stop):
            yield plain[0], Kind.FIXED
            at = plain.end()
        elif source[at] == "\\":
            yield _escaped(source[at + 1 : at + 2], f"$`\\{end}"), Kind.FIXED
            at += 2
        elif source[at] == '"':
            yield '"', Kind.FIXED
            at += 1
        else:
            to = min(extent(source, at), stop)
            value = names.expand(source[at:to]) if names and to > at + 1 and left > 0 else None
            left -= sum(map(len, value or ()))
            if value is None:
                bare = to == stop and _NAME.match(source, at) and re.match(r"\w", source[to + 1 : to + 2])
                yield f"${{{source[at + 1 : to]}}}" if bare else source[at:to], Kind.FIXED  # not "$x"m -> $xm
            elif names and _JOINS.match(source, at):
                yield names.separators[:1].join(value), Kind.FIXED
            else:
                yield from _spread(value, Kind.FIXED)
            at = to


def extent(source: str, at: int) -> int:
    """Where the expansion that begins at `at` ends; a lone `$` is one character."""
    if source[at] == "`":
        return min(_closing(source, at + 1, "`") + 1, len(source))
    if match := _NAME.match(source, at):
        return match.end()
    return _bracket(source, at + 1) if source[at + 1 : at + 2] in ("(", "{") else at + 1


def _bracket(source: str, at: int) -> int:
    """Past the bracket that closes the one at `at`; single quotes, and what is escaped, hold none."""
    awaited = [_CLOSES[source[at]]]
    at += 1
    while match := (_IN_QUOTES if awaited[-1] == '"' else _IN_BRACKETS).search(source, at):
        found, at = match[0], match.end()
        if found == awaited[-1]:
            awaited.pop()
            if not awaited:
                return at
        elif found in _CLOSES and awaited[-1] != "`" and len(awaited) < _DEEPEST:
            awaited.append(_CLOSES[found])
    return len(source)


def closing_quote(source: str, at: int) -> int:
    """The double quote that closes the text from `at` on; those inside of `$(…)` do not."""
    while at < len(source) and source[at] != '"':
        if source[at] == "\\":
            at += 2
        elif source.startswith(("$(", "${"), at):
            at = _bracket(source, at + 1)
        else:
            at += 1
    return min(at, len(source))


def _escaped(char: str, special: str) -> str:
    """A character behind a backslash between double quotes."""
    return "" if char == "\n" else char if char and char in special else "\\" + char


def _closing(source: str, at: int, quote: str) -> int:
    while at < len(source) and source[at] != quote:
        at += 2 if source[at] == "\\" else 1
    return min(at, len(source))


def _find(source: str, what: str, start: int) -> int:
    end = source.find(what, start)
    return len(source) if end < 0 else end
