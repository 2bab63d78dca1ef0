"""Accept candidates -> lines that were handed over at a prompt: the text, where it came from, how sure it is.

The screen decides; the keystrokes say how sure it is, replace what output ran over, and tell a line that was
thrown away (Ctrl-C) from one that was run. A candidate without a learned prompt is an answer to a program and
is dropped.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from .accept import Candidate
from .alone import alone, spliced, surrounded
from .blind import Echo
from .cutting import Cutter, Option
from .editor import KeyLine
from .line import Line, verdict
from .lost import LostLines
from .matching import Match, best_match, joined, lag, tidy
from .model import HIDDEN
from .output import plain
from .prompts import Prompts, shape
from .running import Asking
from .screen import PASTE, Rest, View
from .secrets import unanswered

_HISTORY = re.compile(r"!\S|^\^")
_LONGEST = 1 << 16  # bytes of one line
_WAITING = 64  # key lines that are compared with one candidate: the oldest and the newest


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
        self.place = {key_line.first: at for at, key_line in enumerate(self.waiting)}
        self.last_ns = 0
        self.taken = 0
        self.has_input = view.recording.has_input
        self.lag = 0
        self.asking = Asking(prompts)
        self.cutter = Cutter(prompts)
        self.lost = LostLines(prompts, self.has_input)
        self.echo = Echo()

    def lines(self, candidates: Sequence[Candidate]) -> Iterator[Line]:
        """The lines handed over at a prompt, in order."""
        self.lag = lag(candidates, self.waiting)
        self.cutter.learn_right(candidates)
        filled = False
        for candidate, following in zip_longest(candidates, candidates[1:]):
            options = list(self._options(candidate))
            if filled:  # history brought this line back to be looked at: it begins at the prompt
                options = [option for option in options if not option.rested]
            filled = bool(following and options and self._comes_back(candidate, following, options[0]))
            if filled:
                self._take_all(candidate, options)
                continue
            options = [o for o in options if self.asking.may_ask(o.prompt, candidate.paste)]
            options = options or [*self._continued(candidate), *self._behind_echo(candidate)]
            if options or candidate.paste or self.has_input:
                line = self._decide(candidate, options)
                if line is not None:
                    self._remember(line)
                    yield line

    def _options(self, candidate: Candidate) -> Iterator[Option]:
        """The ways to read a candidate, as what was printed and not as what a character set drew for it."""
        for option in self.cutter.options(candidate):
            shown = option.prompt + option.text
            plainly = shown.isascii() or not self._ascii(candidate)
            yield option if plainly else option.as_letters()

    def _ascii(self, candidate: Candidate) -> bool:
        """Was nothing but ASCII printed since the prompt stood there?"""
        start = min((rest.offset for rest in candidate.rests), default=candidate.point.offset)
        stop = candidate.point.offset
        return 0 < stop - start <= _LONGEST and self.view.out[start:stop].isascii()

    def _comes_back(self, candidate: Candidate, following: Candidate, option: Option) -> bool:
        """Did the line stay? Enter only expanded the history (histverify), or an editor changed it (zsh)."""
        if not self.has_input and not candidate.paste:
            return self._drawn_again(following, option)
        if not (candidate.paste and following.paste and following.rests):
            return False
        edited = any(key_line.ender == "edit" for key_line in self._pending(candidate, [option])[-1:])
        if not edited and not _HISTORY.search(option.text):
            return False
        left = following.rests[0].left
        prompt = self.prompts.split(left, True)
        return (
            prompt is not None and shape(prompt) == shape(option.prompt) and bool(left[len(prompt) :].strip())
        )

    def _drawn_again(self, following: Candidate, option: Option) -> bool:
        """Without keys: did the line stay where it was, something being shown below (tcsh's list, node's
        preview)?
        """
        line = option.prompt + option.text.rstrip()
        if not following.rests:
            return following.lines[-1].text.startswith(line) if following.lines else False
        left = following.rests[0].left.rstrip()
        bare = len(left) <= len(option.prompt.rstrip())
        return bool(option.text.strip()) and not bare and (left.startswith(line) or line.startswith(left))

    def _take_all(self, candidate: Candidate, options: list[Option]) -> None:
        for key_line in self._pending(candidate, options)[-1:]:
            self._take(key_line)

    def _continued(self, candidate: Candidate) -> Iterator[Option]:
        """A row behind the usual continuation prompt; the shell waits for it, the cursor never was there."""
        row = candidate.lines[-1].text if candidate.lines else ""
        prompt = self.asking.continued(row) if candidate.fresh else None
        if prompt is not None:
            yield Option(prompt, row[len(prompt) :].rstrip(), False)

    def _behind_echo(self, candidate: Candidate) -> Iterator[Option]:
        """A prompt that came up in the row where typing ahead had been echoed, and the line once more."""
        row = candidate.lines[-1].text if candidate.lines and candidate.fresh else ""
        found = self.prompts.inside(row, candidate.paste)
        if found is not None and found[0] > 0:
            text = row[found[0] + len(found[1]) :].rstrip()
            if text.startswith(row[: found[0]]):
                yield Option(found[1], text, False)

    def _remember(self, line: Line) -> None:
        self.last_ns = line.t_ns
        run, paste = line.outcome == "run", line.candidate.paste
        if run:
            self.echo.ran(line.prompt, paste, line.text, not line.hidden)
            self.cutter.remember(line.text)
            self.lost.remember(line.text)
        self.asking.remember(line.prompt, paste, line.text, run)

    def _decide(self, candidate: Candidate, options: list[Option]) -> Line | None:
        pending = self._pending(candidate, options)
        if self.has_input and not pending and not (candidate.paste and self._typing(candidate)):
            pending = self._ahead(candidate, options)
            if not pending:
                return None  # nobody pressed Enter: a program printed what looks like a prompt
        if not options:
            options = [
                o for o in self._alone(candidate, []) if self.asking.may_ask(o.prompt, candidate.paste)
            ]
        if not options:
            return self._lost(candidate, pending)
        match = best_match([option.text for option in options], pending)
        if not (match and match.exact) and (rows := self._rows(candidate, options[0], pending)):
            return rows
        if not (match and match.exact) and (pure := self._alone(candidate, options)):
            options = pure
            match = best_match([option.text for option in options], pending)
        if match and not candidate.paste and not match.exact and self._blind(match.key_line, match.text):
            return None  # the echo is off, so this is output behind the prompt; see recovery
        option = next((o for o in options if match and o.text == match.text and match.exact), options[0])
        if not option.text.strip():
            return self._unseen(candidate, option, pending)
        if match:
            self._take(match.key_line)
        return self._settle(candidate, option, match)

    def _rows(self, candidate: Candidate, option: Option, pending: list[KeyLine]) -> Line | None:
        """A line of several rows that was typed with as many Enters."""
        rows = joined(option.text, pending) if "\n" in option.text else None
        if rows is None:
            return None
        text, key_line = rows
        if option.prompt.startswith(">>>"):
            text = option.text  # in Python what the editor put before a row belongs to it
        self._take(key_line)
        reason = "every row says what was typed"
        return Line(candidate, option.prompt, text, "run", "screen", "high", key_line, False, reason)

    def _lost(self, candidate: Candidate, pending: list[KeyLine]) -> Line | None:
        if candidate.point.offset == self.view.begun:
            return self.lost.torn(candidate, pending)
        prompt = self.lost.prompt(candidate)
        if not candidate.paste and (prompt is None or not self.asking.may_ask(prompt, False)):
            return None
        line = self.lost.read(candidate, pending)
        if line is not None and line.key_line is not None:
            self._take(line.key_line)
        return line

    def _alone(self, candidate: Candidate, options: list[Option]) -> list[Option]:
        """The options again, before them the line without what its editor did not draw, if that differs."""
        text = options[0].text if options else ""
        rest, prompt = self._drawn_prompt(candidate)
        if rest is None or not (surrounded(rest) or "\n" in text or not options):
            return []
        for interrupted in (True, False):
            made = alone(self.view, candidate, rest, prompt, interrupted=interrupted)
            pure = next(self.cutter.options(made), None) if made is not None else None
            if pure is None or pure.text == text or not pure.text.strip():
                continue
            if spliced(text, pure.text) if interrupted else (surrounded(rest) or not options):
                return [pure, *options]
        return []

    def _bare(self, candidate: Candidate) -> list[Option]:
        """The line of an editor that has no prompt in its row; not an answer to `read -e`."""
        if not self.prompts.empty or candidate.bare is None or self.asking.reading:
            return []
        made = alone(self.view, candidate, candidate.bare, "", interrupted=False)
        text = "\n".join(line.text.rstrip() for line in made.lines) if made is not None else ""
        return [Option("", text, True)] if text.strip() else []

    def _drawn_prompt(self, candidate: Candidate) -> tuple[Rest | None, str]:
        """The rest at which the prompt stood, or at which it had been drawn behind something else."""
        own = [rest for rest in candidate.rests if rest.paste == candidate.paste]
        for rest in own:
            known = self.prompts.known_end(rest.drawn, rest.paste)
            if known != rest.drawn or self.prompts.trusted(rest.drawn, rest.paste):
                return replace(rest, drawn=known), known
        for rest in own:
            if rest.left != rest.drawn and (prompt := self.prompts.split(rest.drawn, rest.paste)):
                return rest, prompt
        return None, ""

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
        if len(alive) > 2 * _WAITING:
            alive = alive[:_WAITING] + alive[-_WAITING:]
        return alive or ready[-1:]

    def _ahead(self, candidate: Candidate, options: list[Option]) -> list[KeyLine]:
        """What was typed on the alternate screen since the last line, if it says just this one."""
        shown = {tidy(option.text) for option in options if option.text.strip()}
        ends = [
            bisect_right(self.elsewhere, t, key=lambda each: each.end_ns)
            for t in (self.last_ns, candidate.t_ns)
        ]
        since = self.elsewhere[slice(*ends)]
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
        self.taken = self.place.get(key_line.first, self.taken - 1) + 1

    def _settle(self, candidate: Candidate, option: Option, match: Match | None) -> Line:
        found = verdict(option, match, self.has_input)
        text, confidence, reason = found.text, found.confidence, found.reason
        if not candidate.paste and shape(option.prompt) in self.asking.doubted:
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
