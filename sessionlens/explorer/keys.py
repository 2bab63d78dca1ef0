"""Keeps keys in the explorer that JupyterLab would take for its own commands; shows nothing.

ipywidgets cannot set the attribute that does it, and its own list boxes and buttons do not.
"""

from __future__ import annotations

from pathlib import Path

import anywidget


class Keys(anywidget.AnyWidget):
    """A child of the explorer's box."""

    _esm = Path(__file__).with_name("keys.js")
