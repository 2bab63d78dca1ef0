"""Lines that were typed, echoed and ended with Enter, and that no prompt tells: it may be empty, or unknown.

Where what runs is known to leave its input alone, or is a shell or REPL whose prompt came back, nobody else
can have read such a line: it is a row. Where `read` asked for it, it is an answer. All else is told as
`unread`, so that nobody takes a missing row for a line that was never typed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter

from .accept import Candidate
from .blind import same
from .contexts import looks_like
from .editor import KeyLine, Reading
from .flushing import Flushes
from .hosts import is_host
from .line import Line
from .lost import BY_REST
from .matching import in_order, tidy
from .model import LineEvent
from .more import Unfinished
from .openers import opens, runs_script
from .posing import ENDLESS, asks, posing
from .prompts import shape
from .region import LogicalLine
from .screen import PASTE, Rest, View
from .secrets import Echoes
from .stdin import leaves_input, reads_all

_YES_OR_NO = re.compile(r"\s*(?:y|n|yes|no)\s*", re.I)
_FLIGHT = 8  # rows that may end between an Enter and the row that it ended
WHY = "no prompt is known there; what ran leaves its input alone, so a shell read it"
WHY_REPL = "no prompt is known there, but it came back, and what runs reads commands"


@dataclass(slots=True)
class Runs:
    """What runs, as far as the lines say, and how much of what is typed it may read."""

    typed: Unfinished = field(default_factory=lambda: Unfinished(""))
    prompt: str = ""
    """The prompt at which that began."""

    free: bool = True
    """Nothing that reads runs: the shell waits."""

    opened: bool = False
    """It is known to read commands."""

    repl: bool = False
    """They are no lines for a shell."""

    forms: set[str] = field(default_factory=set)
    """Shapes of the prompts that came, without those of the REPL that runs."""

    lines: int = 0
    """It reads so many by itself."""

    silent: bool = False
    """... and shows no prompt for them."""

    paging: bool = False
    """It reads keys, and shows what it likes of them."""

    def ran(self, text: str, prompt: str) -> None:
        """This was run at a prompt."""
        if self.repl and shape(prompt) not in self.forms:
            return
        self.forms.add(shape(prompt))
        if self.typed.open and (same(prompt) != self.prompt or not prompt.strip()):
            self.typed.add(text)
        else:
            self.typed, self.prompt = Unfinished(text), same(prompt)
        if self.typed.open:
            self.opened, self.lines, self.free = False, 0, False
            return
        whole = self.typed.text
        found = opens(whole) if not runs_script(whole) else None
        self.opened, self.repl = found is not None, found is not None and found.kind == "repl"
        self.silent = reads_all(whole)
        reads = max(posing(whole).lines, asks(whole))
        self.lines = 0 if self.opened else ENDLESS if self.silent else reads
        self.paging = is_host(whole)
        self.free = leaves_input(whole) and not self.paging

    def pressed(self, key_line: KeyLine) -> None:
        """This was typed to it."""
        if key_line.ender in ("eof", "interrupt") and not self.repl:
            self.typed, self.lines, self.free = Unfinished(""), 0, True
        elif self.lines:
            self.lines -= 1
            self.free = not self.lines


class Echoed:
    """Goes through the lines and the keystrokes that none of them took, in order."""

    def __init__(self, view: View, found: Sequence[Candidate], lines: Sequence[Line]) -> None:
        self.view, self.found, self.lines = view, found, lines
        self.echoes, self.runs = Echoes(view), Runs()
        self.flushes = Flushes(view)
        self.offsets = [candidate.point.offset for candidate in found]
        self._points = view.trace.points.of("input")
        self.taken = {line.candidate.after for line in lines}
        self.known = {same(line.prompt) for line in lines if line.prompt.strip()}
        self.unread: list[LineEvent] = []

    def read(self, left_over: Sequence[KeyLine]) -> Iterator[Line]:
        """The further lines; what may be one is in `unread` then."""
        shown = [each for each in left_over if each.ender == "enter" and self._shown(each)]
        came = Counter(same(self._left(each)) for each in shown)
        wanted = {each.first for each in shown}
        taken = sorted(self.lines, key=_event)
        at = 0
        for key_line in left_over:
            while at < len(taken) and _event(taken[at]) <= key_line.last_event:
                if taken[at].outcome == "run":
                    self.runs.ran(taken[at].text, taken[at].prompt)
                at += 1
            if key_line.first not in wanted or self._told(key_line, taken[at : at + _FLIGHT]):
                self.runs.pressed(key_line)
                continue
            yield from self._line(key_line, came[same(self._left(key_line))])

    def _shown(self, key_line: KeyLine) -> bool:
        """Was it echoed, all of it, by the terminal and not by an editor, whose lines are known?"""
        said = key_line.readings[0]
        if said.certain and not said.text.strip():
            return False
        editor = self.view.is_on(PASTE, self.view.offset_at(key_line.last_event))
        return not editor and self.echoes.came(key_line)

    def _left(self, key_line: KeyLine) -> str:
        """What stood left of the cursor at the first key."""
        rest = self._rest(key_line.first_event)
        return rest.left if rest is not None else ""

    def _rest(self, event: int) -> Rest | None:
        """The cursor's line at this key, if anything was printed since the one before."""
        at = bisect_left(self._points, event, key=attrgetter("event"))
        known = at < len(self._points) and self._points[at].event == event
        return self.view.rest(self._points[at]) if known else None

    def _told(self, key_line: KeyLine, following: Sequence[Line]) -> bool:
        """Does a row that was taken later have it as a part, or as its text that had no keys?"""
        text = tidy(key_line.readings[0].text).strip()
        for line in following:
            rows = [row.strip() for row in line.text.split("\n")]
            if text in rows and (line.key_line is None or len(rows) > 1):
                return True
        return False

    def _line(self, key_line: KeyLine, times: int) -> Iterator[Line]:
        """A row, an event, or neither where a program asked; `times` that its prompt came back."""
        left, runs, said = self._left(key_line), self.runs, key_line.readings[0]
        text = said.text.rstrip()
        if self._answers(text, left):
            runs.pressed(key_line)
            return
        candidate = self._ended(key_line, left, said) or self._left_behind(key_line, left, said)
        row = candidate.lines[-1].text.rstrip() if candidate is not None else ""
        if not said.certain and row:
            text = row[len(left) :].strip()
        free = runs.free and not runs.typed.open and (bool(runs.typed.text) or times > 2)
        asked = runs.opened and bool(left.strip()) and (times > 1 or bool(looks_like(left)))
        lost = candidate is not None and self.flushes.lost(key_line, candidate.after)
        if candidate is not None and (free or asked) and not lost:
            self.taken.add(candidate.after)
            self.known.add(same(left))
            usual = said.certain and free and left.strip() and times > 1 and self._begins(key_line)
            why = BY_REST if not said.certain else WHY if free else WHY_REPL
            confidence = "medium" if usual else "low"
            yield Line(candidate, left, text, "run", "screen", confidence, key_line, False, why)
            runs.ran(text, left)
            return
        typed = bool(said.typed.strip())  # else it was recalled, or chosen from a menu
        if (candidate is not None or not runs.paging) and (typed or (free and row)):
            self.unread.append(LineEvent(key_line.end_ns, "unread", row, key_line.first, key_line.last))
        if not runs.lines and (free or runs.opened or runs.typed.open):
            runs.ran(text, left)
        else:
            runs.pressed(key_line)

    def _begins(self, key_line: KeyLine) -> bool:
        """Was nothing else typed in the same breath before it, to which the prompt belongs?"""
        return int(self.view.recording.offset[key_line.first_event]) == key_line.first

    def _answers(self, text: str, left: str) -> bool:
        """Did a program ask for it, as far as is known? Not where a prompt stood that lines were run at."""
        runs = self.runs
        asked = bool(left.strip()) and _YES_OR_NO.fullmatch(text)
        reads = runs.lines and not (runs.lines == ENDLESS and runs.silent and left.strip())
        return same(left) not in self.known and bool(asked or reads)

    def _ended(self, key_line: KeyLine, left: str, said: Reading) -> Candidate | None:
        """The row that this Enter ended, if it ends in what was typed, or begins as it did before that."""
        start = bisect_left(self.offsets, self.view.offset_at(key_line.last_event))
        for candidate in self.found[start : start + _FLIGHT]:
            shown = candidate.lines[-1].text if candidate.lines else ""
            if not candidate.paste and candidate.after not in self.taken and _is_own(shown, left, said):
                return candidate
        return None

    def _left_behind(self, key_line: KeyLine, left: str, said: Reading) -> Candidate | None:
        """The row in which the cursor stood at Enter, where that is not the row that ended (irb goes down
        without a line feed, others draw another prompt).
        """
        rest = self._rest(key_line.last_event)
        if not self.found or rest is None or rest.offset in self.taken or not _is_own(rest.left, left, said):
            return None
        model = self.found[max(bisect_left(self.offsets, rest.offset) - 1, 0)]
        point = replace(model.point, t_ns=key_line.end_ns, offset=rest.offset, event=key_line.last_event)
        row = LogicalLine(rest.left, 0, 0)
        return replace(
            model, point=point, paste=False, rests=(rest,), lines=(row,), after=rest.offset, left="", below=()
        )


def _is_own(row: str, left: str, said: Reading) -> bool:
    """Does this row end in what the keys tell, or go on with it behind what stood there before?"""
    if said.certain:
        return row.rstrip().endswith(said.text.rstrip())
    behind = row[len(left) :].strip()
    return row.startswith(left) and bool(behind) and in_order(said.typed, behind)


def _event(line: Line) -> int:
    return line.key_line.last_event if line.key_line else line.candidate.point.event
