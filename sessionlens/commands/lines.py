"""Accept candidates -> lines that were handed over at a prompt: the text, where it came from, how sure it is.

The screen decides; the keystrokes say how sure it is, replace what output ran over, and tell a line that was
thrown away (Ctrl-C) from one that was run. A candidate without a learned prompt is an answer to a program and
is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from .accept import Candidate
from .begun import whole
from .blind import Echo
from .cutting import Cutter, Option
from .doubts import Doubts
from .editor import KeyLine
from .flushing import FLUSHED, flushed
from .line import Line, verdict
from .lost import LostLines
from .macros import by_macro
from .matching import Match, begins, best_match, joined, tidy
from .meanings import Meanings
from .model import HIDDEN, LineEvent
from .predicting import Models
from .prompts import Prompts
from .readings import Readings, behind_interrupt
from .running import Asking
from .screen import View
from .secrets import Echoes, starred, unanswered
from .staying import comes_back, drawn_again
from .unseen import Unseen
from .waiting import Waiting

_HISTORY = re.compile(r"!\S|^\^")
REBOUND = "Ctrl-C ended it, which may have another meaning here: it may have been run"


class LineReader:
    """The second pass: with the prompts learned, every candidate is decided in order.

    `elsewhere` was typed on the alternate screen: into a program there, or ahead, for the prompt after it.
    """

    def __init__(
        self, view: View, prompts: Prompts, key_lines: Sequence[KeyLine], elsewhere: Sequence[KeyLine] = (),
        *, pane: bool = False,
    ) -> None:  # fmt: skip
        self.view, self.prompts = view, prompts
        self.key_lines, self.elsewhere = key_lines, elsewhere
        self.has_input = view.recording.has_input
        self.last_ns = 0
        self.broken: Option | None = None  # a line that was being typed when output ended its row
        self.ended = -1  # where Ctrl-D ended a shell last
        self.ended_by_key = -1  # the event at which a key that is no Enter ended a line last
        self.meanings = Meanings()
        self.asking = Asking(prompts, meanings=self.meanings)
        self.doubts = Doubts(view, self.asking, key_lines, pane)
        self.cutter = Cutter(prompts)
        self.models = Models()
        self.readings = Readings(view, prompts, self.cutter, self.asking, self.models.knows)
        self.echo, self.echoes = Echo(meanings=self.meanings), Echoes(view)
        self.unseen = Unseen(view, self.echo)
        self.unread: list[LineEvent] = []
        """What was taken at a prompt and could not be read."""
        self.lost = LostLines(prompts, self.has_input, self.echoes)

    def lines(self, candidates: Sequence[Candidate]) -> Iterator[Line]:
        """The lines handed over at a prompt, in order."""
        self.waiting = Waiting(self.key_lines, self.elsewhere, candidates)
        self.cutter.learn_right(candidates)
        filled = False
        for candidate, following in zip_longest(candidates, candidates[1:]):
            options = list(self.readings.options(candidate))
            if filled:  # history brought this line back to be looked at: it begins at the prompt
                options = [option for option in options if not option.rested]
            filled = bool(following and options and self._stays(candidate, following, options[0]))
            if filled:
                for key_line in self.waiting.pending(candidate, options)[-1:]:
                    self.waiting.take(key_line)
                continue
            options = [o for o in options if self.asking.may_ask(o.prompt, candidate.paste)]
            options = options or self.readings.unrested(candidate)
            if options or candidate.paste or self.has_input:
                line = self._decide(candidate, options)
                line = self._thrown(line) if line is not None else None
                if line is not None and self.asking.answered(line.prompt, line.text):
                    continue
                if line is not None and not (self.asking.edits and not line.prompt):
                    self.asking.settled(line.prompt, candidate.paste)
                    line = self.doubts.read(line)
                    self._remember(line)
                    yield line
                elif candidate.paste and candidate.after != self.ended and self.asking.unanswered:
                    self._unread(candidate)

    def _stays(self, candidate: Candidate, following: Candidate, option: Option) -> bool:
        """Was the line not taken, as it is seen to stand there again?"""
        if not self.has_input and not candidate.paste:
            return drawn_again(following, option)
        pending = self.waiting.pending(candidate, [option])
        return comes_back(self.prompts, candidate, following, option, pending)

    def _unread(self, candidate: Candidate) -> None:
        """A line editor took something, and what is not known: no row, but not nothing either."""
        text = "\n".join(line.text.rstrip() for line in candidate.lines)
        if text.strip():
            text = HIDDEN if starred(text.split()[-1]) else text  # a secret, and how long it is
            self.unread.append(LineEvent(candidate.t_ns, "unread", text, None, None))

    def _remember(self, line: Line) -> None:
        self.broken = None
        self.last_ns = line.t_ns
        run, paste = line.outcome == "run", line.candidate.paste
        if run:
            self.echo.ran(line.prompt, paste, line.text, not line.hidden)
            self.cutter.remember(line.text)
            self.models.ran(line.prompt, line.text)
            self.lost.remember(line.text)
        self.asking.remember(line.prompt, paste, line.text, run)
        self.asking.bare = not line.prompt and line.candidate.bare is not None
        self.doubts.remember(line)

    def _decide(self, candidate: Candidate, options: list[Option]) -> Line | None:
        pending = self.waiting.pending(candidate, options)
        if (
            self.has_input
            and not pending
            and not (candidate.paste and self.waiting.typing(candidate, options))
        ):
            pending = self.waiting.ahead(candidate, options, self.last_ns)
            if not pending:
                self.broken = next((option for option in options if option.rested), None)
                if self.broken and by_macro(self.view, candidate, self.broken):
                    self.ended_by_key = candidate.point.event
                    self._unread(candidate)
                return None  # nobody pressed Enter: a program printed this, maybe into a line
        if not options:
            pure = self.readings.alone(candidate, []) or self.readings.bare(candidate)
            options = [o for o in pure if self.asking.may_ask(o.prompt, candidate.paste)]
        options = options or self.readings.undrawn(candidate, self.lost.prompt(candidate), pending)
        if not options:
            return self._lost(candidate, pending)
        if not candidate.paste:
            options = [behind_interrupt(option, pending) for option in options]
        match = best_match([option.text for option in options], pending)
        if not (match and match.exact) and (rows := self._rows(candidate, options[0], pending)):
            return rows
        if not (match and match.exact) and (pure := self.readings.alone(candidate, options)):
            options = pure
            match = best_match([option.text for option in options], pending)
        prompt = options[0].prompt
        if not (match and match.exact) and (pure := self.readings.undrawn(candidate, prompt, pending)):
            options = pure
            match = best_match([option.text for option in options], pending)
        if match and not candidate.paste and not match.exact and self._blind(prompt, match):
            return None  # the echo is off, so this is output behind the prompt; see recovery
        if match and not candidate.paste and not match.exact and self._echoed(candidate, options[0], match):
            return None  # echoed before, so this is what the line printed; see ahead
        edited = candidate.paste or self.asking.continuing
        if match and edited and match.key_line.ender == "eof" and not match.reading.typed:
            self.waiting.take(match.key_line)
            if not any(option.text.strip() for option in options):
                self.ended = candidate.after
            return None  # Ctrl-D at an empty prompt hands nothing over
        option = next((o for o in options if match and o.text == match.text and match.exact), options[0])
        if not option.text.strip():
            line = self.unseen.line(candidate, option, pending)
            if line is not None and line.key_line is not None:
                self.waiting.take(line.key_line)
            return line
        if match and not match.exact and not self._typed_here(option, match.key_line):
            match = None  # typed blind, to something else: it says nothing of this line
        if match:
            self.waiting.take(match.key_line)
        return whole(self._settle(candidate, option, match), self.echoes)

    def _echoed(self, candidate: Candidate, option: Option, match: Match) -> bool:
        """Was the line echoed as a row of its own before this prompt, at which the cursor never was?"""
        whole = match.key_line.readings[0]
        if option.rested or not whole.certain or not whole.text.strip():
            return False
        start, row = self.view.offset_at(match.key_line.first_event), whole.text.rstrip() + "\r\n"
        return self.view.out.find(row.encode(), start, candidate.point.offset) >= 0

    def _typed_here(self, option: Option, key_line: KeyLine) -> bool:
        """Was it seen to come, or does the line's editor make this line of it?"""
        seen = self.echoes.came(key_line, whole=False) or begins(option.text, key_line)
        return seen or self.models.knows(option.prompt, option.text, key_line)

    def _rows(self, candidate: Candidate, option: Option, pending: list[KeyLine]) -> Line | None:
        """A line of several rows that was typed with as many Enters."""
        rows = joined(option.text, pending) if "\n" in option.text else None
        if rows is None:
            return None
        text, key_line = rows
        if option.prompt.startswith(">>>"):
            text = option.text  # in Python what the editor put before a row belongs to it
        self.waiting.take(key_line)
        reason = "every row says what was typed"
        return Line(candidate, option.prompt, text, "run", "screen", "high", key_line, False, reason)

    def _lost(self, candidate: Candidate, pending: list[KeyLine]) -> Line | None:
        if candidate.point.offset == self.view.begun:
            return self.lost.torn(candidate, pending)
        if self.broken is not None and (line := self._gone_on(candidate, self.broken, pending)):
            return line
        prompt = self.lost.prompt(candidate)
        believed = prompt is not None and candidate.fresh and self.asking.may_ask(prompt, False)
        believed |= self.asking.renamed and not self.asking.reading
        if not candidate.paste and not believed:
            return None
        line = self.lost.read(candidate, pending, self.asking)
        if line is not None and line.key_line is not None:
            self.waiting.take(line.key_line)
        return line

    def _gone_on(self, candidate: Candidate, begun: Option, pending: list[KeyLine]) -> Line | None:
        """The line that went on in the row behind output, where the terminal does the editing."""
        shown = candidate.lines[-1].text.rstrip() if candidate.lines and not candidate.paste else ""
        for key_line in pending if shown else []:
            typed = key_line.best.text.rstrip()
            own = typed.endswith(shown) and begun.text[:1] == typed[:1] and key_line.best.certain
            if own and self.echoes.came(key_line):
                self.waiting.take(key_line)
                why = "output ran into the line: the keystrokes are taken"
                return Line(candidate, begun.prompt, typed, "run", "keys", "medium", key_line, False, why)
        return None

    def _blind(self, prompt: str, match: Match) -> bool:
        """Did nothing come back between the first key and Enter, and not later either?"""
        key_line, shown = match.key_line, match.text
        later = tidy(key_line.best.text) in tidy(shown) or begins(shown, key_line)
        return unanswered(self.view, key_line) and not (later or self.models.knows(prompt, shown, key_line))

    def _settle(self, candidate: Candidate, option: Option, match: Match | None) -> Line:
        found = verdict(option, match, self.has_input)
        text, confidence, reason = found.text, found.confidence, found.reason
        if match is not None and (typed := self._begun_before(candidate, match)):
            text, confidence = typed, "medium"
            reason = "its beginning was typed and echoed before the prompt came: the keystrokes are taken"
        elif confidence == "high" and (doubt := self._doubt(candidate, option, match)):
            confidence, reason = "medium", doubt
        if match is None and starred(text):
            why = "stars: something asked for a secret with a line editor"
            return Line(candidate, option.prompt, HIDDEN, "run", "screen", "low", None, True, why)
        key_line = match.key_line if match else None
        shown = self.readings.interrupted(candidate, option, text)
        cancelled = key_line.ender == "interrupt" if key_line else shown
        if cancelled and not self._may_run(candidate, key_line):
            text = text.removesuffix("^C").rstrip()
        outcome = "cancelled" if cancelled else "run"
        return Line(
            candidate, option.prompt, text, outcome, found.source, confidence, key_line, False, reason,
            self._doubt(candidate, option, match),
        )  # fmt: skip

    def _thrown(self, line: Line) -> Line:
        """The line; one that Ctrl-C seems to have thrown away is a row where that may be wrong."""
        if line.outcome != "cancelled" or not line.text or not self._may_run(line.candidate, line.key_line):
            return line
        return replace(line, outcome="run", confidence="low", reason=REBOUND)

    def _may_run(self, candidate: Candidate, key_line: KeyLine | None) -> bool:
        """May Ctrl-C mean something else? Or did it end as readline ends a line that it takes? One that it
        throws away ends in its own row.
        """
        accepted = candidate.paste and key_line is not None and not candidate.left and not self.doubts.pane
        return self.meanings.interrupt or accepted

    def _doubt(self, candidate: Candidate, option: Option, match: Match | None) -> str:
        """Why it may be no line at a prompt, whatever keys and screen say of its text."""
        if self.meanings.enter and candidate.paste:
            return "what a line editor does at Enter was changed before"
        if match is not None and flushed(self.view, match.key_line):
            return FLUSHED
        short = len(option.prompt) < 3 and not self._begins(candidate, option)
        return "the prompt is short and does not begin its row" if short else ""

    def _begun_before(self, candidate: Candidate, match: Match) -> str:
        """The whole line where the terminal does the editing and its beginning was typed before the prompt.

        A program that reads keys (a pager) echoes none of them; what was echoed waits for the shell.
        """
        whole, shown = match.key_line.readings[0], match.reading
        if candidate.paste or not match.exact or whole is shown or not whole.certain:
            return ""
        if match.key_line.first_event <= self.ended_by_key:
            return ""
        early = match.key_line.early
        return whole.text if early is not None and self.echoes.came(early) else ""

    def _begins(self, candidate: Candidate, option: Option) -> bool:
        return any(line.text.ljust(len(option.prompt)).startswith(option.prompt) for line in candidate.lines)
