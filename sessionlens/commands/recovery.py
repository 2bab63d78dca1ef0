"""Lines that no accept candidate shows: typed ahead at, or without echo to, a shell that leaves editing to
others.

Such a shell (dash, old bash, anything without bracketed paste) shows no sign when it takes a line. What is
left are the keystrokes, and two proofs that a prompt took them: the prompt and the text stand together in the
output, or the cursor rested behind a learned prompt when the first key was pressed and nothing was echoed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from .accept import Candidate
from .blind import Echo, same
from .editor import KeyLine
from .line import Line
from .model import HIDDEN
from .output import plain
from .prompts import Prompts, shape
from .screen import Rest, View
from .secrets import unanswered

_FAR, _PLACES = 1 << 20, 1000  # bytes that are looked through, and places of the same text in them


def recovered(
    view: View,
    prompts: Prompts,
    found: Sequence[Candidate],
    lines: Sequence[Line],
    left_over: Iterable[KeyLine],
) -> Iterator[Line]:
    """The further lines, in the order of their keystrokes."""
    plainly = [candidate for candidate in found if not candidate.paste]
    if not plainly:
        return
    rests = {rest.event: rest for candidate in found for rest in candidate.rests if not rest.paste}
    last_shown = {same(rest.left): rest.event for rest in rests.values()}
    taken = {line.candidate.point.offset for line in lines}
    forms = {shape(line.prompt) for line in lines if not line.candidate.paste}
    before = sorted((line for line in lines if line.outcome == "run"), key=_offset)
    echo, at = Echo(), 0
    for key_line in left_over:
        text = key_line.best.text.strip()
        if key_line.ender != "enter" or not key_line.best.certain or not text:
            continue
        start = view.offset_at(key_line.first_event)
        while at < len(before) and _offset(before[at]) <= start:
            line = before[at]
            echo.ran(line.prompt, line.candidate.paste, line.text, not line.hidden)
            at += 1
        rest = rests.get(key_line.first_event)
        left = rest.left if rest is not None and unanswered(view, key_line) else ""
        prompt = prompts.known_end(left, False)
        blind = echo.knows(prompt, False)
        at_once = key_line.first_event == key_line.last_event  # then silence before Enter says nothing
        place = _echoed_later(view, prompts, forms, key_line) if at_once or not blind else None
        if place is not None and place[1] not in taken:
            yield _line(view, plainly[0], place[0], key_line, place[1], False)
        elif blind and rest is not None:
            again = last_shown.get(same(rest.left), -1) > key_line.last_event
            shown = echo.certain(prompt, False) and (again or echo.quiet)
            line = _line(view, plainly[0], prompt, key_line, rest.offset, True)
            echo.ran(prompt, False, line.text, False)
            yield line if shown else replace(line, text=HIDDEN)


def _offset(line: Line) -> int:
    return line.candidate.point.offset


def _echoed_later(view: View, prompts: Prompts, forms: set[str], key_line: KeyLine) -> tuple[str, int] | None:
    """Where a known prompt and the typed text come as one line after the Enter: the prompt and the line's
    end.
    """
    text = key_line.best.text.rstrip()
    start, out = view.offset_at(key_line.last_event), view.out
    wanted = (text + "\r\n").encode("utf-8", "replace")
    at = start
    for _ in range(_PLACES):
        at = out.find(wanted, at, start + _FAR)
        if at < 0:
            break
        row = max(out.rfind(b"\n", start, at) + 1, start)
        line = plain(out[row : at + len(wanted)]) if row < at else ""
        prompt = prompts.split(line, False)
        if prompt is not None and shape(prompt) in forms and line[len(prompt) :].rstrip() == text:
            return prompt, at + len(wanted) - 2
        at += 1
    return None


def _line(view: View, model: Candidate, prompt: str, key_line: KeyLine, offset: int, hidden: bool) -> Line:
    t_ns = key_line.end_ns if hidden else view.time_of(offset)
    point = replace(model.point, t_ns=t_ns, offset=offset, event=key_line.last_event)
    rest = Rest(key_line.start_ns, offset, key_line.first_event, prompt, "", False, prompt)
    candidate = replace(model, point=point, rests=(rest,) if hidden else (), lines=(), after=offset)
    text, source = key_line.best.text.rstrip(), "keys" if hidden else "screen"
    how, reason = (
        ("low", "typed while the echo was off")
        if hidden
        else ("medium", "prompt and keystrokes stand together, but the cursor never rested there")
    )
    return Line(candidate, prompt, text, "run", source, how, key_line, hidden, reason)
