"""One line that was handed over at a prompt, and what screen and keystrokes together say of it.

The screen is what the shell drew, the keystrokes an independent witness: where both say the same the text is
sure. Where they differ the screen is taken, except for what it cannot tell (docs/commands.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .accept import Candidate
from .cutting import Option
from .editor import KeyLine
from .matching import Match, in_order

ALIKE = 0.7
SAME = "screen and keystrokes say the same"
OTHERWISE = "the keystrokes say otherwise: the screen is taken"
ONLY_ENTER = "nothing but Enter was pressed"
EXPLAINED = "completion, history or a yank explains what was not typed"
NOT_TOLD = "the keystrokes cannot tell, and not all of them are in the line"
MORE_BEHIND = "more stands behind it than was typed: the keystrokes are taken"
FILLED = "the shell itself put text behind the prompt, which the keystrokes do not tell: the screen is taken"
NO_KEYS = "no keystrokes were found for this line"
ANOTHER = "nothing of it was drawn before Enter, and the model of its line editor makes another of the keys"
UNSEEN = "it came and went unseen: what the model of its line editor makes of the keys is taken"
_MARGIN = " " * 16  # more likely left of a right prompt than typed
TALL = 100  # letters of a row's end that tell a line from any other


@dataclass(frozen=True, slots=True)
class Line:
    """One line handed over at a prompt. `outcome`: run, cancelled or empty.

    `doubt` is why it cannot be sure even where its text is. `model` is what the model of a shell's own line
    editor makes of the keystrokes, where that is what the line says (witness.py).
    """

    candidate: Candidate
    prompt: str
    text: str
    outcome: str
    source: str
    confidence: str
    key_line: KeyLine | None
    hidden: bool
    reason: str = ""
    doubt: str = ""
    model: str | None = None
    begins: bool = False
    """A Ctrl-D ended what was open before it."""

    @property
    def t_ns(self) -> int:
        """When it was submitted: the Enter, or, without input, when the line was taken."""
        return self.key_line.end_ns if self.key_line else self.candidate.t_ns

    def unsure(self, why: str) -> Line:
        """The line, medium at most."""
        sure = self.confidence == "high"
        return replace(self, confidence="medium", reason=why, doubt=why) if sure else self


@dataclass(frozen=True, slots=True)
class Verdict:
    """The text, where it is from, how sure it is, and why."""

    text: str
    source: str
    confidence: str
    reason: str


def verdict(option: Option, match: Match | None, has_input: bool) -> Verdict:
    """What is taken as the line."""
    text = option.text
    if match is None:
        return _alone(option, has_input)
    if match.exact:
        return Verdict(text, "screen", "high", SAME)
    keyed = match.reading.text
    if match.reading.certain and keyed.strip():
        if option.filled:
            return Verdict(text, "screen", "medium" if in_order(keyed, text) else "low", FILLED)
        if only_blanks(text, keyed):
            return Verdict(keyed, "screen", "high", "the same but for blanks, which the keystrokes tell")
        if "\n" in text and "\n" not in keyed and in_order(keyed, text):
            return Verdict(keyed, "keys", "medium", "output ran into the line: the keystrokes are taken")
        if len(end := text.rsplit("\n", 1)[-1]) > TALL and keyed.endswith(end):
            return Verdict(
                keyed, "keys", "medium", "its upper rows had scrolled away: the keystrokes are taken"
            )
        if len(keyed) > 1 and text.startswith(keyed):
            return Verdict(keyed, "keys", "medium", MORE_BEHIND)
        how = "low" if match.score < ALIKE else "medium"
        return Verdict(text, "screen", how, OTHERWISE)
    if match.key_line.first == match.key_line.last and match.key_line.ender == "enter":
        return Verdict(text, "screen", "low", ONLY_ENTER)
    if match.consistent and not text.startswith(_MARGIN):
        return Verdict(text, "screen", "medium", EXPLAINED)
    how = "medium" if option.rested and not text.startswith(_MARGIN) else "low"
    return Verdict(text, "screen", how, NOT_TOLD)


def only_blanks(shown: str, told: str) -> bool:
    """Do both say the same but for blanks that no screen shows as they are, tabs and line feeds?"""
    gaps = (re.findall(r"(\s*)\S", text) for text in (shown, told))
    if not told.strip() or "".join(shown.split()) != "".join(told.split()):
        return False
    return all(one == other or (one + other).strip(" ") for one, other in zip(*gaps, strict=True))


def _alone(option: Option, has_input: bool) -> Verdict:
    """No keystrokes for this line."""
    if has_input:
        return Verdict(option.text, "screen", "low", NO_KEYS)
    if option.rested:
        return Verdict(
            option.text, "screen", "medium", "the screen alone, behind a prompt where the cursor rested"
        )
    return Verdict(option.text, "screen", "low", "the screen alone, behind what looks like a learned prompt")
