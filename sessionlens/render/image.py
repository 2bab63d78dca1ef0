"""One frame as a picture, by the same painter as the video, in RGB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from sessionlens.errors import UsageError
from sessionlens.render.canvas import Canvas, RgbInk
from sessionlens.render.facts import Chapter, Facts
from sessionlens.render.layout import around
from sessionlens.render.panels import STATE, Panels, Progress, lines_needed
from sessionlens.render.screen import Screen
from sessionlens.render.stamp import paint_stamp
from sessionlens.render.theme import Theme
from sessionlens.render.themes import DARK, theme_of
from sessionlens.tables.html import html_text

if TYPE_CHECKING:
    from sessionlens.terminal import Frame, Timeline

COMMAND_LINES = 6
SCALES = range(1, 5)


@dataclass(frozen=True, slots=True)
class ImageReport:
    """What was written: width and height in pixels, bytes."""

    path: Path
    size: tuple[int, int]
    bytes: int

    def __str__(self) -> str:
        return f"{self.path}: {self.size[0]}x{self.size[1]}, {self.bytes / 1e3:.0f} kB"

    def _repr_html_(self) -> str:
        return html_text(str(self))


def render_image(
    frame: Frame,
    timeline: Timeline,
    *,
    facts: Facts | None = None,
    chapters: Sequence[Chapter] = (),
    plain: bool = False,
    t_ns: int | None = None,
    theme: Theme | str = DARK,
    scale: int = 1,
) -> Image.Image:
    """A frame as an RGB picture, with the bands if `facts` are given and `plain` is not.

    `t_ns`: the time that the bands show (default: the frame's own beginning). `theme`: one of `THEMES`, or
    its name. `scale`: 1 to 4 pixels for one, for displays of a high density and for print. Caveats of the
    facts are stamped above the picture, also where it is plain. Raises UsageError for another theme or scale.
    """
    theme = theme_of(theme)
    if scale not in SCALES:
        raise UsageError(f"a scale is a whole number from {SCALES[0]} to {SCALES[-1]}, not {scale}")
    bare = plain or facts is None
    when = frame.t0_ns if t_ns is None else t_ns
    said = [c for c in chapters if c.start_ns <= when]
    lines = 1
    caveats = bool(facts and (facts.caveats or (bare and facts.masked)))
    layout = around(frame.columns, frame.rows, plain=bare, caveats=caveats, scale=scale)
    if layout.bands is not None:
        columns = (layout.width - 2 * layout.bands.pad) // layout.bands.main[0] - STATE
        lines = lines_needed(said[-1:], columns, COMMAND_LINES)
        layout = around(frame.columns, frame.rows, command_lines=lines, caveats=caveats, scale=scale)
    canvas = Canvas(layout.width, layout.height, RgbInk())
    Screen(canvas, layout, timeline, theme).paint(frame)
    if layout.bands is not None and facts is not None:
        end = max([when, facts.duration_ns or 0, *(c.end_ns or c.start_ns for c in chapters)])
        progress = Progress(max(end, 1), tuple(c.start_ns for c in chapters))
        Panels(canvas, layout, layout.bands, theme, facts, chapters, progress).paint(when, when)
    if layout.stamp is not None and facts is not None:
        paint_stamp(canvas, layout.stamp, facts, theme, bare=bare)
    return Image.fromarray(canvas.planes[0], "RGB")
