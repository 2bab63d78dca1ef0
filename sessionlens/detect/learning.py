"""What a call teaches about names: `alias`, `read`, `set --`, `cp /bin/rm x`, `echo … > x`, `printf -v`."""

from __future__ import annotations

import re
from itertools import dropwhile

from .model import Call
from .names import Known, remember
from .options import arguments
from .printed import Printed, formatted

_WRITES = {">": False, ">|": False, "&>": False, ">>": True}


def learn(known: Known, call: Call, given: str | None, printed: Printed) -> None:
    """Take in what the call says, `given` being what it reads."""
    for redirect in call.redirects:
        if redirect.operator in _WRITES and not redirect.target.startswith("/dev/"):
            known.written(redirect.target, printed.written(call), append=_WRITES[redirect.operator])
    if given is None and call.program in ("mapfile", "readarray"):
        given = next(
            (f"$({r.target[2:]}" for r in call.redirects if r.target.startswith("<(")), None
        )  # as written
    teach = _LESSONS.get(call.program)
    if teach is not None:
        teach(known, call.words, given)


def _alias(known: Known, words: tuple[str, ...], given: str | None) -> None:
    """`alias a='rm -rf'`, and `alias a 'rm -rf'` as fish and csh have it."""
    rest = [word for word in words[1:] if not word.startswith("-")]
    if len(rest) > 1 and "=" not in rest[0]:
        rest = [f"{rest[0]}={' '.join(rest[1:])}"]
    for word in rest:
        name, equals, value = word.partition("=")
        if equals and name and len(value) <= 1024:
            remember(known.aliases, name, value)


def _unalias(known: Known, words: tuple[str, ...], given: str | None) -> None:
    for name in words[1:]:
        known.aliases.pop(name, None)
    if "-a" in words:
        known.aliases.clear()


def _set(known: Known, words: tuple[str, ...], given: str | None) -> None:
    """`set -- rm x` of sh, `set a rm x` of fish, `set a=rm` of csh."""
    if "--" in words:
        known.assign("@", list(words[words.index("--") + 1 :]))
        return
    rest = list(dropwhile(lambda word: word.startswith(("-", "+")), words[1:]))
    if rest and rest[0].isidentifier() and len(rest) > 1:
        known.assign(rest[0], [" ".join(rest[1:])])
    for word in rest:
        name, equals, value = word.partition("=")
        if equals and name.isidentifier():
            known.assign(name, [value])


def _read(known: Known, words: tuple[str, ...], given: str | None) -> None:
    names = [word for word in words[1:] if word.isidentifier()]
    if given is None:
        for name in names:
            known.variables.pop(name, None)
    elif any(re.fullmatch(r"-\w*a", word) for word in words[1:]):
        known.assign(names[-1] if names else "", given.split("\n")[0].split())
    elif names:
        values = given.split("\n")[0].split(None, len(names) - 1)
        for at, name in enumerate(names):
            known.assign(name, values[at : at + 1])


def _mapfile(known: Known, words: tuple[str, ...], given: str | None) -> None:
    """Without -t each element keeps its line feed, which only an unquoted expansion loses."""
    names = [word for word in words[1:] if word.isidentifier()] or ["MAPFILE"]
    end = "" if any(re.fullmatch(r"-\w*t", word) for word in words[1:]) else "\n"
    if given is None:
        known.variables.pop(names[-1], None)
    else:
        known.assign(names[-1], [line + end for line in given.splitlines()])


def _declare(known: Known, words: tuple[str, ...], given: str | None) -> None:
    """`export a=rm`; the grammar knows it, but not where `export` itself is disguised."""
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if equals and name.isidentifier():
            known.assign(name, [value])


def _printf(known: Known, words: tuple[str, ...], given: str | None) -> None:
    if words[1:2] == ("-v",) and len(words) > 3:
        known.assign(words[2], [formatted(words[3:])])


def _copy(known: Known, words: tuple[str, ...], given: str | None) -> None:
    operands = arguments(words, words[0].rsplit("/", 1)[-1]).operands
    if len(operands) == 2:
        known.copied(operands[0], operands[1])


def _tee(known: Known, words: tuple[str, ...], given: str | None) -> None:
    for path in arguments(words, "tee").operands:
        known.written(path, given, append="-a" in words)


def _hash(known: Known, words: tuple[str, ...], given: str | None) -> None:
    if words[1:2] == ("-p",) and len(words) == 4:
        known.copied(words[2], words[3])


def _forget(known: Known, words: tuple[str, ...], given: str | None) -> None:
    for word in words[1:]:
        known.variables.pop(word, None)
        known.functions.pop(word, None)


_LESSONS = {
    **dict.fromkeys(("export", "declare", "typeset", "local", "readonly"), _declare),
    **dict.fromkeys(("mapfile", "readarray"), _mapfile),
    "alias": _alias, "unalias": _unalias, "set": _set, "read": _read, "printf": _printf, "cp": _copy,
    "mv": _copy,
    "ln": _copy, "install": _copy, "tee": _tee, "hash": _hash, "unset": _forget,
}  # fmt: skip
