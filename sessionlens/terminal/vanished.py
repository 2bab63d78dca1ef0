"""Text that was on the screen for less than a tenth of a second: told from what a program merely drew again.

Two sources: what left between two frames (the trace's notes), and rows that a frame showed only briefly. Both
are compared with the frames around them: text that stood there before or after was seen, and so was a line
of which only numbers and bars moved. Nothing here asks who the program is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from .lines import groups, text_of
from .progress import state
from .unseen import REMOVED

if TYPE_CHECKING:
    from ..recording import Recording
    from .timeline import Frame, Timeline
    from .trace import Trace

BRIEF_NS = 100_000_000
EDITING_NS = 500_000_000
LEAST = 3  # letters and digits that make a text
AHEAD = 16
LATER = 3  # frames in which a text may come back
ALTERNATE = frozenset({"?47", "?1047", "?1049"})

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_BAR = re.compile(r"[-=#>.*_~|/\\\u2500-\u259f\u2800-\u28ff\u25a0-\u25ff\u2026\ue000-\uf8ff]+")
MOVES = re.compile(  # all that moves the cursor or changes what stands: no colours, modes, reports
    rb"(?:\x1b\[|\xc2\x9b)[0-?]*[ -/]*[@-Z`abd-fru-z{-~]|\x1b(?:[6789DEMc]|\x238)|\xc2[\x84\x85\x8d]"
    rb"|\r(?!\n)|[\x08\x0b\x0c]"
)
_WORDS = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Vanished:
    """`text` left `after_ns` after it came (0: no frame showed it). `offset` is where what removed it stands,
    `since` the end of the output before it came; a key that is not Enter came just then:
    `editing` while a shell edited its line, `answer` while something else ran. Of `states` of its pieces
    only a word at the end is gone, and the line goes on.
    """

    t_ns: int
    offset: int
    since: int
    text: str
    how: str
    after_ns: int
    editing: bool
    answer: bool
    states: int = 0


@dataclass(frozen=True, slots=True)
class Episode:
    """One stay on the alternate screen, by the times and offsets of the sequences; it may never end."""

    t0_ns: int
    t1_ns: int
    first: int
    stop: int
    left: bool


def episodes(trace: Trace, end_ns: int, end: int) -> list[Episode]:
    """The stays on the alternate screen."""
    found: list[Episode] = []
    entered: tuple[int, int] | None = None
    for t_ns, offset, name, on in trace.modes:
        if name not in ALTERNATE:
            continue
        if on and entered is None:
            entered = t_ns, offset
        elif not on and entered is not None:
            found.append(Episode(entered[0], t_ns, entered[1], offset, True))
            entered = None
    if entered is not None:
        found.append(Episode(entered[0], end_ns, entered[1], end, False))
    return found


class Seen:
    """The lines of a few frames, to look texts up in."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        self.text = "\n".join(self.lines)
        self._bare: str | None = None

    @property
    def bare(self) -> str:
        """The skeletons of the lines."""
        if self._bare is None:
            self._bare = "\n".join(map(skeleton, self.lines))
        return self._bare


