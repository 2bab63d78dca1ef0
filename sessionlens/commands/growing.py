"""Which commands of a recording that still grows will not change any more.

Prompts are learned from all that there is, so more of it may teach more: what is told early can be wrong. A
command is told once the next prompt came, or at its Enter where screen and keystrokes agree and nothing can
be added or replaced: a REPL's statement may go on, history may be expanded.
"""

from __future__ import annotations

from collections.abc import Sequence

from .expansion import may_differ
from .model import Command
from .more import incomplete


def is_sure(commands: Sequence[Command], index: int) -> bool:
    """Is this command as it will be, as far as can be known while more comes?"""
    command = commands[index]
    if index + 1 < len(commands) or command.end_ns is not None:
        return True
    whole = command.kind == "shell" and not may_differ(command.text) and not incomplete(command.text)
    return command.confidence == "high" and whole
