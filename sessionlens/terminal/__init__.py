"""Bytes to screen to Timeline. pyte is used inside this room and nowhere else."""

from __future__ import annotations

from .facade import Cell, CursorView, Terminal
from .lines import Lines
from .replaying import Replay, replay, still
from .rows import Row, Run
from .style import Style
from .timeline import Frame, Timeline
from .trace import Point, Trace

__all__ = [
    "Cell",
    "CursorView",
    "Frame",
    "Lines",
    "Point",
    "Replay",
    "Row",
    "Run",
    "Style",
    "Terminal",
    "Timeline",
    "Trace",
    "replay",
    "still",
]
