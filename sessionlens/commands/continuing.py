"""Continuation prompts of the user's own (PS2, zsh's `%_`, readline's mode before it), learned.

Such a prompt comes directly behind a line that the shell grammar calls unfinished, nothing printed between,
and never otherwise; and what is typed at it finishes the command. What it looks like does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .accept import Candidate
from .more import Unfinished, unfinished
from .output import plain
from .prompts import Continuations, shape
from .screen import View


def continuations(view: View, found: Sequence[Candidate]) -> Continuations:
    """What the accepted lines of a recording tell of them."""
    learned, others, waiting = set[str](), set[str](), set[str]()
    typed: Unfinished | None = None
    after = 0
    for candidate, prompt, text in _read(view, found):
        if typed is not None and directly(view, after, candidate, prompt):
            typed.add(text)
            waiting.add(prompt)
            if not typed.open:
                learned |= waiting
                typed = None
        else:
            others.add(prompt)
            typed = Unfinished(text) if unfinished(text) else None
            waiting = set()
        after = candidate.after
    return Continuations(learned - others, set(map(shape, others)))


def directly(view: View, after: int, candidate: Candidate, prompt: str) -> bool:
    """Is the prompt the first thing that was printed since the line before it was taken?"""
    rows = plain(bytes(view.out[after : candidate.point.offset])).lstrip("\n").split("\n")
    return rows[0].startswith(prompt.rstrip()) and (candidate.paste or len(rows) == 1)


def _read(view: View, found: Sequence[Candidate]) -> Iterator[tuple[Candidate, str, str]]:
    """Each candidate that somebody typed at: what stood left of the cursor first, and the text behind it."""
    for candidate in found:
        opening, blank = candidate.opening(), _blank(view, candidate)
        if blank is not None:
            yield candidate, blank, candidate.lines[-1].text[len(blank) :].rstrip()
        elif opening is not None:
            at, rest = opening
            rows = [line.text for line in candidate.lines[at:]]
            rows[0] = rows[0].rstrip()[len(rest.left) :]
            if rest.right.startswith("  "):
                rows[0] = rows[0].removesuffix(rest.right.strip())  # a right prompt
            yield candidate, rest.drawn, "\n".join(row.rstrip() for row in rows).rstrip()


def _blank(view: View, candidate: Candidate) -> str | None:
    """What stood left of the cursor first, if it was blank and only what was typed came behind it."""
    rests = [rest for rest in candidate.rests if rest.paste == candidate.paste]
    if not rests or not candidate.lines or rests[0].left.strip():
        return None
    first, echoed = rests[0], rests[1].left if len(rests) > 1 else None
    if echoed is not None and first.event >= 0:
        key = view.recording.data(first.event).decode("utf-8", "replace")
        return first.left if echoed == first.left + key else None
    return first.left if echoed is None or echoed[:-1] == first.left else None
