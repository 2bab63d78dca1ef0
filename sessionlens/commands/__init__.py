"""Timeline and Trace -> commands, contexts, secrets. The method and its limits are in docs/commands.md."""

from __future__ import annotations

from .covered import covered
from .extract import extract
from .model import HIDDEN, Command, Extraction, LineEvent

__all__ = ["HIDDEN", "Command", "Extraction", "LineEvent", "covered", "extract"]
