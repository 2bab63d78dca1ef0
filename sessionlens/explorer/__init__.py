"""The explorer: a case in a notebook, from filters over a list of sessions to the player, tags and files.

Made of ipywidgets. What it shows is what Python gives: `x.sessions`, `x.hits`, `x.selected`, `x.tags`.
"""

from __future__ import annotations

from sessionlens.explorer.exploring import Explorer, explore

__all__ = ["Explorer", "explore"]
