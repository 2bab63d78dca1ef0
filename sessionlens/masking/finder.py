"""Where secrets are in lines of text: one buffer, of which only lines with a hint are read closely."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from .cards import cards
from .rules import CARD, CHOSEN, DEFAULT, Rule, stands_for_nothing
from .wanted import Wanted

_QUOTED = re.compile(r"'([^']*)'?|\"((?:\\.|[^\"\\])*)\"?")
_CLOSERS = {")": "(", "]": "[", "}": "{"}
_DIGITS = re.compile(r"\d[\d -]{11,}\d")


class Place(NamedTuple):
    """Characters start..end-1 of a line; `grown`: a part of a secret that is whole elsewhere."""

    line: int
    start: int
    end: int
    kind: str
    grown: bool = False


class Buffer:
    """Lines end to end, searched at the speed of `str.find`."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.text = "\n".join(lines)
        self.lower = self.text.replace("\u0130", "I").lower()  # the one letter whose lower case is longer
        self.starts = [0, *accumulate(len(line) + 1 for line in lines)][: len(lines)]
        self._hinted: dict[str, list[int]] = {}

    def line_of(self, at: int) -> int:
        """The line of a place in the buffer."""
        return bisect_right(self.starts, at) - 1

    def hinted(self, hint: str) -> list[int]:
        """The lines that have a lower-case text."""
        found = self._hinted.get(hint)
        if found is None:
            found = self._hinted[hint] = []
            at = self.lower.find(hint)
            while at >= 0:
                line = self.line_of(at)
                found.append(line)
                after = self.starts[line] + len(self.lines[line])
                at = self.lower.find(hint, after)
        return found

    def occurrences(self, text: str) -> Iterator[tuple[int, int]]:
        """(line, column) of each place that has a text, which is of one line."""
        at = self.text.find(text)
        while at >= 0:
            line = self.line_of(at)
            yield line, at - self.starts[line]
            at = self.text.find(text, at + 1)


def by_rules(buffer: Buffer, wanted: Wanted) -> Iterator[Place]:
    """What the rules and the chosen patterns find, each line alone."""
    for rule in DEFAULT if wanted.defaults else ():
        for line in sorted({line for hint in rule.hints for line in buffer.hinted(hint)}):
            for start, end in _secrets(rule, buffer.lines[line]):
                yield Place(line, start, end, rule.kind)
    if wanted.defaults:
        for run in _DIGITS.finditer(buffer.text):
            line = buffer.line_of(run.start())
            yield from (Place(line, start, end, CARD) for start, end in cards(buffer.lines[line]))
    for line, start, end in wanted.search(wanted.patterns, buffer.lines) if wanted.patterns else ():
        if end > start:
            yield Place(line, start, end, CHOSEN)


def _secrets(rule: Rule, text: str) -> Iterator[tuple[int, int]]:
    for found in rule.pattern.finditer(text):
        start, end = found.span("s") if rule.form else _bare(text, *found.span("s"))
        name = found.groupdict().get("name") or ""
        if end > start and (rule.form or not stands_for_nothing(text[start:end], name)):
            yield start, end


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Without its quotes and without what closes something that was opened before it."""
    value = text[start:end]
    quoted = _QUOTED.match(value)
    if quoted and not value[quoted.end() :].strip(")]};:,"):
        group = 1 if quoted[1] is not None else 2
        return start + quoted.start(group), start + quoted.end(group)
    while value and (value[-1] == "," or _CLOSERS.get(value[-1], value) not in value):
        value = value[:-1]
    return start, start + len(value)
