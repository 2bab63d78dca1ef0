"""A prompt at which nothing stands when a line is taken: an empty line, or one typed while the echo was off.

The two differ in where the keys were pressed; whether the text may be shown is for `blind` to say.
"""

from __future__ import annotations

from collections.abc import Sequence

from .accept import Candidate
from .blind import Echo
from .cutting import Option
from .editor import KeyLine
from .line import SAME, Line
from .model import HIDDEN
from .screen import PASTE, View


class Unseen:
    """Reads such candidates; `echo` follows the lines."""

    def __init__(self, view: View, echo: Echo) -> None:
        self.view, self.echo = view, echo
        self.ahead: set[int] = set()
        """The first bytes of lines that one of these rows may be, typed before its prompt came."""

    def line(self, candidate: Candidate, option: Option, pending: Sequence[KeyLine]) -> Line | None:
        """The line; None where it is an answer to a program that did not echo it."""
        key_line = next((each for each in pending if not each.best.text.strip()), None)
        if key_line is None:
            at_prompt = (each for each in pending if self._typed_at_prompt(candidate, option, each))
            if (blind := next(at_prompt, None)) is not None:
                return self._blind(candidate, option, blind)
            self.ahead |= {each.first for each in pending if candidate.paste and each.ender == "enter"}
        if key_line is not None and key_line.ender == "edit":  # what the editor wrote is run, and shown then
            reason = "an editor wrote it, and the shell showed it"
            return Line(candidate, option.prompt, "", "run", "screen", "medium", key_line, False, reason)
        return _empty(candidate, option, key_line)

    def _blind(self, candidate: Candidate, option: Option, key_line: KeyLine) -> Line | None:
        paste = candidate.paste
        if not paste and not self.echo.knows(option.prompt, paste):
            return None
        outcome = "cancelled" if key_line.ender == "interrupt" else "run"
        certain = self.echo.certain(option.prompt, paste) and key_line.best.certain
        text = key_line.best.text if certain else HIDDEN
        reason = "typed while the echo was off"
        return Line(candidate, option.prompt, text, outcome, "keys", "low", key_line, True, reason)

    def _typed_at_prompt(self, candidate: Candidate, option: Option, key_line: KeyLine) -> bool:
        if candidate.paste:
            opened = self.view.since(PASTE, candidate.point.offset)
            return opened is not None and self.view.offset_at(key_line.first_event) > opened
        return any(
            rest.left == option.prompt and rest.event == key_line.first_event for rest in candidate.rests
        )


def _empty(candidate: Candidate, option: Option, key_line: KeyLine | None) -> Line:
    """A row in which nothing stands; where Ctrl-C ended it, it is thrown away with the rows before it."""
    thrown = key_line is not None and key_line.ender == "interrupt"
    alone = key_line is not None and key_line.best.certain and not key_line.best.typed
    confidence, reason = ("high", SAME) if alone else ("medium", "nothing stands at the prompt of a row")
    outcome = "cancelled" if thrown else "empty"
    return Line(candidate, option.prompt, "", outcome, "screen", confidence, key_line, False, reason)
