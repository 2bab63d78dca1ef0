"""Cutting a prompt off the line at an accept: every way in which the screen can be read there.

Where the cursor rested behind a prompt, that place counts first; learned prompts and their shapes come next.
Right prompts, blanks that only fill a row, and the margin that fish puts before further rows are no part of
the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sessionlens.terminal.charsets import LETTERS

from .accept import Candidate
from .contexts import looks_like
from .more import incomplete
from .prompts import Prompts, shape
from .region import cells

_GAP = re.compile(r"(?<!\s)\s\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Option:
    """One way to cut a prompt off: the prompt, the text, and whether the cursor had rested at that very
    place. `filled`: the shell put the beginning of the text there (zsh's push-line, `print -z`).
    """

    prompt: str
    text: str
    rested: bool
    filled: bool = False

    def as_letters(self) -> Option:
        """The same where the terminal drew lines for letters (DEC special graphics)."""
        return replace(self, prompt=self.prompt.translate(LETTERS), text=self.text.translate(LETTERS))


class Cutter:
    """Reads candidates, given the prompts; keeps texts of several rows, to know them when recalled."""

    def __init__(self, prompts: Prompts) -> None:
        self.prompts = prompts
        self.rights: set[str] = set()
        self.rows_of: dict[str, str] = {}

    def options(self, candidate: Candidate) -> Iterator[Option]:
        """The ways to read this candidate, the best first; none where no prompt stands there."""
        if not candidate.fresh:
            return
        opened, rests = candidate.openings()
        seen: set[str] = set()
        echoed: list[Option] = []
        if rests:
            for left, drawn in {rest.left: rest.drawn for rest in rests}.items():
                known = drawn if looks_like(drawn) else self.prompts.known_end(drawn, candidate.paste)
                goes_on = drawn in self.prompts.continuing
                if goes_on or known != drawn or self.prompts.trusted(drawn, candidate.paste):
                    text = self._text(candidate, opened, len(left))
                    seen.add(text)
                    yield from self._down(candidate, drawn, text)
                    yield Option(known, text, True)
                    if known != left and not candidate.paste:  # its beginning was echoed before the prompt
                        echoed.append(Option(known, left.removesuffix(known) + text, True))
                    yield from self._without_ghost(candidate, left, seen)
        yield from echoed
        for at in range(len(candidate.lines) - 1, -1, -1):
            row = candidate.lines[at].text
            prompt, marked = self.prompts.split(row, candidate.paste), 0
            if prompt is None and row.startswith("*"):  # readline's mark-modified-lines
                prompt, marked = self.prompts.split(row[1:], candidate.paste), 1
            if prompt is not None:
                text = self._text(candidate, at, len(prompt) + marked)
                if text not in seen:
                    yield Option(prompt, text, False)
                if rests and opened == at and len(rests[0].left) > len(prompt):
                    behind = self._text(candidate, at, len(rests[0].left))
                    if behind.strip():  # else it is a line that was there already, taken as it was
                        yield Option(prompt, behind, True)
                break

    def _down(self, candidate: Candidate, prompt: str, text: str) -> Iterator[Option]:
        """The line with the rows below it, if it was run like that before, or is only whole with them."""
        if not candidate.below:
            return
        whole = "\n".join([text, *candidate.below]).rstrip()
        known = self.rows_of.get("".join(whole.split()))
        if known is not None or (incomplete(text) and not incomplete(whole)):
            yield Option(prompt, known or whole, True)

    def _without_ghost(self, candidate: Candidate, prompt: str, seen: set[str]) -> Iterator[Option]:
        """What is right of the cursor may be a suggestion that nobody accepted; the keystrokes decide."""
        text = candidate.left[len(prompt) :].rstrip()
        if candidate.left.startswith(prompt) and text and text not in seen:
            yield Option(prompt, text, True)

    def learn_right(self, candidates: Iterable[Candidate]) -> None:
        """What stood right of the cursor at rests: right prompts, among other things."""
        gap = "  "  # else it is the rest of the line that the cursor was moved back in
        found = (rest.right for candidate in candidates for rest in candidate.rests)
        rights = (right.strip() for right in found if right.startswith(gap))
        self.rights = {shape(right) for right in rights if right}

    def remember(self, text: str) -> None:
        """A text that was run: recalled from history it may be laid out in another way."""
        if "\n" in text:
            self.rows_of["".join(text.split())] = text

    def _text(self, candidate: Candidate, at: int, length: int) -> str:
        lines = candidate.lines[at:]
        first = self._without_right_prompt(candidate, lines[0].text)[length:]
        rows = [first, *(line.text for line in lines[1:])]
        margin = " " * cells(lines[0].text[:length])
        if len(rows) > 1 and all(row.startswith(margin) for row in rows[1:] if row):
            rows[1:] = [row.lstrip() for row in rows[1:]]  # fish sets rows below each other
        elif len(rows) > 1 and all(row.startswith("...") for row in rows[1:]):
            rows[1:] = [row[4:] for row in rows[1:]]  # Python's own editor, from 3.13 on
        text = "\n".join(rows).rstrip()
        return self.rows_of.get("".join(text.split()), text) if len(rows) > 1 else text

    def _without_right_prompt(self, candidate: Candidate, text: str) -> str:
        """Cut off what stands at the right edge behind a gap, if it looks like what stood there at a rest."""
        bare = text.rstrip()
        if cells(bare) < candidate.columns - 2:
            return text
        gaps = [match.end() for match in _GAP.finditer(bare)]
        return next((bare[:gap].rstrip() for gap in gaps if shape(bare[gap:]) in self.rights), text)
