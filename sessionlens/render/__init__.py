"""Timeline to pixels to MP4: pictures and videos of what a terminal showed.

`render_video` and `render_image` are the way in. Not here: what a terminal shows (terminal), what a command
is (commands), which findings there are (detect).
"""

from __future__ import annotations

from sessionlens.render.facts import Chapter, Facts
from sessionlens.render.footage import Footage
from sessionlens.render.image import ImageReport, render_image
from sessionlens.render.order import Order
from sessionlens.render.themes import THEMES
from sessionlens.render.video import VideoReport, render_video

__all__ = [
    "THEMES",
    "Chapter",
    "Facts",
    "Footage",
    "ImageReport",
    "Order",
    "VideoReport",
    "render_image",
    "render_video",
]
