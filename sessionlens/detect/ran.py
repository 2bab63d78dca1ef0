"""`ran(text, "rm", "-r", "-f")`: does this command line start that program with these options and operands?

Order, bundling (`-rf`), long and abbreviated forms, `sudo`, `env`, `xargs`, `bash -c`, `find -exec`, paths,
backslashes, quotes, and expansions whose value the line says make no difference. Options that were not
asked for may be there too.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from functools import cache

from sessionlens.errors import UsageError

from .calls import calls
from .model import Call
from .options import SAME, WORD_OPTIONS, Arguments, arguments, short
from .programs import globbed, same
from .reading import Reader


def ran(text: str, *words: str) -> bool:
    """True where `text` starts `words[0]` with every further word as an option or operand of it.

    An operand matches as written, without a trailing slash, or as a shell pattern (`"*.log"`); what follows
    `--` is one, on both sides. One string of several words is split as a shell would. Raises UsageError
    where there is no word.
    """
    return bool(running(text, *words))


def running(text: str, *words: str) -> list[Call]:
    """The calls of `text` for which `ran` is true."""
    words = asked(words)
    return [call for call in calls(text) if matches(call, *words)] if _may_run(text, words[0]) else []


def ran_each(commands: Iterable[tuple[str, str, str]], *words: str) -> Iterator[bool]:
    """`ran` for each of the commands of one channel in their order, as (text, kind, context).

    What an earlier one said of an alias, a function, a variable or a small file is known in the later ones
    of the same shell.
    """
    words = asked(words)
    reader = Reader()
    for text, kind, context in commands:
        if _may_run(text, words[0]) or reader.may_matter(text, kind, context):
            yield any(matches(call, *words) for call in reader.calls(text, kind, context))
        else:
            yield False  # the usual case, without parsing


def asked(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words that are asked for; UsageError where there are none."""
    if wrong := [word for word in words if not isinstance(word, str)]:
        raise UsageError(f"{wrong[0]!r} is no word to look for: programs, options and operands are texts")
    if len(words) == 1:
        words = split(words[0])
    if not words:
        raise UsageError('no program to look for: name one and, if wanted, its options, as in "rm -rf"')
    return words


def _may_run(text: str, program: str) -> bool:
    return program in text or bool(set("\\'\"$*?[{`|<") & set(text))


@cache
def split(words: str) -> tuple[str, ...]:
    """One string as words; UsageError where its quotes do not close."""
    try:
        return tuple(shlex.split(words))
    except ValueError as error:
        raise UsageError(f"{words!r} is not a command line: {error}") from None


def matches(call: Call, program: str, *words: str) -> bool:
    """Is this one call the program with these options and operands?"""
    if not call.words or not _named(call.program, program):
        return False
    given = arguments(call.words, program)
    written = call.words[1:] if program in WORD_OPTIONS else before_end_of_options(call.words[1:])
    options = before_end_of_options(words)
    return all(_given(given, written, program, word) for word in options) and all(
        _operand(given, word) for word in words[len(options) + 1 :]
    )


def before_end_of_options(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words before the first `--`: what follows are operands, whatever they look like."""
    return words[: words.index("--")] if "--" in words else words


def _named(name: str, program: str) -> bool:
    wanted = program.rsplit("/", 1)[-1]
    return wanted in (name, same(name)) or (any(c in name for c in "*?[") and globbed(name, wanted))


def _given(given: Arguments, written: tuple[str, ...], program: str, word: str) -> bool:
    if word in written:
        return True
    if word.startswith("--"):
        name = word[2:].partition("=")[0]
        return name in given.names or (bool(short(program, name)) and short(program, name) in given.letters)
    if word.startswith("-") and len(word) > 1:
        if program in WORD_OPTIONS:
            return word[1:] in given.names
        same = SAME.get(program, {})
        return all(same.get(letter, letter) in given.letters for letter in word[1:])
    return _operand(given, word)


def _operand(given: Arguments, word: str) -> bool:
    bare = word.rstrip("/") or "/"
    return any(
        bare == (operand.rstrip("/") or "/") or fnmatchcase(operand, word) for operand in given.operands
    )
