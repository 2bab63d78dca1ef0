"""History expansion (`!!`, `!$`, `^a^b`): the shell prints the line it really ran before running it.

bash(1) "HISTORY EXPANSION". The printed line is taken only where it is the typed one with each designator
replaced. Where there is no such event nothing is run, and the shell says so.
"""

from __future__ import annotations

import re

_SUBSTITUTES = "|".join(
    rf"(?:a|g|G)?s{mark}(?:\\.|[^{mark}\\\n]){{1,200}}{mark}(?:\\.|[^{mark}\\\s]){{0,200}}{mark}?"
    for mark in map(re.escape, "/#|,@%+=_~")
)
_DESIGNATOR = re.compile(
    rf"![^\s:;|&'\"]{{0,200}}:(?:{_SUBSTITUTES})(?::\w)?"
    r"|![!$^*:#?\w-][\w$^*:?!/&%-]*|!\?[^?]*\??|!\{[^}]*\}"
    r"|(?<!#)![./~@+][\w$^*:?!/&%.~@+-]*"  # a path; `#!/bin/sh` is a comment to history(3) too
)
_QUOTED = re.compile(r"'[^']*'|\\.")
_QUICK = re.compile(r"^\^[^^]+\^")
_FAILED = re.compile(
    r"\b(?:event not found|no such event|substitution failed|bad (?:substitute|word specifier|modifier)"
    r"|no previous (?:search|substitution)|no such word in event|unrecognized history modifier)\b",
    re.I,
)
_NOT_FOUND = re.compile(r"\bnot found\b", re.I)
_MOST = 4096


def designates(text: str) -> bool:
    """May the shell have replaced something of this line from its history?"""
    return "!" in text or text.startswith("^")


def may_differ(text: str) -> bool:
    """Would bash or zsh have replaced something here, if its history has it? Nothing is replaced in '…'."""
    return bool(_QUICK.match(text) or _DESIGNATOR.search(_QUOTED.sub("''", text)))


def failed(text: str, output: str) -> bool:
    """Does the shell say that history has no such thing, so that nothing was run?"""
    return designates(text) and _FAILED.search(output.partition("\n")[0][:_MOST]) is not None


def expanded(text: str, output: str) -> str:
    """The line that ran, where the first line of output shows it; else `text`."""
    first, _, more = output.partition("\n")
    if first.rstrip().endswith(text):  # a transient prompt: the line as it was typed is drawn again first
        first = more.partition("\n")[0]
    first = first.rstrip()
    if not first or not designates(text) or _NOT_FOUND.search(first[:_MOST]) or failed(text, output):
        return text
    if _QUICK.match(text):
        return first
    parts = _DESIGNATOR.split(text)
    return first if len(parts) > 1 and first != text and _fits(first, parts) else text


def _fits(line: str, parts: list[str]) -> bool:
    """Do the parts stand in the line in order, with at least one character between any two?"""
    head, *middle, last = parts
    at = len(head)
    if not line.startswith(head):
        return False
    for part in middle:
        found = line.find(part, at + 1)
        if found < 0:
            return False
        at = found + len(part)
    return len(line) - len(last) > at and line.endswith(last)
