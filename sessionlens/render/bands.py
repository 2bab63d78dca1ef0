"""What the bands above and below the terminal say: facts, clock, the command, stamps. Words, no pixels.

Every line here is data (spans); `panels` paints them. Text from the recording becomes harmless in `spans`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sessionlens.render.facts import (
    UNPROVEN,
    Chapter,
    Facts,
    clock,
    instant,
    length,
    local,
    offset,
    short_clock,
    wall_clock,
)
from sessionlens.render.pace import Cut
from sessionlens.render.spans import Line, Span, columns_of, cut, width
from sessionlens.render.theme import Theme

LEAST = 8  # columns of a shortened value
RUNNING, GOOD, BAD, UNKNOWN = "running", "good", "bad", "unknown"


@lru_cache(16)
def who(facts: Facts, theme: Theme, columns: int) -> Line:
    """`john as deploy on web01`; where that is too long, the longest name is cut in the middle."""
    fields = [("", facts.person), ("as ", facts.account), ("on ", facts.target)]
    return fields_in_a_row(fields, " ", theme, columns, bold=True)


@lru_cache(16)
def details(facts: Facts, theme: Theme, columns: int) -> Line:
    """Session, channel, key and client, as far as known."""
    channel = None
    if facts.channel is not None:
        channel = f"{facts.channel} of {facts.channels}" if facts.channels else str(facts.channel)
    fields = [
        ("session ", facts.session), ("channel ", channel), ("key ", facts.key), ("from ", facts.client)
    ]  # fmt: skip
    return fields_in_a_row(fields, "   ", theme, columns, bold=False)


def fields_in_a_row(
    fields: Sequence[tuple[str, str | None]], between: str, theme: Theme, columns: int, *, bold: bool
) -> Line:
    """Name and value of each known field; of long values the longest is shortened, to `LEAST` at least."""
    known = [(name, value) for name, value in fields if value]
    sizes = [columns_of(value) for _, value in known]
    room = columns - sum(len(name) for name, _ in known) - len(between) * (len(known) - 1)
    while sum(sizes) > room and max(sizes) > LEAST:
        sizes[sizes.index(max(sizes))] -= 1
    line: list[Span] = []
    for (name, value), size in zip(known, sizes, strict=True):
        line.append(Span((between if line else "") + name, theme.band_quiet))
        line.append(Span(cut(value, size), theme.band_text, bold))
    return tuple(line)


def utc(facts: Facts, session_ns: int, theme: Theme) -> Line:
    """The wall clock, and beside it that of the chosen zone; or that it is unknown."""
    when = instant(facts, session_ns)
    if when is None:
        return (Span("clock time unknown", theme.band_quiet),)
    there = local(facts, session_ns)
    beside = () if there is None else (Span(f"  {there:%m-%d %H:%M:%S}{offset(there)}", theme.band_quiet),)
    return (
        Span(f"{when:%Y-%m-%d %H:%M:%S}", theme.band_text, bold=True),
        Span(" UTC", theme.band_quiet, bold=True),
        *beside,
    )


def elapsed(facts: Facts, session_ns: int, speed: float, theme: Theme) -> Line:
    """Time since the session began, of how much, and the speed where it is not the real one."""
    line = [Span("elapsed ", theme.band_quiet), Span(clock(session_ns), theme.band_text)]
    if facts.duration_ns is not None:
        line.append(Span(f" of {clock(facts.duration_ns)}", theme.band_quiet))
    if speed != 1:
        line = [Span(f" speed {speed:g}× ", theme.on_pill, True, theme.stamp), Span("  ", 0), *line]
    return tuple(line)


@dataclass(frozen=True, slots=True)
class Running:
    """The command that the lower band is about at one time."""

    number: int  # in the table of commands, from 1
    chapter: Chapter
    state: str
    since_ns: int  # how long it runs, or ran


class Commands:
    """Which command is the latest at a time: the one that started or ended last."""

    def __init__(self, chapters: Sequence[Chapter]) -> None:
        self.chapters = chapters
        starts = [(chapter.start_ns, 1, i) for i, chapter in enumerate(chapters)]
        ends = [(chapter.end_ns, 0, i) for i, chapter in enumerate(chapters) if chapter.end_ns is not None]
        self._events = sorted(starts + ends)
        self._times = [time for time, _, _ in self._events]

    @property
    def times(self) -> list[int]:
        """When the answer may change."""
        return self._times

    def at(self, session_ns: int) -> Running | None:
        """The command at a time, None before the first."""
        i = bisect_right(self._times, session_ns)
        if i == 0:
            return None
        index = self._events[i - 1][2]
        chapter = self.chapters[index]
        ended = chapter.end_ns is not None and chapter.end_ns <= session_ns
        until = chapter.end_ns if ended and chapter.end_ns is not None else session_ns
        number = index + 1 if chapter.number is None else chapter.number
        return Running(number, chapter, state_of(chapter) if ended else RUNNING, until - chapter.start_ns)


def state_of(chapter: Chapter) -> str:
    """How an ended command went."""
    if chapter.exit_code is None:
        return UNKNOWN
    return BAD if chapter.exit_code else GOOD


def state(running: Running, theme: Theme) -> Line:
    """The pill at the right of the command."""
    if running.state == RUNNING:
        return (Span(" running ", theme.on_pill, True, theme.running),)
    if running.state == UNKNOWN:
        return (Span(" exit unknown ", theme.on_pill, True, theme.unknown),)
    colour = theme.bad if running.state == BAD else theme.good
    return (Span(f" exit {running.chapter.exit_code} ", theme.on_pill, True, colour),)


def about(running: Running, total: int, facts: Facts, theme: Theme, columns: int) -> Line:
    """The line below the command: its number, its start, how long, what ≈ means, and where there is room the
    ref of its bytes. `total`: the commands of this channel, for those that have no number in the session's
    table."""
    began = wall_clock(facts, running.chapter.start_ns)
    verb, passed = "took", length(running.since_ns)
    if running.state == RUNNING:
        verb, passed = "running for", short_clock(running.since_ns)
    known = total if running.chapter.number is None else facts.commands
    number = str(running.number) + (f" of {known}" if known is not None else "")
    line = [
        Span("command ", theme.band_quiet), Span(number, theme.band_text),
        Span("   started ", theme.band_quiet), Span(began, theme.band_text),
        Span(f"   {verb} ", theme.band_quiet), Span(passed, theme.band_text),
    ]  # fmt: skip
    if running.chapter.approximate:
        line.append(Span("   ≈ reconstructed", theme.caution))
    if running.chapter.ref is not None:
        ref = (Span("   ref ", theme.band_quiet), Span(running.chapter.ref, theme.band_text))
        line += ref if width((*line, *ref)) <= columns else ()
    return tuple(line)


def nothing_yet(total: int, facts: Facts, theme: Theme) -> Line:
    """What stands there before the first command; `total`: the commands of this channel."""
    if total:
        text = "no command yet"
    elif facts.typing_unread or (facts.caveats and facts.flaw != UNPROVEN):  # else all of it was read
        text = "no commands could be read"
    else:
        text = "no commands in this channel" if facts.commands else "no commands in this recording"
    return (Span(text, theme.band_quiet),)


def skipped(left_out: Cut | None, theme: Theme) -> Line:
    """The stamp of idle time that was cut."""
    if left_out is None:
        return ()
    return (Span(f" idle {short_clock(left_out.length_ns)} skipped ", theme.on_pill, True, theme.stamp),)


def masked(facts: Facts, theme: Theme) -> Line:
    """The stamp of what is masked."""
    if not facts.masked:
        return ()
    return (Span("   ", theme.band_quiet), Span(f" {facts.masked} ", theme.on_pill, True, theme.stamp))
