"""A line that a model of a line editor makes of the keys as the screen shows it has a second witness.

What the models say is predicting.py; how much surer or less sure a line is of it is here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .entries import Entry
from .line import EXPLAINED, NOT_TOLD, ONLY_ENTER, OTHERWISE, TALL, Line, only_blanks
from .matching import tidy
from .predicting import Models

AGREE = "the screen and the model of its line editor say the same"
BLANKS = "the same but for blanks, which the model of its line editor tells"
LONGER = "more of the row belongs to the line than stood behind other prompts: the model of its editor tells"
SCROLLED = "its upper rows had scrolled away: the model of its line editor tells them"
RECALLED = "screen and model agree, but it was recalled from a line that is itself not sure"
LEFT_OVER = "the model of its line editor makes only the end of it: what stands before may be left of another"
_KEPT, _UNSURE = 64, 1000
_OPEN = frozenset({EXPLAINED, NOT_TOLD, ONLY_ENTER, OTHERWISE})


class Witness:
    """Hears the entries of one recording in order, and what was run."""

    def __init__(self) -> None:
        self.models = Models()
        self.unsure: dict[str, None] = {}
        """What was run and is not sure, without blanks, in order."""

        self.tall: dict[str, None] = {}
        """What was run and may fill a screen, in order."""

    def heard(self, entry: Entry) -> Entry:
        """The entry again, surer where a model says the same."""
        prompt = entry.lines[0].prompt
        lines = [self._line(line, prompt) for line in entry.lines]
        return entry if lines == entry.lines else Entry.joined(lines)

    def ran(self, prompt: str, text: str, confidence: str) -> None:
        """What was run at a prompt: history for the lines that follow, which are no surer than it was."""
        if confidence != "high" and (bare := _bare(text)):
            self.unsure[bare] = None
            for old in list(self.unsure)[:-_UNSURE]:
                del self.unsure[old]
        self.models.ran(prompt, text)
        if len(text) > TALL:
            self.tall[text] = None
            for old in list(self.tall)[:-_KEPT]:
                del self.tall[old]

    def _line(self, line: Line, prompt: str) -> Line:
        keys = line.key_line.edited if line.key_line is not None and not line.hidden else ()
        if not keys:
            return line
        said = list(self.models.say(prompt, line.text, keys))
        if line.reason not in _OPEN:
            return line
        heard = _agreed(line, said)
        if heard.confidence == "high" and self._recalled(heard):
            return replace(heard, confidence="medium", reason=RECALLED)
        return _left_over(self._whole(line, said), said) if heard is line else heard

    def _recalled(self, line: Line) -> bool:
        """Is more in it of a line that is not sure than was typed? Models know it from the same screen."""
        text, typed = _bare(line.text), _bare(line.key_line.best.typed) if line.key_line else ""
        return any(unsure in text and unsure not in typed for unsure in self.unsure)

    def _whole(self, line: Line, said: Sequence[str]) -> Line:
        """The line, where its upper rows had scrolled away and were shown when they were run before.

        What no screen showed may have been typed blind, to something else.
        """
        end = line.text.rsplit("\n", 1)[-1]
        tall = (text for text in said if len(end) > TALL and text.endswith(end))
        whole = next((text for text in tall if any(text[: -len(end)] in ran for ran in self.tall)), None)
        if whole is None:
            return line
        return replace(line, text=whole, source="keys", confidence="medium", reason=SCROLLED, model=whole)


def _left_over(line: Line, said: Sequence[str]) -> Line:
    """The line, not sure if a model makes only its end: a prompt that is counted wrong leaves old letters."""
    ends = (text for text in said if len(text) > 1 and text != line.text and line.text.endswith(text))
    return replace(line, confidence="low", reason=LEFT_OVER) if any(ends) else line


def _bare(text: str) -> str:
    return "".join(text.split())


def _agreed(line: Line, said: Sequence[str]) -> Line:
    """The line, as sure as it is with what the models say of it."""
    shown, how = line.text, "medium" if line.doubt else "high"
    if said and tidy(said[-1]) == tidy(shown):
        return replace(line, confidence=how, reason=line.doubt or AGREE, model=said[-1])
    for text in said:
        if only_blanks(shown, text):
            return replace(line, text=text, confidence=how, reason=line.doubt or BLANKS, model=text)
    for text in said:
        if len(text) > len(shown) and (line.prompt + shown).endswith(text):
            prompt = (line.prompt + shown).removesuffix(text)
            if prompt and not prompt[-1].isalnum():
                return replace(line, prompt=prompt, text=text, confidence="medium", reason=LONGER, model=text)
    return line
