"""The key lines that nothing has used yet: which of them may belong to a line that is accepted now.

Lag and type-ahead put keys and lines apart in time; their order never changes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from .accept import Candidate
from .cutting import Option
from .editor import KeyLine
from .matching import ending, lag, tidy

_MOST = 64  # key lines that are compared with one candidate: the oldest and the newest


class Waiting:
    """The key lines of one recording, in order of time.

    `elsewhere` was typed on the alternate screen: into a program there, or ahead, for the prompt after it.
    """

    def __init__(
        self, key_lines: Sequence[KeyLine], elsewhere: Sequence[KeyLine], candidates: Sequence[Candidate]
    ) -> None:
        self.key_lines, self.elsewhere = list(key_lines), list(elsewhere)
        self._ends = [key_line.end_ns for key_line in self.key_lines]
        self._place = {key_line.first: at for at, key_line in enumerate(self.key_lines)}
        self._lag = lag(candidates, self.key_lines)
        self._taken = 0

    def take(self, key_line: KeyLine) -> None:
        """This one is used, and what came before it was read by something else."""
        self._taken = self._place.get(key_line.first, self._taken - 1) + 1

    def pending(self, candidate: Candidate, options: Sequence[Option]) -> list[KeyLine]:
        """Key lines that ended by now. What was typed before an empty prompt came up is not of this line,
        unless it was on its way: then the screen did not know of it yet.
        """
        prompts = {option.prompt for option in options}
        shown = (rest for rest in candidate.rests if rest.event >= 0 and rest.left in prompts)
        began = next((rest.t_ns - self._lag for rest in shown), 0)
        stop = bisect_right(self._ends, candidate.t_ns, lo=self._taken)
        if stop > self._taken and not self.key_lines[stop - 1].ender:
            stop -= 1  # only the last of all can have none
        start = bisect_left(self._ends, began, lo=self._taken, hi=stop)
        if start == stop:
            return self.key_lines[max(stop - 1, self._taken) : stop]
        if stop - start > 2 * _MOST:
            return self.key_lines[start : start + _MOST] + self.key_lines[stop - _MOST : stop]
        return self.key_lines[start:stop]

    def ahead(self, candidate: Candidate, options: Sequence[Option], since_ns: int) -> list[KeyLine]:
        """What was typed on the alternate screen since then, if it says just this line, maybe behind keys
        that the program there took.
        """
        shown = {tidy(option.text) for option in options if option.text.strip()}
        first, stop = (
            bisect_right(self.elsewhere, t, key=lambda each: each.end_ns) for t in (since_ns, candidate.t_ns)
        )
        typed = [each for each in self.elsewhere[first:stop] if each.ender == "enter"]
        whole = (each for each in typed if each.best.certain and tidy(each.best.text) in shown)
        return [*whole, *(end for each in typed for text in shown if (end := ending(each, text)))][:1]

    def typing(self, candidate: Candidate, options: Sequence[Option]) -> bool:
        """Were keys pressed that may have ended a line: any key may be bound to that?"""
        if self._taken >= len(self.key_lines):
            return False
        key_line = self.key_lines[self._taken]
        if key_line.start_ns > candidate.t_ns:
            return False
        typed = tidy(key_line.readings[0].typed)
        return not key_line.best.certain or any(
            tidy(each.text) in typed for each in options if each.text.strip()
        )
