"""The bands as pixels: each piece of a band is painted where it lies, and again only when it says something
else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sessionlens.render import bands
from sessionlens.render.canvas import Canvas
from sessionlens.render.facts import Chapter, Facts
from sessionlens.render.glyphs import Atlas
from sessionlens.render.layout import Bands, Layout, even
from sessionlens.render.pace import Cut
from sessionlens.render.remarks import Remarks, said
from sessionlens.render.spans import Line, Span, paint, width, wrap
from sessionlens.render.theme import Theme

STATE = 15  # columns kept for the state of a command
STAMP = 26  # and for the stamp of a cut
EDGE = 2


@dataclass(frozen=True, slots=True)
class Progress:
    """What the progress line shows: where it begins and ends, and where ticks and cuts are, in one unit."""

    total: int
    ticks: tuple[int, ...] = ()
    cuts: tuple[int, ...] = ()
    first: int = 0


class Panels:
    """Both bands of one picture."""

    def __init__(
        self,
        canvas: Canvas,
        layout: Layout,
        measures: Bands,
        theme: Theme,
        facts: Facts,
        chapters: Sequence[Chapter],
        progress: Progress,
        *,
        speed: float = 1.0,
        remarks: Remarks | None = None,
    ) -> None:
        self.canvas, self.layout, self.measures, self.theme = canvas, layout, measures, theme
        self.facts, self.progress, self.speed = facts, progress, speed
        self.commands, self.remarks = bands.Commands(chapters), remarks or Remarks(())
        self.main, self.small = Atlas(*measures.main), Atlas(*measures.small)
        self._top = layout.screen.y - measures.above
        self._said: dict[str, object] = {}
        self._background()
        self._bars = self._draw_bars()

    def paint(self, session_ns: int, position: int, left_out: Cut | None = None) -> bool:
        """Bring the bands to a time; whether anything changed."""
        before = dict(self._said)
        self._above(session_ns)
        self._below(session_ns, left_out)
        self._bar(position)
        return before != self._said

    def _above(self, session_ns: int) -> None:
        theme, pad = self.theme, self.measures.pad
        top = self._top + even(pad / 2)
        second = top + self.measures.main[1]
        clock = bands.utc(self.facts, session_ns, theme)
        room = self._columns(self.main) - width(clock) - 2
        self._say("who", self.main, top, bands.who(self.facts, theme, room), room)
        self._say_right("utc", self.main, top, clock, width(clock))
        passed = bands.elapsed(self.facts, session_ns, self.speed, theme)
        room = self._columns(self.small) - width(passed) - 2
        note: Line = (Span(f"   {self.layout.note}", theme.caution),) if self.layout.note else ()
        note += bands.masked(self.facts, theme)
        said = bands.details(self.facts, theme, room - width(note))
        self._say("details", self.small, second, (*said, *note), room)
        self._say_right("elapsed", self.small, second, passed, width(passed))

    def _below(self, session_ns: int, left_out: Cut | None) -> None:
        theme, y = self.theme, self.layout.below + even(self.measures.pad / 2)
        running = self.commands.at(session_ns)
        lines, room = self.measures.command_lines, self._columns(self.main) - STATE
        texts = command_lines(running, theme, room, lines)
        for i in range(lines):
            self._say(f"command {i}", self.main, y, texts[i] if i < len(texts) else (), room)
            if i == 0:
                self._say_right("state", self.main, y, bands.state(running, theme) if running else (), STATE)
            y += self.measures.main[1]
        y = self._remarks(session_ns, y)
        total = len(self.commands.chapters)
        if running:
            note = bands.about(running, total, self.facts, theme, self._columns(self.small) - STAMP)
        else:
            note = bands.nothing_yet(total, self.facts, theme)
        self._say("about", self.small, y, note, self._columns(self.small) - STAMP)
        self._say_right("skipped", self.small, y, bands.skipped(left_out, theme), STAMP)

    def _remarks(self, session_ns: int, y: int) -> int:
        """What the analyst says; where the next line goes."""
        lines, room = self.measures.remark_lines, self._columns(self.small)
        texts = said(self.remarks.at(session_ns), self.facts, self.theme, room, lines) if lines else []
        for i in range(lines):
            self._say(f"remark {i}", self.small, y, texts[i] if i < len(texts) else (), room)
            y += self.measures.small[1]
        return y

    def _columns(self, atlas: Atlas) -> int:
        return (self.layout.width - 2 * self.measures.pad) // atlas.width

    def _say(self, name: str, atlas: Atlas, y: int, line: Line, columns: int, x: int | None = None) -> None:
        """A line in its place, unless it is there already."""
        if self._said.get(name) == line:
            return
        self._said[name] = line
        paint(self.canvas, atlas, self.measures.pad if x is None else x, y, line, columns, self.theme.band)

    def _say_right(self, name: str, atlas: Atlas, y: int, line: Line, columns: int) -> None:
        """The same, flush right."""
        blank = Span(" " * max(columns - width(line), 0), self.theme.band_text)
        x = self.layout.width - self.measures.pad - columns * atlas.width
        self._say(name, atlas, y, (blank, *line), columns, x)

    def _background(self) -> None:
        """The bands' ground, and the line between a band and the terminal."""
        picture, theme = self.layout, self.theme
        above, below = picture.screen.y, picture.below
        self.canvas.fill(0, self._top, picture.width, self.measures.above, theme.band)
        self.canvas.fill(0, above - EDGE, picture.width, EDGE, theme.band_track)
        self.canvas.fill(0, below, picture.width, picture.height - below, theme.band)
        self.canvas.fill(0, below, picture.width, EDGE, theme.band_track)

    def _draw_bars(self) -> tuple[Canvas, Canvas]:
        """The progress line twice: as it is to come, and as it was."""
        theme, (_, _, long, high) = self.theme, self._bar_box()
        bars = []
        for ground, tick in ((theme.band_track, theme.band_quiet), (theme.accent, theme.band_text)):
            bar = Canvas(long, high, self.canvas.ink)
            bar.fill(0, 0, long, high, ground)
            for position in self.progress.cuts:
                bar.fill(self._along(position), 0, EDGE, high, theme.caution)
            for position in self.progress.ticks:
                bar.fill(self._along(position), 0, EDGE, high, tick)
            bars.append(bar)
        return bars[0], bars[1]

    def _bar(self, position: int) -> None:
        x, y, long, high = self._bar_box()
        at = self._along(position)
        if self._said.get("bar") == at:
            return
        self._said["bar"] = at
        to_come, done = self._bars
        self.canvas.copy_from(done, x, y, (0, at))
        self.canvas.copy_from(to_come, x, y, (at, long))
        self.canvas.fill(x + at, y, EDGE * 2, high, self.theme.band_text)

    def _along(self, position: int) -> int:
        """A place on the progress line, in pixels from its left end."""
        long = self._bar_box()[2] - 2 * EDGE
        whole = max(self.progress.total - self.progress.first, 1)
        return even(long * min(max(position - self.progress.first, 0), whole) / whole)

    def _bar_box(self) -> tuple[int, int, int, int]:
        pad, high = self.measures.pad, self.measures.bar
        return pad, self.layout.height - high - even(pad / 2), self.layout.width - 2 * pad, high


def command_lines(running: bands.Running | None, theme: Theme, columns: int, lines: int) -> list[Line]:
    """The command on as many lines as it needs and there are."""
    if running is None:
        return []
    over = running.state != bands.RUNNING
    mark = Span("  " if over else "▶ ", theme.accent)
    lead: Line = (mark, Span("≈ ", theme.caution, bold=True)) if running.chapter.approximate else (mark,)
    indent = width(lead)
    out: list[Line] = []
    for i, text in enumerate(wrap(running.chapter.title, columns - indent, lines)):
        first: Line = lead if i == 0 else (Span(" " * indent, theme.band_text),)
        out.append((*first, Span(text, theme.band_text, bold=True)))
    return out or [lead]


def lines_needed(chapters: Sequence[Chapter], columns: int, most: int) -> int:
    """How many lines the longest command takes."""
    return max((len(wrap(c.title, columns - 4, most)) for c in chapters), default=1) or 1
