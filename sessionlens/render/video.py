"""A timeline as an MP4: which pictures, when, and off to the encoder. Nothing here knows a pixel or a byte of
MP4."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sessionlens.render.canvas import Canvas, I420Ink
from sessionlens.render.captions import captions, webvtt
from sessionlens.render.facts import Chapter, Facts
from sessionlens.render.ffmpeg import Encoder
from sessionlens.render.film import Film, key_frames, plan, walk
from sessionlens.render.layout import PICTURES, Bands, Layout, arrange
from sessionlens.render.pace import MILLISECOND, Cut
from sessionlens.render.panels import STATE, Panels, Progress, lines_needed
from sessionlens.render.recipes import mp4
from sessionlens.render.screen import Screen
from sessionlens.render.stamp import paint_stamp
from sessionlens.render.tags import ffmetadata, marks, tags
from sessionlens.render.theme import DARK, Theme
from sessionlens.render.timedtext import off_by_default
from sessionlens.render.together import Together

if TYPE_CHECKING:
    from sessionlens.terminal import Frame, Timeline

COMMAND_LINES = 4  # at most


@dataclass(frozen=True, slots=True)
class VideoReport:
    """What was written: seconds, pictures, width and height in pixels, bytes, and the session time that was
    cut."""

    path: Path
    duration_s: float
    frames: int
    size: tuple[int, int]
    bytes: int
    cuts: tuple[Cut, ...]

    def __str__(self) -> str:
        width, height = self.size
        cut = f", {len(self.cuts)} idle stretch{'es' * (len(self.cuts) != 1)} cut" if self.cuts else ""
        mebibytes = self.bytes / (1 << 20)
        length = f"{self.duration_s:.1f} s, {self.frames} pictures, {width}x{height}, {mebibytes:.1f} MiB"
        return f"{self.path}: {length}{cut}"


def render_video(
    timeline: Timeline,
    path: str | os.PathLike[str],
    *,
    facts: Facts,
    chapters: Sequence[Chapter] = (),
    start_ns: int | None = None,
    end_ns: int | None = None,
    idle_ns: float | None = 2e9,
    speed: float = 1.0,
    findings: bool = False,
    plain: bool = False,
    theme: Theme = DARK,
    progress: Callable[[int, int], object] | None = None,
) -> VideoReport:
    """Write the video of a timeline.

    `start_ns`, `end_ns`: session time (default: all), what lies outside of it is left out. `idle_ns`: how
    much of a stretch without change is shown (None: all of it). `findings`: burn in the analyst's findings of
    the chapters. `plain`: the bare terminal, no bands; caveats are stamped all the same. `progress(done,
    total)`: video time in ns. Raises UsageError for times that make no sense, RenderError when nothing could
    be written.
    """
    film = plan(timeline, facts, chapters, start_ns, end_ns, None if idle_ns is None else int(idle_ns), speed)
    layout = layout_of(film, plain, findings)
    canvas = Canvas(layout.width, layout.height, I420Ink())
    screen = Screen(canvas, layout, timeline, theme)
    panels = panels_of(film, canvas, layout, theme)
    if layout.stamp is not None:
        paint_stamp(canvas, layout.stamp, facts, theme)
    said = ffmetadata(tags(facts, film.pace, film.idle_ns), marks(film.chapters, film.pace, film.end_ms))
    words = captions(film.chapters, film.pace, film.end_ms)
    target, size = Path(path), (layout.width, layout.height)
    frames = 0
    with Together(target) as files:
        made = files.folder / "video.mp4"
        arguments = mp4(files.folder, size, said, key_frames(film), words, film.end_ms)
        with Encoder(made, size, arguments, name=target) as encoder:
            for ms in pictures(film, timeline, screen, panels):
                encoder.frame(ms, canvas.buffer)
                frames += 1
                if progress is not None:
                    progress(ms * MILLISECOND, film.end_ms * MILLISECOND)
        off_by_default(made)
        files.write(webvtt(words), target.with_suffix(".vtt"))
        files.add(made, target)
    if progress is not None:
        progress(film.end_ms * MILLISECOND, film.end_ms * MILLISECOND)
    return VideoReport(target, film.end_ms / 1000, frames, size, target.stat().st_size, film.pace.cuts)


def layout_of(film: Film, plain: bool, findings: bool) -> Layout:
    """The layout, with as many lines for a command as the longest one needs."""
    width, height = PICTURES[0]
    bands = Bands.of(height, 1, 0)
    columns = (width - 2 * bands.pad) // bands.main[0] - STATE
    latest = film.commands.at(film.pace.start_ns)
    said = film.chapters if latest is None else (latest.chapter, *film.chapters)
    lines = lines_needed(said, columns, COMMAND_LINES)
    caveats = bool(film.facts.caveats)
    return arrange(
        film.columns, film.rows, plain=plain, command_lines=lines, findings=findings, caveats=caveats
    )


def panels_of(film: Film, canvas: Canvas, layout: Layout, theme: Theme) -> Panels | None:
    """The bands, unless the picture is plain."""
    if layout.bands is None:
        return None
    ticks = tuple(film.pace.video_ms(c.start_ns) for c in film.chapters)
    cut_at = tuple(ms for ms, _ in film.pace.stamps)
    progress = Progress(max(film.pace.duration_ms, 1), ticks, cut_at)
    speed = film.pace.speed
    every = film.commands.chapters
    return Panels(canvas, layout, layout.bands, theme, film.facts, every, progress, speed=speed)


def pictures(film: Film, timeline: Timeline, screen: Screen, panels: Panels | None) -> Iterator[int]:
    """Paint each moment onto the canvas; yield its video time wherever the picture differs from the last
    one."""
    begin, stop = film.frames
    frames = walk(timeline, begin, stop)
    times = np.asarray(timeline.t0_ns, np.int64)[begin:stop]
    screen.blank(film.columns, film.rows)
    painted = 0  # frames taken so far
    frame: Frame | None = None
    for moment in film.moments:
        due = int(np.searchsorted(times, moment.session_ns, side="right"))
        for _ in range(due - painted):
            frame = next(frames)
        changed = moment is film.moments[0]
        if due > painted and frame is not None:
            changed |= screen.paint(frame)
        painted = due
        if panels is not None:
            stamp = film.pace.stamp_at(moment.video_ms)
            changed |= panels.paint(moment.session_ns, moment.video_ms, stamp)
        if changed:
            yield moment.video_ms
    yield film.end_ms