class Around:
    """The logical lines of frames, the last few kept."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.lines = lru_cache(maxsize=32)(self._lines)
        self._text = lru_cache(maxsize=4096)(lambda key: text_of(timeline.rows, key))
        self._ids: dict[int, tuple[int, ...]] = {}
        self._near = lru_cache(maxsize=4)(self._seen)
        self._skeletons: frozenset[str] | None = None

    def _lines(self, index: int) -> tuple[str, ...]:
        if index not in self._ids:  # frames are asked for in order, more or less: take a few at once
            stop = min(index + AHEAD, len(self.timeline))
            ahead = self.timeline.screens.walk(index, stop)
            self._ids = {at: tuple(ids) for at, (ids, _, _) in enumerate(ahead, index)}
        texts = (self._text(key) for _, key in groups(self.timeline.rows, self._ids[index]))
        return tuple(text for text in texts if text)

    def moving(self, text: str) -> bool:
        """Did frames show this line with other numbers and bars in it, for long enough to be read?"""
        bare = skeleton(text)
        if "0" not in bare:
            return False
        if self._skeletons is None:
            lines = self.timeline.lines()
            spans = zip(lines.text, lines.reason, lines.t0_ns, lines.t1_ns, strict=True)
            read = (line for line, reason, t0, t1 in spans if reason == "visible" and t1 - t0 >= BRIEF_NS)
            self._skeletons = frozenset(map(skeleton, read))
        return bare in self._skeletons

    def at(self, offset: int) -> int:
        """The last frame that was complete before the byte at `offset`."""
        return max(bisect_right(self.timeline.offset, offset) - 1, 0)

    def near(self, before: int, after: Iterable[int]) -> Seen:
        """What these frames showed, as far as there are such frames."""
        return self._near(tuple(i for i in (before, *after) if 0 <= i < len(self.timeline)))

    def _seen(self, frames: tuple[int, ...]) -> Seen:
        return Seen(dict.fromkeys(line for i in frames for line in self.lines(i)))


@lru_cache(maxsize=4096)
def skeleton(text: str) -> str:
    """A line without what moves in a progress display: numbers all alike, bars and spinners gone."""
    return " ".join(_BAR.sub(" ", _NUMBER.sub("0", text)).split())


def shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    size = min(len(one), len(other))
    return next((at for at in range(size) if one[at] != other[at]), size)


def missing(text: str, seen: Seen) -> str:
    """The part of a text that no line has, cut at words; "" where all of it was seen."""
    text = text.strip()
    if not text or text in seen.text:
        return ""
    bare = skeleton(text)
    if bare in seen.bare.split("\n") or ("0" in bare and bare in seen.bare):
        return ""
    grown = max((shared(text, line) for line in seen.lines if line[0] == text[0]), default=0)
    if sum(map(str.isalnum, text[grown:])) < LEAST:
        return ""
    spans = [match.span() for match in _WORDS.finditer(text)]
    first, last = 0, len(spans)
    while first < last and text[: spans[first][1]] in seen.text:
        first += 1
    cut = last
    while cut > first and text[spans[cut - 1][0] :] in seen.text:
        cut -= 1
        if cut == first or spans[cut][0] - spans[cut - 1][1] > 1:  # it stands apart, as at a right edge
            last = cut
    new = text[spans[first][0] : spans[cut - 1][1]] if first < cut else ""
    if sum(map(str.isalnum, new)) < LEAST:
        return ""
    return text[spans[first][0] : spans[last - 1][1]]


class Keys:
    """When keys came, and whether a shell was editing its line: what is drawn then answers to a key."""

    def __init__(self, recording: Recording, trace: Trace) -> None:
        self._recording = recording
        self._events = np.flatnonzero(recording.stream == ord("i"))
        self._times = recording.t_ns[self._events]
        pasting = [(offset, on) for _, offset, name, on in trace.modes if name == "?2004"]
        self._offsets, self._on = [offset for offset, _ in pasting], [on for _, on in pasting]

    def editing(self, start: int, end: int, offset: int) -> bool:
        """Was the last key before `end` no Enter, while a line was edited at `offset`?

        Bracketed paste says that a shell edits its line; it answers soon. Where that is never set,
        the key must have come after `start`.
        """
        at = bisect_right(self._offsets, offset) - 1
        if self._offsets:
            if at < 0 or not self._on[at]:
                return False
            start = end - EDITING_NS
        return self.answers(start, end)

    def answers(self, start: int, end: int) -> bool:
        """Was the last key between these times one, and no Enter?"""
        last = int(self._times.searchsorted(end, side="right")) - 1
        if last < 0 or self._times[last] < start:
            return False
        pressed = self._recording.data(int(self._events[last]))
        return b"\r" not in pressed and b"\n" not in pressed


def between_frames(trace: Trace, around: Around, stays: list[Episode], keys: Keys) -> Iterator[Vanished]:
    """What no frame showed. On the alternate screen only where the whole stay was brief: programs that own
    the screen draw over themselves all the time.
    """
    timeline = around.timeline
    entries = [stay.first for stay in stays]
    for note in trace.unseen:
        if note.how not in REMOVED:
            continue
        at = bisect_right(entries, note.offset) - 1
        stay = stays[at] if at >= 0 and note.offset <= stays[at].stop else None
        if note.alternate and (stay is None or stay.t1_ns - stay.t0_ns >= BRIEF_NS):
            continue
        before = around.at(note.offset)
        later = before
        if note.how == "switched" and not note.alternate and stay is not None:
            later = around.at(stay.stop)  # it was covered, and may have come back
        seen = around.near(before, range(later + 1, later + 1 + LATER))
        lines = ((piece, rest) for piece in note.text.split("\n") if (rest := missing(piece, seen)))
        gone = [(piece, rest) for piece, rest in lines if not around.moving(rest)]
        pieces = [rest for _, rest in gone]
        if pieces:
            came, text = note.t_ns - BRIEF_NS, "\n".join(pieces)
            editing = keys.editing(came, note.t_ns, note.offset)
            answer = keys.answers(came, note.t_ns)
            since = timeline.offset[before]
            states = sum(state(piece, rest, seen.lines) for piece, rest in gone)
            yield Vanished(note.t_ns, note.offset, since, text, note.how, 0, editing, answer, states)


def brief(recording: Recording, around: Around, keys: Keys) -> Iterator[Vanished]:
    """Rows of the main screen that frames showed, but for less than 100 ms."""
    timeline = around.timeline
    out = recording.blob("o")
    shown: list[int] = []  # since which frame each row stands where it stands
    last: Frame | None = None
    for frame, changed, scroll in timeline.walk():
        size = len(frame.row_ids)
        if last is None or (last.rows, last.columns) != (size, frame.columns):
            shown = [frame.index] * size
        else:
            main = not (last.alternate or frame.alternate)  # what the other screen covers comes back
            quick = main and frame.t0_ns - last.t0_ns < BRIEF_NS
            moved = MOVES.search(out, last.offset, frame.offset) if quick and changed else None
            if moved is not None:  # else it only scrolled away
                rows = [
                    (last.row_ids[place + scroll], frame.row_ids[place], shown[place + scroll])
                    for place in changed
                    if place + scroll < size
                ]
                yield from _gone(frame, rows, moved.start(), around, keys)
            shown = shown[scroll:] + [frame.index] * scroll
            for place in changed:
                shown[place] = frame.index
        last = frame


def _gone(
    frame: Frame, rows: list[tuple[int, int, int]], offset: int, around: Around, keys: Keys
) -> Iterator[Vanished]:
    """The rows that this frame has replaced, as far as they came just before: one text.

    `rows` are (old row, new row, first frame of the old one).
    """
    timeline = around.timeline
    texts: list[str] = []
    first, states = frame.index, 0
    for row, new, since in rows:
        if not since or frame.t0_ns - timeline.t0_ns[since] >= BRIEF_NS:
            continue
        text = timeline.rows.text(row)
        if not text.strip() or skeleton(text) == skeleton(timeline.rows.text(new)):
            continue
        seen = around.near(since - 1, range(frame.index, frame.index + LATER))
        rest = missing(text, seen)
        if rest and not around.moving(rest):
            texts.append(rest)
            states += state(text, rest, seen.lines)
            first = min(first, since)
    if texts:
        came = timeline.t0_ns[first]
        editing = keys.editing(came - BRIEF_NS, frame.t0_ns, offset)
        answer = keys.answers(came - BRIEF_NS, frame.t0_ns)
        before, age = timeline.offset[first - 1], frame.t0_ns - came
        text = "\n".join(texts)
        yield Vanished(frame.t0_ns, offset, before, text, "overwritten", age, editing, answer, states)
