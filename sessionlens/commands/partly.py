"""Rows whose command may have held other words than are listed: "not there" must not rest on them."""

from __future__ import annotations

from .line import MORE_BEHIND, NO_KEYS, NOT_TOLD, ONLY_ENTER, OTHERWISE, UNSEEN
from .lost import BY_LOOKS, BY_REST, TORN
from .meanings import OTHER_MEANING
from .model import HIDDEN, Command
from .witness import LEFT_OVER

_REASONS = frozenset({NO_KEYS, NOT_TOLD, ONLY_ENTER, OTHERWISE, BY_LOOKS, BY_REST, TORN, LEFT_OVER, UNSEEN})


def partly(command: Command) -> bool:
    """May other words have been run than its text has?"""
    reason = command.evidence.reason
    doubted = (
        reason == MORE_BEHIND
        or reason.startswith(OTHER_MEANING)
        or (command.confidence == "low" and reason in _REASONS)
    )
    return doubted or HIDDEN in command.text
