"""Rows whose command may have held other words than are listed: "not there" must not rest on them."""

from __future__ import annotations

from .begun import EATEN
from .flushing import FLUSHED
from .line import ANOTHER, MORE_BEHIND, NO_KEYS, NOT_TOLD, ONLY_ENTER, OTHERWISE, UNSEEN
from .lost import BY_LOOKS, BY_REST, TORN
from .matching import in_order
from .meanings import LOOKS_LIKE_MORE, OTHER_MEANING
from .model import HIDDEN, Command
from .witness import LEFT_OVER

_REASONS = frozenset(
    {NO_KEYS, NOT_TOLD, ONLY_ENTER, OTHERWISE, BY_LOOKS, BY_REST, TORN, LEFT_OVER, UNSEEN, ANOTHER}
)


def partly(command: Command) -> bool:
    """May other words have been run than its text has?"""
    reason = command.evidence.reason
    doubted = (
        reason in (MORE_BEHIND, EATEN, FLUSHED)
        or reason.startswith((OTHER_MEANING, LOOKS_LIKE_MORE))
        or (command.confidence == "low" and reason in _REASONS)
    )
    return doubted or HIDDEN in command.text or _misses(command)


def _misses(command: Command) -> bool:
    """Does it lack something that was typed, as far as the keystrokes alone tell?"""
    typed, shown = command.evidence.model, command.typed or command.text
    return typed is not None and not in_order(typed, shown)
