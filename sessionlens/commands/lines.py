"""Accept candidates -> lines that were handed over at a prompt: the text, where it came from, how sure it is.

The screen decides; the keystrokes say how sure it is, replace what output ran over, and tell a line that was
thrown away (Ctrl-C) from one that was run. A candidate without a learned prompt is an answer to a program and
is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from .accept import Candidate
from .blind import Echo
from .cutting import Cutter, Option
from .editor import KeyLine
from .grammar import incomplete
from .hosts import is_host
from .line import Line, verdict
from .matching import Match, best_match, joined, lag, tidy
from .model import HIDDEN
from .openers import REPLS, SHELLS, opens, program
from .output import plain
from .prompts import Prompts, continues, guessed, shape
from .screen import PASTE, Rest, View
from .secrets import unanswered

_HISTORY = re.compile(r"!\S|^\^")
_READS = re.compile(r"\b(?:read|select)\b")


class LineReader:
    """The second pass: with the prompts learned, every candidate is decided in order.

    `elsewhere` was typed on the alternate screen: into a program there, or ahead, for the prompt after it.
    """

    def __init__(
        self, view: View, prompts: Prompts, key_lines: Sequence[KeyLine], elsewhere: Sequence[KeyLine] = ()
    ) -> None:
        self.view, self.prompts = view, prompts
        self.waiting = list(key_lines)
        self.elsewhere = list(elsewhere)
        self.last_ns = 0
        self.taken = 0
        self.has_input = view.recording.has_input
        self.going = ""
        self.lag = 0
        self.forms: set[tuple[str, bool]] = set()
        self.cutter = Cutter(prompts)
        self.echo = Echo()
        self.open, self.doubted = False, set[str]()

    def lines(self, candidates: Sequence[Candidate]) -> Iterator[Line]:
        """The lines handed over at a prompt, in order."""
        self.lag = lag(candidates, self.waiting)
        self.cutter.learn_right(candidates)
        filled = False
        for candidate, following in zip_longest(candidates, candidates[1:]):
            options = list(self.cutter.options(candidate))
            if filled:  # history brought this line back to be looked at: it begins at the prompt
                options = [option for option in options if not option.rested]
            filled = bool(following and options and self._comes_back(candidate, following, options[0]))
            if filled:
                self._take_all(candidate, options)
                continue
            options = [option for option in options if self._may_ask(option.prompt, candidate.paste)]
            if options or candidate.paste:
                line = self._decide(candidate, options)
                if line is not None:
                    self._remember(line)
                    yield line

    def _comes_back(self, candidate: Candidate, following: Candidate, option: Option) -> bool:
        """Did Enter only expand the history (zsh's and bash's histverify), the line staying to be edited?"""
        if not (candidate.paste and following.paste and following.rests) or not _HISTORY.search(option.text):
            return False
        left = following.rests[0].left
        prompt = self.prompts.split(left, True)
        return (
            prompt is not None and shape(prompt) == shape(option.prompt) and bool(left[len(prompt) :].strip())
        )

    def _take_all(self, candidate: Candidate, options: list[Option]) -> None:
        for key_line in self._pending(candidate, options)[-1:]:
            self._take(key_line)

    def _may_ask(self, prompt: str, paste: bool) -> bool:
        """May a program that does not edit its lines show this prompt now?

        What runs decides: shells, REPLs and what leads to another host do; `read -p '> '` only looks like it.
        A program that nobody knows is believed once its prompt came back.
        """
        name = program(self.going)
        known = name in SHELLS or name in REPLS or opens(self.going) is not None or is_host(self.going)
        if known:
            self.doubted.discard(shape(prompt))
        if paste or not self.going or (shape(prompt), paste) in self.forms:
            return True
        if self.open and continues(prompt) and incomplete(self.going):
            return True
        if _READS.search(self.going):
            return False
        if not known:
            self.doubted.add(shape(prompt))
        return known or self.prompts.count(prompt, paste) > 1

    def _remember(self, line: Line) -> None:
        self.last_ns = line.t_ns
        if line.outcome == "run":
            self.echo.ran(line.prompt, line.candidate.paste, line.text, not line.hidden)
            goes_on = self.open and continues(line.prompt) and incomplete(self.going)
            self.going = f"{self.going}\n{line.text}" if goes_on else line.text
            self.cutter.remember(line.text)
        self.open = line.outcome == "run"
        self.forms.add((shape(line.prompt), line.candidate.paste))

    def _decide(self, candidate: Candidate, options: list[Option]) -> Line | None:
        pending = self._pending(candidate, options)
        if self.has_input and not pending and not (candidate.paste and self._typing(candidate)):
            pending = self._ahead(candidate, options)
            if not pending:
                return None  # nobody pressed Enter: a program printed what looks like a prompt
        if not options:
            return self._without_prompt(candidate, pending)
        match = best_match([option.text for option in options], pending)
        if match and not candidate.paste and not match.exact and self._blind(match.key_line, match.text):
            return None  # the echo is off, so this is output behind the prompt; see recovery
        option = next((o for o in options if match and o.text == match.text and match.exact), options[0])
        if not option.text.strip():
            return self._unseen(candidate, option, pending)
        if "\n" in option.text and not (match and match.exact) and (rows := joined(option.text, pending)):
            text, key_line = rows
            if option.prompt.startswith(">>>"):
                text = option.text  # in Python what the editor put before a row belongs to it
            self._take(key_line)
            reason = "every row says what was typed"
            return Line(candidate, option.prompt, text, "run", "screen", "high", key_line, False, reason)
        if match:
            self._take(match.key_line)
        return self._settle(candidate, option, match)

    def _pending(self, candidate: Candidate, options: list[Option]) -> list[KeyLine]:
        """Key lines that ended by now. What was typed before an empty prompt came up is not of this line,
        unless it was on its way: then the screen did not know of it yet.
        """
        ready: list[KeyLine] = []
        for at in range(self.taken, len(self.waiting)):
            if self.waiting[at].end_ns > candidate.t_ns:
                break
            if self.waiting[at].ender:
                ready.append(self.waiting[at])
        prompts = {option.prompt for option in options}
        shown = (rest for rest in candidate.rests if rest.event >= 0 and rest.left in prompts)
        began = next((rest.t_ns - self.lag for rest in shown), 0)
        alive = [key_line for key_line in ready if key_line.end_ns >= began]
        return alive or ready[-1:]

    def _ahead(self, candidate: Candidate, options: list[Option]) -> list[KeyLine]:
        """What was typed on the alternate screen since the last line, if it says just this one."""
        shown = {tidy(option.text) for option in options if option.text.strip()}
        since = (each for each in self.elsewhere if self.last_ns < each.end_ns <= candidate.t_ns)
        said = (each for each in since if each.ender == "enter" and each.best.certain)
        return [each for each in said if tidy(each.best.text) in shown][:1]

    def _typing(self, candidate: Candidate) -> bool:
        """Were keys pressed that may have ended a line in a way we do not know?"""
        if self.taken >= len(self.waiting):
            return False
        key_line = self.waiting[self.taken]
        return key_line.start_ns <= candidate.t_ns and not key_line.best.certain

    def _blind(self, key_line: KeyLine, shown: str) -> bool:
        """Did nothing come back between the first key and Enter, and not later either?"""
        return unanswered(self.view, key_line) and tidy(key_line.best.text) not in tidy(shown)

    def _take(self, key_line: KeyLine) -> None:
        if key_line not in self.elsewhere:
            self.taken = self.waiting.index(key_line, self.taken) + 1

    def _settle(self, candidate: Candidate, option: Option, match: Match | None) -> Line:
        wraps = any(each.bottom > each.top for each in candidate.lines)
        found = verdict(option, match, wraps, self.has_input)
        text, confidence, reason = found.text, found.confidence, found.reason
        if not candidate.paste and shape(option.prompt) in self.doubted:
            confidence, reason = "low", "an unknown program showed this prompt: it may be an answer to it"
        elif confidence == "high" and len(option.prompt) < 3 and not self._begins(candidate, option):
            confidence, reason = "medium", "the prompt is short and does not begin its row"
        key_line = match.key_line if match else None
        cancelled = key_line.ender == "interrupt" if key_line else self._interrupted(candidate, text)
        if cancelled:
            text = text.removesuffix("^C").rstrip()
        outcome = "cancelled" if cancelled else "run"
        return Line(
            candidate, option.prompt, text, outcome, found.source, confidence, key_line, False, reason
        )

    def _begins(self, candidate: Candidate, option: Option) -> bool:
        return any(line.text.ljust(len(option.prompt)).startswith(option.prompt) for line in candidate.lines)

    def _interrupted(self, candidate: Candidate, text: str) -> bool:
        """Without keys: a ^C behind the line, or what Python says to one."""
        said = plain(bytes(self.view.out[candidate.after : candidate.after + 64]))
        return text.endswith("^C") or said.startswith("KeyboardInterrupt")

    def _unseen(self, candidate: Candidate, option: Option, pending: list[KeyLine]) -> Line | None:
        """Nothing stands at the prompt: an empty line, or one that was typed while the echo was off.

        The two differ in where the keys were pressed; whether the text may be shown is for `blind` to say.
        """
        paste = candidate.paste
        key_line = next((each for each in pending if not each.best.text.strip()), None)
        if key_line is None and pending and self._typed_at_prompt(candidate, option, pending[0]):
            if not paste and not self.echo.knows(option.prompt, paste):
                return None  # an answer to a program that did not echo it
            key_line = pending[0]
            self._take(key_line)
            outcome = "cancelled" if key_line.ender == "interrupt" else "run"
            certain = self.echo.certain(option.prompt, paste) and key_line.best.certain
            text = key_line.best.text if certain else HIDDEN
            reason = "typed while the echo was off"
            return Line(candidate, option.prompt, text, outcome, "keys", "low", key_line, True, reason)
        if key_line is not None:
            self._take(key_line)
            if key_line.ender == "edit":  # what the editor wrote is run, and shown then
                reason = "an editor wrote it, and the shell showed it"
                return Line(candidate, option.prompt, "", "run", "screen", "medium", key_line, False, reason)
        return Line(candidate, option.prompt, "", "empty", "screen", "medium", key_line, False)

    def _typed_at_prompt(self, candidate: Candidate, option: Option, key_line: KeyLine) -> bool:
        if candidate.paste:
            opened = self.view.since(PASTE, candidate.point.offset)
            return opened is not None and self.view.offset_at(key_line.first_event) > opened
        return any(
            rest.left == option.prompt and rest.event == key_line.first_event for rest in candidate.rests
        )

    def _without_prompt(self, candidate: Candidate, pending: list[KeyLine]) -> Line | None:
        """A line editor handed a line over, but no learned prompt stands there: redrawn, or scrolled away."""
        rests = [rest for rest in candidate.rests if rest.left.strip()]
        if rests and self._is_question(rests[0], candidate):
            return None
        shown = candidate.lines[-1].text.rstrip() if candidate.lines else ""
        match = best_match([shown], pending)
        if match is None or not match.key_line.best.text.strip():
            return self._by_looks(candidate, shown) if not self.has_input else None
        typed = match.reading.text.strip()
        if match.reading.certain and typed and tidy(shown).endswith(tidy(typed)):
            self._take(match.key_line)
            prompt = shown[: len(shown) - len(typed)]
            outcome = "cancelled" if match.key_line.ender == "interrupt" else "run"
            reason = "no learned prompt stands there; the row ends in what was typed"
            return Line(candidate, prompt, typed, outcome, "screen", "medium", match.key_line, False, reason)
        if match.reading.certain and len(shown) > 8 and tidy(typed).endswith(tidy(shown)):
            self._take(match.key_line)  # the upper rows have scrolled away
            reason = "its upper rows had scrolled away: the keystrokes are taken"
            return Line(candidate, "", typed, "run", "keys", "medium", match.key_line, False, reason)
        return self._by_looks(candidate, shown)

    def _is_question(self, rest: Rest, candidate: Candidate) -> bool:
        """A program asked with a line editor (`read -e`): a prompt that came once and does not end as one."""
        return rest.paste and not self.prompts.trusted(rest.left, True) and candidate.opening() is not None

    def _by_looks(self, candidate: Candidate, shown: str) -> Line | None:
        prompt = next(iter(guessed(shown)), "")
        text = shown[len(prompt) :].rstrip()
        if not prompt or not text:
            return None
        reason = "no learned prompt stands there; it is cut where one usually ends"
        return Line(candidate, prompt, text, "run", "screen", "low", None, False, reason)
