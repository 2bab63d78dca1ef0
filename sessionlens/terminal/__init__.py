"""Bytes to screen to Timeline. pyte is used inside this room and nowhere else."""

from __future__ import annotations

from .facade import Cell, CursorView, Terminal
from .style import Style

__all__ = ["Cell", "CursorView", "Style", "Terminal"]
