"""`${…}` on what is known, as bash(1) "Parameter Expansion" has it; None where the value is not known.

A default for a variable of unknown value (`${x:-rm}`) is what it stands for, and so is `${PATH:+rm}`.
Arithmetic in it, and zsh's flags, are not worked out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Protocol

_FORM = re.compile(
    r"(?P<indirect>!?)(?P<name>\w+|[@*#?$!-])(?:\[(?P<index>[^\]]{1,64})\])?(?P<rest>.*)", re.S | re.A
)
_LENGTH = re.compile(r"#(\w+)$", re.A)
_SLICE = re.compile(r":\s*\(?\s*(-?\d{1,6})\s*\)?\s*(?::\s*(-?\d{1,6})\s*)?$", re.A)
_GLOB = re.compile(r"[*?\[]")
_LONGEST = 64  # of a value that a pattern is tried on
_CASES: dict[str, Callable[[str], str]] = {
    "^^": str.upper, ",,": str.lower, "^": lambda text: text[:1].upper() + text[1:],
    ",": lambda text: text[:1].lower() + text[1:], "@U": str.upper, "@L": str.lower, "@Q": str, "@E": str,
}  # fmt: skip


class Values(Protocol):
    """What variables are known to be."""

    def value(self, name: str, index: str | None) -> list[str] | None: ...
    def assign(self, name: str, value: list[str]) -> None: ...
    def word(self, source: str) -> str: ...


def parameter(body: str, values: Values) -> list[str] | None:
    """The words behind `${body}`."""
    if length := _LENGTH.match(body):
        known = values.value(length[1], None)
        return None if known is None else [str(len(" ".join(known)))]
    form = _FORM.match(body)
    if form is None:
        return None
    name, rest = form["name"], form["rest"]
    if form["indirect"]:
        target = values.value(name, None)
        if not target or not re.fullmatch(r"\w{1,64}", target[0]):
            return None
        name = target[0]
    known = values.value(name, form["index"])
    if not rest:
        return known
    if match := re.match(r"(:?)([-=+?])", rest):
        given = known is not None and (any(known) or not match[1])
        return _default(match[2], values.word(rest[match.end() :]), name, known if given else None, values)
    if known is None:
        return None
    changed = [_changed(each, rest, values) for each in known]
    return [each for each in changed if each is not None] or None


def _default(
    operator: str, word: str, name: str, known: list[str] | None, values: Values
) -> list[str] | None:
    if operator == "+":
        return [word] if known is not None or values.value(name, None) is None else []
    if known is not None or operator == "?":
        return known
    if operator == "=":
        values.assign(name, [word])
    return [word]


def _changed(text: str, rest: str, values: Values) -> str | None:
    if match := _SLICE.match(rest):
        start = int(match[1])
        text = text[start:] if start >= 0 or -start <= len(text) else ""
        return text if match[2] is None else text[: int(match[2])]
    if rest in _CASES:
        return _CASES[rest](text)
    if rest[0] in "#%":
        doubled = rest[:2] in ("##", "%%")
        return _trimmed(text, values.word(rest[1 + doubled :]), rest[0], doubled)
    if rest[0] == "/":
        pattern, _, new = rest[1 + rest.startswith(("//", "/#", "/%")) :].partition("/")
        return _replaced(text, values.word(pattern), values.word(new), rest[1:2])
    return None


def _trimmed(text: str, pattern: str, end: str, longest: bool) -> str:
    """`text` without the shortest or longest part that matches at its beginning (#) or end (%)."""
    if not _GLOB.search(pattern):
        return text.removeprefix(pattern) if end == "#" else text.removesuffix(pattern)
    sizes = range(len(text) + 1) if len(text) <= _LONGEST else range(0)
    for size in reversed(sizes) if longest else sizes:
        part = text[:size] if end == "#" else text[len(text) - size :]
        if fnmatchcase(part, pattern):
            return text[size:] if end == "#" else text[: len(text) - size]
    return text


def _replaced(text: str, pattern: str, new: str, where: str) -> str:
    """`${x/pattern/new}`; a `?` or `[…]` in the pattern stands for one character, a `*` for nothing."""
    wanted = re.compile("".join(_one(part) for part in re.findall(r"\[[^\]]+\]|.", pattern, re.S)))
    if not pattern:
        return text
    if where in ("#", "%"):
        match = wanted.match(text) if where == "#" else re.compile(wanted.pattern + r"\Z").search(text)
        return text[: match.start()] + new + text[match.end() :] if match else text
    return wanted.sub(lambda _: new, text, count=0 if where == "/" else 1)


def _one(part: str) -> str:
    if part == "?":
        return "."
    if len(part) > 2 and part[0] == "[":
        return "[" + ("^" if part[1] in "!^" else "") + re.escape(part[1:-1].lstrip("!^")) + "]"
    return "" if part == "*" else re.escape(part)
