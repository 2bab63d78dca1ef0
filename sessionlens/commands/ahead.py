"""Lines typed ahead at a shell that leaves editing to the terminal, run where nothing shows them.

The terminal echoes them at once, in the middle of what runs then. Later a prompt comes up, and the shell takes the
line without another echo: behind the prompt stands the output, or the next prompt. So each prompt at which nobody
typed took one line of those that were echoed before it, in their order. What a program read (`cat`, `read`) left no
such prompt.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from .accept import Candidate
from .editor import KeyLine
from .escapes import SEQUENCE
from .line import Line
from .output import plain
from .prompts import Prompts
from .screen import PASTE, View

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
    reached = 0
    for key_line in left_over if model is not None else ():
        text = key_line.best.text.rstrip()
        if key_line.ender != "enter" or not key_line.best.certain or not text.strip():
            continue
        echo = text.encode() + b"\r\n"
        start = view.offset_at(key_line.first_event)
        at = view.out.find(echo, start, start + _FAR)
        if at < 0:
            continue
        behind = max(at + len(echo), reached)
        later = bisect_right(accepted, behind)
        stop = accepted[later] if later < len(accepted) else view.end
        place = next(
            _passed(view, prompts, behind, min(stop, behind + _FAR), typed=later < len(accepted)), None
        )
        if place is not None and model is not None:
            prompt, reached = place
            yield _line(view, model, prompt, key_line, text, reached)


def _passed(view: View, prompts: Prompts, start: int, stop: int, *, typed: bool) -> Iterator[tuple[str, int]]:
    """Prompts without an editor at which nobody typed, with the offset behind each; `typed`: the last row of
    all ends in a line that somebody did type.
    """
    while start < stop:
        end = view.out.find(b"\n", start, stop)
        row = view.out[start : stop if end < 0 else end]
        text, places = plain(row) + " ", list[tuple[str, int]]()
        while (prompt := prompts.split(text, False)) and text.startswith(prompt):
            text = text[len(prompt) :]
            places.append((prompt, sum(len(each) for each, _ in places) + len(prompt)))
        if not text.strip() or (end < 0 and typed):
            places = places[:-1]
        for prompt, length in places:
            offset = start + _behind(row, length)
            if not view.is_on(PASTE, offset):
                yield prompt, offset
        start = stop if end < 0 else end + 1


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
