"""A timeline as an MP4: which pictures, when, and off to the encoder. Nothing here knows a pixel or a byte of
MP4."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sessionlens.errors import UsageError
from sessionlens.render.bands import Commands
from sessionlens.render.canvas import Canvas, I420Ink
from sessionlens.render.colour import Bytes
from sessionlens.render.facts import SECOND, Chapter, Facts
from sessionlens.render.ffmpeg import Encoder
from sessionlens.render.layout import PICTURES, Bands, Layout, arrange
from sessionlens.render.pace import MILLISECOND, Cut, Moment, Pace, cuts, moments, seconds
from sessionlens.render.panels import STATE, Panels, Progress, lines_needed
from sessionlens.render.screen import Screen
from sessionlens.render.stamp import paint_stamp
from sessionlens.render.tags import ffmetadata, marks, tags
from sessionlens.render.theme import DARK, Theme

if TYPE_CHECKING:
    from sessionlens.terminal import Frame, Timeline

HOLD = 1000  # ms that the session's last picture stays
LEAST_HOLD = 500  # ms that any clip's last picture does
KEY_EVERY = 5000  # ms, at most
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
    watch: Callable[[Bytes], object] | None = None,
) -> VideoReport:
    """Write the video of a timeline.

    `start_ns`, `end_ns`: session time (default: all), what lies outside of it is left out. `idle_ns`: how
    much of a stretch without change is shown (None: all of it). `findings`: burn in the analyst's findings of
    the chapters. `plain`: the bare terminal, no bands; caveats are stamped all the same. `progress(done,
    total)`: video time in ns. `watch` sees each picture that is encoded, as I420, before the next is painted
    over it. Raises UsageError for times that make no sense, RenderError when nothing could
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
    target = Path(path)
    frames = 0
    with Encoder(target, layout.width, layout.height, said, key_frames(film)) as encoder:
        for ms in pictures(film, timeline, screen, panels):
            encoder.frame(ms, canvas.buffer)
            if watch is not None:
                watch(canvas.buffer)
            frames += 1
            if progress is not None:
                progress(ms * MILLISECOND, film.end_ms * MILLISECOND)
    if progress is not None:
        progress(film.end_ms * MILLISECOND, film.end_ms * MILLISECOND)
    size = target.stat().st_size
    return VideoReport(
        target, film.end_ms / 1000, frames, (layout.width, layout.height), size, film.pace.cuts
    )


@dataclass(frozen=True, slots=True)
class Film:
    """All decisions about one video but its look."""

    facts: Facts
    chapters: tuple[Chapter, ...]  # those within
    commands: Commands  # all
    pace: Pace
    idle_ns: int | None
    moments: tuple[Moment, ...]
    frames: tuple[int, int]  # of the timeline: first, and one beyond the last; (0, 0) where there are none
    columns: int
    rows: int
    end_ms: int  # the length of the video


def plan(
    timeline: Timeline,
    facts: Facts,
    chapters: Sequence[Chapter],
    start_ns: int | None,
    end_ns: int | None,
    idle_ns: int | None,
    speed: float,
) -> Film:
    """What is shown, and when."""
    if not 0.01 <= speed <= 1000:
        raise UsageError(f"a speed is a number from 0.01 to 1000, not {speed}")
    if idle_ns is not None and idle_ns < 0:
        raise UsageError(f"idle time cannot be negative: {idle_ns / SECOND:g} s")
    times = np.asarray(timeline.t0_ns, np.int64)
    first, last = span(timeline, facts, chapters, start_ns, end_ns)
    begin = max(int(np.searchsorted(times, first, side="right")) - 1, 0)
    stop = int(np.searchsorted(times, last, side="right"))
    every = sorted(chapters, key=lambda c: c.start_ns)
    shown = tuple(c for c in every if c.start_ns <= last and (c.end_ns is None or c.end_ns >= first))
    marks_ns = [t for c in shown for t in (c.start_ns, c.end_ns) if t is not None and first <= t <= last]
    changes = times[begin:stop].tolist()
    activity = sorted({first, last, *(t for t in changes if first <= t <= last), *marks_ns})
    pace = Pace(first, last, cuts(activity, idle_ns, speed), speed)
    wanted = [*changes, *marks_ns, *seconds(pace, facts.started_ns)]
    columns, rows = largest(timeline, begin, stop)
    frames = (begin, stop) if stop > begin else (0, 0)
    end_ms = pace.duration_ms + HOLD
    if last < whole_of(timeline, facts, chapters):
        changed = pace.video_ms(max([first, *changes, *marks_ns]))
        end_ms = max(pace.duration_ms, changed + LEAST_HOLD)
    seen = tuple(m for m in moments(pace, wanted) if m.video_ms < end_ms)
    return Film(facts, shown, Commands(every), pace, idle_ns, seen, frames, columns, rows, end_ms)


def whole_of(timeline: Timeline, facts: Facts, chapters: Sequence[Chapter]) -> int:
    """The last instant of the session."""
    ends = [facts.duration_ns or 0, *(c.end_ns if c.end_ns is not None else c.start_ns for c in chapters)]
    if len(timeline):
        ends += [int(timeline.t1_ns[-1]), timeline.end_ns]
    return max(ends)


def span(
    timeline: Timeline, facts: Facts, chapters: Sequence[Chapter], start_ns: int | None, end_ns: int | None
) -> tuple[int, int]:
    """The first and the last instant of session time that are shown."""
    whole = whole_of(timeline, facts, chapters)
    first = min(max(start_ns or 0, 0), whole)
    last = whole if end_ns is None else min(max(end_ns, 0), whole)
    if first >= last and whole > 0:
        asked = [("start", start_ns), ("end", end_ns)]
        said = ", ".join(f"{name} {t / SECOND:g} s" for name, t in asked if t is not None)
        raise UsageError(
            f"nothing to show: {said}, of a session of {whole / SECOND:g} s. The start lies before the end"
        )
    return first, last


def largest(timeline: Timeline, begin: int, stop: int) -> tuple[int, int]:
    """The largest number of columns and of rows among these frames."""
    columns, rows = 1, 1
    for frame in walk(timeline, begin, stop):
        columns, rows = max(columns, frame.columns), max(rows, frame.rows)
    return (columns, rows) if stop > begin else (80, 24)


def walk(timeline: Timeline, begin: int, stop: int) -> Iterator[Frame]:
    """Frames in order."""
    for frame, _, _ in timeline.walk(begin, stop):
        yield frame


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


def key_frames(film: Film) -> list[int]:
    """Where the video can be entered: at each command, and never further apart than the moments allow."""
    starts = {film.pace.video_ms(c.start_ns) for c in film.chapters}
    out: list[int] = []
    last = 0
    following: Iterable[Moment] = film.moments[1:]
    for moment, after in zip(film.moments, [*(m.video_ms for m in following), film.end_ms], strict=True):
        ms = moment.video_ms
        if ms in starts or after - last > KEY_EVERY:
            out.append(ms)
            last = ms
    return out
