"""Rows that zsh says it could not read: of a block that it took as one, nothing was run then.

A command can print the same words. So the row stays, and is never sure.
"""

from __future__ import annotations

import re
from dataclasses import replace

from .model import TIERS, Command

WHY = "the shell seems to have said that it could not read this, and so ran none of it"
_SAID = re.compile(r"\s*zsh: parse error\b[^\n]*\s*")


def refused(command: Command) -> Command:
    """The command, at most medium if all that came of it is such a message."""
    if command.kind != "shell" or not _SAID.fullmatch(command.output):
        return command
    how = min(command.confidence, "medium", key=TIERS.index)
    why = WHY if command.confidence == "high" else f"{WHY}; {command.evidence.reason}"
    return replace(command, confidence=how, evidence=replace(command.evidence, reason=why))
