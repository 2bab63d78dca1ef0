"""Lines typed ahead at a shell that leaves editing to the terminal, run where nothing shows them.

The terminal echoes them at once, as rows of their own between what runs then. Later a prompt comes up, and
the shell takes the line without another echo: behind the prompt stands the output, or the next prompt. So
each prompt at which nobody typed took one of the lines that were echoed before it, in their order. What a
program read (`cat`, `read`) left no such prompt.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from .accept import Candidate
from .editor import KeyLine
from .escapes import SEQUENCE
from .flushing import FLUSHES, Flushes
from .line import Line
from .output import plain
from .prompts import Prompts
from .screen import PASTE, View

_LINE_END = 8
_FAR = 1 << 16  # bytes between the echo and the prompt


def typed_ahead(
    view: View,
    prompts: Prompts,
    found: Sequence[Candidate],
    lines: Sequence[Line],
    left_over: Iterable[KeyLine],
) -> Iterator[Line]:
    """The further lines, in the order of their keystrokes."""
    model = next((candidate for candidate in found if not candidate.paste), None)
    accepted = sorted(line.candidate.point.offset for line in lines)
    reached, left = 0, list(left_over)
    flushes = Flushes(view) if left else None
    passed = Passed(view, prompts, {each.text.strip() for key_line in left for each in key_line.readings})
    for key_line in left if model is not None else ():
        whole = key_line.readings[0]  # whatever came up in between: the terminal keeps the line for the shell
        text = whole.text.rstrip()
        if key_line.ender != "enter" or not whole.certain or not text.strip():
            continue
        echo = text.encode() + b"\r\n"
        start = view.offset_at(key_line.first_event)
        at = view.out.find(echo, start, start + _FAR)
        if at < 0 or not view.out.endswith(b"\n", 0, at):
            continue  # never echoed, or behind something that asked for it
        behind = max(at + len(echo), reached)
        later = bisect_right(accepted, behind)
        stop = accepted[later] if later < len(accepted) else view.end
        end = min(stop, behind + _FAR)
        place = passed.first(behind, end, typed=later < len(accepted))
        thrown = flushes.behind(key_line) if flushes is not None else None
        if place is not None and thrown is not None and thrown < place[1]:
            continue
        if place is not None and model is not None:
            prompt, reached = place
            yield _line(view, model, prompt, key_line, text, reached)


class Ahead:
    """Which lines were typed before the shell took the one before: its own editor had the keyboard then.

    It keeps the echo off, and reads them at its next prompt, if nothing else does and no Ctrl-C throws them
    away (flushing.py). So one that never showed is no secret that was asked for.
    """

    def __init__(self, view: View, lines: Sequence[Line]) -> None:
        self.view = view
        keyed = [line for line in lines if line.key_line is not None and line.outcome == "run"]
        taken = sorted((line.key_line.last, self._ended(line)) for line in keyed if line.key_line)
        self._enters = [last for last, _ in taken]
        self._taken = list(accumulate((offset for _, offset in taken), max))

    def _ended(self, line: Line) -> int:
        """Where the row of a line ended, before its editor says that it let go of the keyboard."""
        at = line.candidate.point.offset
        tail = bytes(self.view.out[max(at - _LINE_END, 0) : at])
        return at - len(tail) + len(tail.rstrip(b"\r\n"))

    def read(self, key_line: KeyLine) -> bool:
        """Was such a line, which was never echoed, left for the shell to read?"""
        before = bisect_left(self._enters, key_line.first) - 1
        ahead = before >= 0 and self.view.offset_at(key_line.first_event) <= self._taken[before]
        ahead |= FLUSHES.search(self.view.recording.data(key_line.last_event)) is not None  # in one go
        typed = any(each.text.strip() or each.typed.strip() for each in key_line.readings)
        return ahead and typed and key_line.ender == "enter"


@dataclass
class Passed:
    """Prompts without an editor at which nobody typed."""

    view: View
    prompts: Prompts
    typed_lines: set[str]
    """Rows that are somebody's typing, whatever they look like."""

    blank: tuple[int, int] = (0, 0)
    """From where to where no such prompt stands: looked through before."""

    def first(self, start: int, stop: int, *, typed: bool) -> tuple[str, int] | None:
        """The first of them."""
        known = self.blank[0] <= start < self.blank[1]
        place = next(self.between(min(self.blank[1], stop) if known else start, stop, typed=typed), None)
        done = self.view.out.rfind(b"\n", 0, (place[1] if place else stop)) + 1
        if known:
            self.blank = self.blank[0], max(self.blank[1], done)
        elif done > start:
            self.blank = start, done
        return place

    def between(self, start: int, stop: int, *, typed: bool) -> Iterator[tuple[str, int]]:
        """Each with the offset behind it; `typed`: the last row of all ends in a line that somebody typed."""
        while start < stop:
            end = self.view.out.find(b"\n", start, stop)
            row = self.view.out[start : stop if end < 0 else end]
            for prompt, length in self._in(row, last=end < 0 and typed):
                offset = start + _behind(row, length)
                if not self.view.is_on(PASTE, offset):
                    yield prompt, offset
            start = stop if end < 0 else end + 1

    def _in(self, row: bytes, *, last: bool) -> list[tuple[str, int]]:
        """The prompts at the beginning of a row that were passed, with the length of all up to them."""
        text, found, length = plain(row), list[tuple[str, int]](), 0
        if text.strip() in self.typed_lines:
            return []
        text += " "
        while (prompt := self.prompts.split(text, False)) and text.startswith(prompt):
            text, length = text[len(prompt) :], length + len(prompt)
            found.append((prompt, length))
        return found[:-1] if last or not text.strip() else found


def _behind(row: bytes, characters: int) -> int:
    """How many bytes of a row come before what stands behind its first characters."""
    at = 0
    while at < len(row) and characters > 0:
        if (match := SEQUENCE.match(row, at)) is not None:
            at = match.end()
            continue
        at += 1
        while at < len(row) and row[at] & 0xC0 == 0x80:
            at += 1
        characters -= 1
    return at


def _line(view: View, model: Candidate, prompt: str, key_line: KeyLine, text: str, offset: int) -> Line:
    point = replace(model.point, t_ns=view.time_of(offset), offset=offset, event=key_line.last_event)
    candidate = replace(model, point=point, rests=(), lines=(), after=offset, left="", below=())
    why = "typed ahead, and echoed before the prompt at which it was run"
    return Line(candidate, prompt, text, "run", "keys", "medium", key_line, False, why)
