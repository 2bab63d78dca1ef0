"""What runs may have shown this prompt and read the line itself: then it is listed, and never surely.

A program can print any prompt, also the shell's own. Dropping what stands behind it would let somebody hide a
command; so such lines are `low`, whatever screen and keystrokes say of their text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from .editor import KeyLine
from .line import Line
from .prompts import shape
from .running import Asking
from .screen import PASTE, View

_FIRST = 4096  # bytes of a first row
POSED = "what runs can show this very prompt and read the line itself"


class Doubts:
    """Goes with the lines of one recording in order. `pane`: of a pane, whose editors' modes are not seen."""

    def __init__(self, view: View, asking: Asking, key_lines: Sequence[KeyLine], pane: bool) -> None:
        self.view, self.asking, self.key_lines, self.pane = view, asking, key_lines, pane
        self._before, self._drawn = 0, False
        self.posed: list[tuple[int, int | None]] = []
        """Where something ran that can show the shell's own prompt: from and to which byte of the output."""

    def read(self, line: Line) -> Line:
        """The line, with the doubts that what runs raises."""
        self._pressed(line.key_line)
        return self._doubted(line)

    def remember(self, line: Line) -> None:
        """The line was run, or thrown away."""
        posing = self.asking.posing.lines > 0 and not self.asking.continuing
        if posing and (not self.posed or self.posed[-1][1] is not None):
            self.posed.append((line.candidate.after, None))
        elif not posing and self.posed and self.posed[-1][1] is None:
            self.posed[-1] = self.posed[-1][0], line.candidate.point.offset

    def judged(self, line: Line) -> Line:
        """A line that was found otherwise, after all were read: low where something posed as the shell."""
        at = line.candidate.point.offset
        before = bisect_left(self.posed, (at,)) - 1
        if before < 0 or line.confidence == "low":
            return line
        stop = self.posed[before][1]
        return replace(line, confidence="low", reason=POSED) if stop is None or at < stop else line

    def _pressed(self, key_line: KeyLine | None) -> None:
        """What was typed before a line, and taken at no prompt, was read by what ran."""
        while key_line is not None and self._before < len(self.key_lines):
            before = self.key_lines[self._before]
            if before.first > key_line.first:
                break
            self._before += 1
            if before is not key_line or before.ender == "interrupt":
                self.asking.pressed(before.ender)

    def _doubted(self, line: Line) -> Line:
        """The line, with the doubts that what runs raises whatever the screen and the keys say."""
        if line.candidate.point.offset < self.view.doubted:
            reason = "the recording may begin inside of a full-screen program"
        elif self._torn(line):
            reason = "the recording begins in the middle of this line: more may stand before it"
        elif (shape(line.prompt), line.candidate.paste) in self.asking.doubted:
            reason = "an unknown program showed this prompt: it may be an answer to it"
        elif self.asking.posed(line.prompt):
            reason = POSED
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
        pieces = self.view.between(rests[0], line.candidate.point.offset) if rests else ()
        return len(list(pieces)) == 1
