"""Where one video is made: pictures painted one after the other, and off to the encoder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sessionlens.render.canvas import Canvas
from sessionlens.render.captions import captions, webvtt
from sessionlens.render.cards import Card, ending, paint_card, title
from sessionlens.render.cells import Cells
from sessionlens.render.colour import Bytes
from sessionlens.render.facts import Facts
from sessionlens.render.ffmpeg import Encoder
from sessionlens.render.film import Film, key_frames, plan, rows_of, walk
from sessionlens.render.footage import Footage
from sessionlens.render.layout import PICTURES, Bands, Layout, arrange, narrowest
from sessionlens.render.order import Order
from sessionlens.render.pace import MILLISECOND
from sessionlens.render.panels import STATE, Panels, Progress, lines_needed
from sessionlens.render.recipes import MP4, gif, kind_of, mp4
from sessionlens.render.screen import Screen
from sessionlens.render.sidecar import Made, Shown
from sessionlens.render.stamp import paint_stamp
from sessionlens.render.tags import ffmetadata, marks, tags
from sessionlens.render.theme import Theme
from sessionlens.render.themes import in_colours
from sessionlens.render.timedtext import off_by_default

if TYPE_CHECKING:
    from sessionlens.terminal import Frame, Timeline

COMMAND_LINES = 4  # at most


class Studio:
    """Makes videos of one footage in a folder, each by its order; `name` is what errors call them."""

    def __init__(
        self,
        footage: Footage,
        name: Path,
        folder: Path,
        progress: Callable[[int, int], object] | None = None,
        watch: Callable[[Bytes], object] | None = None,
    ) -> None:
        self.footage, self.name, self.folder, self.kind = footage, name, folder, kind_of(name)
        self._progress, self._watch, self._count = progress, watch, 0

    def film(self, order: Order) -> Film:
        """What an order shows, and when."""
        timeline, masked = self.footage.timeline, self.footage.masked
        facts = replace(self.footage.facts, zone=order.zone)
        film = plan(timeline, facts, self.footage.chapters, order, self.kind.tick_ms)
        if masked is None:
            return film
        tally = masked(rows_of(timeline, *film.frames), film.pace.start_ns, film.pace.end_ns)
        return replace(film, masked=tally, facts=replace(film.facts, masked=str(tally)))

    def make(self, order: Order) -> Made:
        """One video."""
        film, timeline = self.film(order), self.footage.timeline
        layout = layout_of(film)
        canvas = Canvas(layout.width, layout.height, self.kind.ink())
        self._count += 1
        made = self.folder / f"video-{self._count}{self.kind.suffix}"
        size, cells, shown = (layout.width, layout.height), Cells(timeline), []
        arguments, texts = self._recipe(film, size)
        with Encoder(made, size, arguments, name=self.name, pixels=self.kind.pixels) as encoder:
            for ms, session_ns, frame in pictures(film, timeline, canvas, layout):
                encoder.frame(ms, canvas.buffer)
                if self._watch is not None:
                    self._watch(canvas.buffer)
                shown.append(Shown(ms, session_ns, frame.offset if frame else 0, cells.fingerprint(frame)))
                self._tell(ms, film.end_ms)
        if texts is not None:
            off_by_default(made)
        length = made.stat().st_size
        return Made(made, order, size, film.end_ms, film.pace.cuts, tuple(shown), length, texts)

    def _recipe(self, film: Film, size: tuple[int, int]) -> tuple[list[str], Path | None]:
        """What ffmpeg is told, and the file with the captions, where this kind has any."""
        if self.kind is not MP4:
            return gif(self.folder, in_colours(film.order.theme, self.footage.timeline.palette)), None
        words = captions(film.chapters, film.pace, film.until_ms)
        said = ffmetadata(
            tags(film.facts, film.pace, film.order.idle_ns), marks(film.chapters, film.pace, film.until_ms)
        )
        beside = self.folder / f"captions-{self._count}.vtt"
        beside.write_text(webvtt(words), encoding="utf-8", newline="\n")
        return mp4(self.folder, size, said, key_frames(film), words, film.end_ms), beside

    def _tell(self, done_ms: int, of_ms: int) -> None:
        if self._progress is not None:
            self._progress(done_ms * MILLISECOND, of_ms * MILLISECOND)


def layout_of(film: Film) -> Layout:
    """The layout, with as many lines for a command as the longest one needs."""
    order = film.order
    width, height = PICTURES[0]
    bands = Bands.of(height, 1, 0)
    width = narrowest(bands, order.plain) if order.small else width
    columns = (width - 2 * bands.pad) // bands.main[0] - STATE
    latest = film.commands.at(film.pace.start_ns)
    said = film.chapters if latest is None else (latest.chapter, *film.chapters)
    lines = lines_needed(said, columns, COMMAND_LINES)
    caveats = bool(film.facts.caveats or (order.plain and film.facts.masked))
    return arrange(
        film.columns,
        film.rows,
        plain=order.plain,
        command_lines=lines,
        remark_lines=0 if order.remarks is None else film.remarks.lines,
        caveats=caveats,
        small=order.small,
    )


def panels_of(film: Film, canvas: Canvas, layout: Layout, theme: Theme) -> Panels | None:
    """The bands, unless the picture is plain."""
    if layout.bands is None:
        return None
    ticks = tuple(film.pace.video_ms(c.start_ns) for c in film.chapters)
    cut_at = tuple(ms for ms, _ in film.pace.stamps)
    progress = Progress(max(film.pace.duration_ms, 1), ticks, cut_at, film.pace.lead_ms)
    speed, every = film.pace.speed, film.commands.chapters
    return Panels(
        canvas, layout, layout.bands, theme, film.facts, every, progress, speed=speed, remarks=film.remarks
    )


def pictures(
    film: Film, timeline: Timeline, canvas: Canvas, layout: Layout
) -> Iterator[tuple[int, int | None, Frame | None]]:
    """Paint the whole video onto the canvas; yield video time (ms), session time (ns; None: a card) and the
    frame wherever the picture differs from the last one, and once more at the end."""
    theme = film.order.theme
    if film.order.cards:
        card(canvas, layout, title(film), film.facts, theme)
        yield 0, None, None
    screen, panels = Screen(canvas, layout, timeline, theme), panels_of(film, canvas, layout, theme)
    if layout.stamp is not None:
        paint_stamp(canvas, layout.stamp, film.facts, theme, bare=film.order.plain)
    frame = None
    for ms, session_ns, frame in scenes(film, timeline, screen, panels):
        yield ms, session_ns, frame
    if film.order.cards:
        card(canvas, layout, ending(film), film.facts, theme)
        yield film.until_ms, None, None
        yield film.end_ms, None, None
    else:
        yield film.end_ms, film.pace.end_ns, frame


def card(canvas: Canvas, layout: Layout, words: Card, facts: Facts, theme: Theme) -> None:
    """A card, and on it what is wrong with the recording."""
    paint_card(canvas, words, theme)
    if layout.stamp is not None:
        paint_stamp(canvas, layout.stamp, facts, theme)


def scenes(
    film: Film, timeline: Timeline, screen: Screen, panels: Panels | None
) -> Iterator[tuple[int, int, Frame | None]]:
    """The session's own pictures."""
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
            yield moment.video_ms, moment.session_ns, frame
