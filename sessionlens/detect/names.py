"""What names mean, as far as a line (or the lines of the same shell before it) says so, literally.

Variables, arrays, positional parameters, aliases, functions, copies of programs under another name, and
small files that were written from literals. The last that was said counts; a branch that is not taken
counts too.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sessionlens.commands.heredocs import Heredoc

from .parameters import parameter
from .quoting import BLANKS, LONGEST, unquote

_LONGEST_VALUE = 256  # of a variable: `a=$a$a` again and again would fill the memory
_MOST_ELEMENTS = 64
_MOST_NAMES = 4096
_DEEPEST = 8  # expansions in expansions
_BINARIES = re.compile(r"(?:/usr)?(?:/local)?/s?bin/[\w.+-]+")

V = TypeVar("V")
Evaluate = Callable[[str, "Known"], str | None]


def nothing(text: str, known: Known) -> str | None:
    """The evaluation of substitutions where none is wanted."""
    return None


@dataclass(slots=True)
class Known:
    """The tables of names; `evaluate` says what a command substitution prints, where that can be said."""

    variables: dict[str, list[str]] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    evaluate: Evaluate = nothing
    depth: int = 0
    heredocs: dict[str, Heredoc] = field(default_factory=dict)
    """By the names of the files that stand for them (`plainly`)."""

    def inner(self, arguments: list[str] | None = None) -> Known:
        """These names for a text inside: what it changes stays in it. `arguments` are $0, $1, …"""
        variables = dict(self.variables)
        if arguments:
            variables["0"], variables["@"] = arguments[:1], arguments[1 : _MOST_ELEMENTS + 1]
        return Known(
            variables,
            dict(self.references),
            dict(self.aliases),
            dict(self.functions),
            self.copies,
            self.files,
            self.evaluate,
            self.depth,
            self.heredocs,
        )

    @property
    def separators(self) -> str:
        """What unquoted expansions are split at."""
        given = self.variables.get("IFS")
        return BLANKS if given is None else "".join(given)

    def expand(self, expression: str) -> list[str] | None:
        """The words behind `$x`, `${…}`, `$(…)` or a pair of backticks; None where they are not known."""
        if self.depth >= _DEEPEST:
            return None
        deeper = replace(self, depth=self.depth + 1)
        if expression.startswith("${"):
            body = expression[2:].removesuffix("}")
            return [self.separators[:1]] if body.startswith("IFS") else parameter(body, deeper)
        if expression.startswith("$(("):
            return None
        if expression.startswith("$("):
            printed = self.evaluate(expression[2:].removesuffix(")"), deeper)
        elif expression.startswith("`"):
            printed = self.evaluate(re.sub(r"\\([$`\\])", r"\1", expression[1:].removesuffix("`")), deeper)
        else:
            return (
                [BLANKS]
                if expression == "$IFS" and "IFS" not in self.variables
                else self.value(expression[1:], None)
            )
        return None if printed is None else [printed.rstrip("\n")]

    def value(self, name: str, index: str | None) -> list[str] | None:
        """The words of a variable: one, or all elements of an array."""
        name = self.references.get(name, name)
        known = self.variables.get("@" if name == "*" or (name.isdigit() and name != "0") else name)
        if known is None:
            return None
        if name in ("@", "*") or index in ("@", "*"):
            return known
        at = (
            int(name) - 1
            if name.isdigit() and name != "0"
            else int(index)
            if index and index.isdigit()
            else 0
        )
        return known[at : at + 1] or [""]

    def assign(self, name: str, value: list[str]) -> None:
        """A variable is set; one that is too long is forgotten."""
        if value == [self.references.get(name)]:
            return
        name = self.references.get(name, name)
        if sum(map(len, value)) <= _LONGEST_VALUE and len(value) <= _MOST_ELEMENTS:
            remember(self.variables, name, value)
        else:
            self.variables.pop(name, None)

    def referred(self, words: tuple[str, ...]) -> None:
        """`declare -n a=b`: from now on `a` is another name of `b`."""
        if "-n" in words[1:-1] and words[0] in ("declare", "typeset", "local"):
            name, _, target = words[-1].partition("=")
            if target not in self.references:
                remember(self.references, name, target)

    def word(self, source: str) -> str:
        """A word inside of `${…}`."""
        return unquote(source, self)

    def copied(self, source: str, target: str) -> None:
        """A program was copied, moved or linked; a file takes its text along."""
        if target.endswith("/") or target in (".", ".."):
            target = f"{target.rstrip('/')}/{posixpath.basename(source)}"
        if source_text := self.files.get(plain(source)):
            remember(self.files, plain(target), source_text)
        program = self.copies.get(plain(source)) or (
            _BINARIES.fullmatch(source) and posixpath.basename(source)
        )
        if program and posixpath.basename(target) != program:
            remember(self.copies, plain(target), program)

    def copy_of(self, name: str) -> str | None:
        """The program that was put under this name."""
        return self.copies.get(plain(name))

    def written(self, path: str, text: str | None, *, append: bool = False) -> None:
        """A file was written; what is not known literally is forgotten."""
        path = plain(path)
        before = self.files.get(path, "") if append else ""
        self.copies.pop(path, None)
        if text is not None and len(before + text) <= LONGEST and not path.startswith("/dev/"):
            remember(self.files, path, before + text)
        elif not append:
            self.files.pop(path, None)


def remember(table: dict[str, V], name: str, value: V) -> None:
    """One more name, while there is room."""
    if name in table or len(table) < _MOST_NAMES:
        table[name] = value


def plain(path: str) -> str:
    """A path without `./`, so that `x`, `./x` and `.//x` are one."""
    return posixpath.normpath(path) if path else path
