"""Findings: which commands carry which marks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from .calls import calls
from .marks import MARKS, Mark, Use
from .options import arguments
from .pipes import Line


class CommandLike(Protocol):
    """What a finding needs of a command; `sessionlens.commands.Command` is one."""

    @property
    def text(self) -> str: ...

    @property
    def kind(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """A mark on one command: `command_index` counts in the iterable that was asked about, from 0."""

    command_index: int
    mark: str
    severity: str
    why: str


def marks_of(text: str) -> list[Mark]:
    """The marks of one command line, each once, in the table's order."""
    found = calls(text)
    line = Line(found)
    uses = [Use(call, arguments(call.words, call.program), line) for call in found]
    return [mark for mark in MARKS if any(mark.applies(use) for use in uses)]


def findings(commands: Iterable[CommandLike]) -> list[Finding]:
    """The findings of commands in their order. Lines of a REPL are not shell syntax and carry none here."""
    return [
        Finding(index, mark.name, mark.severity, mark.why)
        for index, command in enumerate(commands)
        if command.kind != "repl"
        for mark in marks_of(command.text)
    ]
