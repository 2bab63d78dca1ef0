"""What runs may have shown this prompt and read the line itself: then it is listed, and never surely.

A program can print any prompt, also the shell's own. Dropping what stands behind it would let somebody hide a
command; so such lines are `low`, whatever screen and keystrokes say of their text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from sessionlens.times import format_elapsed

from .editor import KeyLine
from .line import Line
from .lost import TORN
from .model import HIDDEN
from .prompts import shape
from .running import Asking
from .screen import PASTE, View

_FIRST = 4096  # bytes of a first row
_AT_ONCE = 100_000_000  # ns between the two pieces in which a terminal may hand over what was written as one
_ESCAPES = re.compile(rb"\x1b(?!\[[A-D]|O[A-D])|\x1b.*[\x08\x7f]|[\x08\x7f].*\x1b|\x16", re.S)
"""Keys that a program may print as a sequence of their own."""

_POSED = "{} can show this very prompt and read the line itself"
_SHOWN = 60  # characters of what is blamed


@dataclass(frozen=True, slots=True)
class Posed:
    """What can show the shell's own prompt ran from here, to there or to the end; what is said of it."""

    start: int
    reason: str
    stop: int | None = None


class Doubts:
    """Goes with the lines of one recording in order. `pane`: of a pane, whose editors' modes are not seen."""

    def __init__(self, view: View, asking: Asking, key_lines: Sequence[KeyLine], pane: bool) -> None:
        self.view, self.asking, self.key_lines, self.pane = view, asking, key_lines, pane
        self._before, self._drawn = 0, False
        self.posed: list[Posed] = []
        """Where something ran that can show the shell's own prompt."""

    def read(self, line: Line) -> Line:
        """The line, with the doubts that what runs raises."""
        line = self._pressed(line)
        if not self.asking.waits(line.prompt):
            self._edited(line)
        return self._doubted(line)

    def _edited(self, line: Line) -> None:
        """Where a line editor read it, what may pose as the shell did not."""
        posing = self.asking.posing
        posing.plain &= line.key_line is not None and not self._escapes(line.key_line)
        if posing.plain and line.candidate.paste and not self.pane:
            posing.lines = 0

    def _escapes(self, key_line: KeyLine) -> bool:
        """May a program that prints what was typed print a sequence?"""
        data = self.view.recording.blob("i")[key_line.first : key_line.last + 1]
        return _ESCAPES.search(data) is not None

    def remember(self, line: Line) -> None:
        """The line was run, or thrown away."""
        posing = not self.asking.continuing and self.asking.posing.lines > 0
        if posing and (not self.posed or self.posed[-1].stop is not None):
            self.posed.append(Posed(line.candidate.after, _blamed(line)))
        elif not posing and self.posed and self.posed[-1].stop is None:
            self.posed[-1] = replace(self.posed[-1], stop=line.candidate.point.offset)

    def judged(self, line: Line) -> Line:
        """A line that was found otherwise, after all were read: low where something posed as the shell."""
        at = line.candidate.point.offset
        before = bisect_left(self.posed, at, key=attrgetter("start")) - 1
        if before < 0 or line.confidence == "low":
            return line
        stop = self.posed[before].stop
        doubted = stop is None or at < stop
        return replace(line, confidence="low", reason=self.posed[before].reason) if doubted else line

    def _pressed(self, line: Line) -> Line:
        """What was typed before a line, and taken at no prompt, was read by what ran, or ended it."""
        ended = False
        while line.key_line is not None and self._before < len(self.key_lines):
            before = self.key_lines[self._before]
            if before.first > line.key_line.first:
                break
            self._before += 1
            if before is not line.key_line or before.ender == "interrupt":
                ended |= before.ender == "eof" and self.asking.ends()
                self.asking.pressed(before.ender, self._escapes(before))
        return replace(line, begins=True) if ended else line

    def _doubted(self, line: Line) -> Line:
        """The line, with the doubts that what runs raises whatever the screen and the keys say."""
        if line.candidate.point.offset < self.view.doubted:
            reason = "the recording may begin inside of a full-screen program"
        elif self._torn(line):
            reason = TORN
        elif (shape(line.prompt), line.candidate.paste) in self.asking.doubted:
            reason = "an unknown program showed this prompt: it may be an answer to it"
        elif self.asking.posed(line.prompt):
            reason = self.posed[-1].reason if self.posed else _POSED.format("what runs")
        elif self._drawn_at_once(line) and (self.asking.unsure or self._drawn):
            reason, self._drawn = "a program may have drawn it: it came in one piece with its end", True
        else:
            self._drawn = False
            return line
        return replace(line, confidence="low", reason=reason)

    def _torn(self, line: Line) -> bool:
        """Was its prompt not in the recording, or typed to before it came?"""
        candidate, view = line.candidate, self.view
        if self.pane:
            return False
        if candidate.paste:
            opened = view.since(PASTE, candidate.point.offset)
            return opened is None or view.out[opened : opened + 3] != b"\x1b[?"
        rest = candidate.rests[0] if candidate.rests else None
        if rest is None or rest.event < 0 or rest.offset > _FIRST or line.key_line is None:
            return False
        row = bytes(view.out[: rest.offset]).rpartition(b"\n")
        return not row[1] and self.key_lines[0].first_event < rest.event

    def _drawn_at_once(self, line: Line) -> bool:
        """Without keys: did the text come together with what a line editor says at the Enter?"""
        if self.view.recording.has_input or not line.candidate.paste:
            return False
        rests = [rest.offset for rest in line.candidate.rests if rest.left.endswith(line.prompt)]
        if not rests:
            return False
        end = line.candidate.point.offset
        begun = end - len(self.view.out[rests[0] : end].lstrip(b" "))  # a blank may be the prompt's
        pieces = len(list(self.view.between(begun, end)))
        return pieces == 1 or (pieces == 2 and self.view.time_of(end) - self.view.time_of(begun) < _AT_ONCE)


def _blamed(line: Line) -> str:
    """The reason to doubt what comes after this line."""
    text = HIDDEN if line.hidden else " ".join(line.text.split())
    cut = text[:_SHOWN] + ("…" if len(text) > _SHOWN else "")
    return _POSED.format(f"what was run at {format_elapsed(line.t_ns)}, {cut},")
