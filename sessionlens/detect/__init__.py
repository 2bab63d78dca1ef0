"""Rules and marks -> findings: what a command line says it does, over words from a real shell parser.

Not a judgement and not a log of effects: a script or an alias may do anything, and a marked command may
have failed.
"""

from __future__ import annotations

from .calls import calls
from .findings import Finding, findings, marks_of
from .hidden import hidden_findings, placed
from .marks import MARKS, Mark
from .model import Call
from .ran import ran, ran_each, running
from .reading import Reader

__all__ = [
    "MARKS",
    "Call",
    "Finding",
    "Mark",
    "Reader",
    "calls",
    "findings",
    "hidden_findings",
    "marks_of",
    "placed",
    "ran",
    "ran_each",
    "running",
]
