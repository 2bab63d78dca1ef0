"""Timeline and Trace -> commands, contexts, secrets. The method and its limits are in docs/commands.md."""

from __future__ import annotations

from .covered import covered
from .extract import extract
from .growing import is_sure
from .model import HIDDEN, Command, Evidence, Extraction, LineEvent
from .openers import operands, program
from .partly import partly

__all__ = [
    "HIDDEN",
    "Command",
    "Evidence",
    "Extraction",
    "LineEvent",
    "covered",
    "extract",
    "is_sure",
    "operands",
    "partly",
    "program",
]
