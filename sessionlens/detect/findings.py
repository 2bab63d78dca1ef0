"""Findings: which commands carry which marks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from .calls import calls
from .marks import MARKS, Mark, code_marks
from .model import Call
from .options import arguments
from .pipes import Line
from .reading import Reader, at_repl
from .use import Use


class CommandLike(Protocol):
    """What a finding needs of a command; `sessionlens.commands.Command` is one."""

    @property
    def text(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def context(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """A mark on one command: `command_index` counts in the iterable that was asked about, from 0."""

    command_index: int
    mark: str
    severity: str
    why: str


def marks_of(text: str) -> list[Mark]:
    """The marks of one command line, each once, in the table's order."""
    return _marks(calls(text))


def _marks(found: list[Call]) -> list[Mark]:
    line = Line(found)
    uses = [Use(call, arguments(call.words, call.family), line) for call in found]
    return [mark for mark in MARKS if any(mark.applies(use) for use in uses)]


def findings(commands: Iterable[CommandLike]) -> list[Finding]:
    """The findings of the commands of one channel in their order; an alias of an earlier one is known.

    Lines of a REPL are not shell syntax: what they hand to a shell, or delete themselves, counts.
    """
    reader = Reader()
    found: list[Finding] = []
    for index, command in enumerate(commands):
        calls = reader.calls(command.text, command.kind, command.context)
        repl = at_repl(command.text, command.context) if command.kind == "repl" else None
        marks = [*_marks(calls), *(code_marks(repl) if repl else ())]
        found += [Finding(index, mark.name, mark.severity, mark.why) for mark in dict.fromkeys(marks)]
    return found
