"""Bytes to screen to Timeline. pyte is used inside this room and nowhere else."""

from __future__ import annotations

from .facade import Cell, CursorView, Terminal
from .flags import Flag, flags
from .lines import Lines
from .palette import Palette
from .replaying import Replay, Replaying, replay, still
from .rows import Row, Run
from .style import Style
from .timeline import Frame, Timeline
from .trace import Point, Trace

__all__ = [
    "Cell",
    "CursorView",
    "Flag",
    "Frame",
    "Lines",
    "Palette",
    "Point",
    "Replay",
    "Replaying",
    "Row",
    "Run",
    "Style",
    "Terminal",
    "Timeline",
    "Trace",
    "flags",
    "replay",
    "still",
]
