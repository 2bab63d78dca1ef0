"""Lines whose prompt is not to be seen where they were handed over: scrolled away, sideways or redrawn.

A line taller than the screen loses its upper rows, a terminal that cannot wrap (or an editor that does not)
shows only a part of the line. The keystrokes tell the rest, or the same line as it was run before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .accept import Candidate
from .editor import KeyLine
from .line import Line
from .matching import Match, best_match, tidy
from .prompts import Prompts, guessed
from .running import Asking
from .screen import Rest
from .searching import found
from .secrets import Echoes

_TALL = 200  # letters of a line that may fill a screen
_PART = 8  # letters that tell a line from another
_KEPT = 64
_EDGES = "<>+* "  # what editors put where the line goes on to the left or right
TORN = "the recording begins in the middle of this line: more may stand before it"
BY_REST = "no learned prompt stands there; it is cut where the cursor first rested"
REDRAWN = "it stands behind what the shell draws instead of its prompt when it takes a line"
BY_LOOKS = "no learned prompt stands there; it is cut where one usually ends"


class LostLines:
    """Reads such candidates; keeps the long lines that were run."""

    def __init__(self, prompts: Prompts, has_input: bool, echoes: Echoes) -> None:
        self.prompts, self.has_input, self.echoes = prompts, has_input, echoes
        self.tall: dict[str, str] = {}
        self.redrawn: Counter[str] = Counter()
        """What stood before lines that the keystrokes tell, when they were taken."""

    def remember(self, text: str) -> None:
        """A text that was run."""
        if len(text) >= _TALL:
            self.tall["".join(text.split())] = text
            for old in list(self.tall)[:-_KEPT]:
                del self.tall[old]

    def read(self, candidate: Candidate, pending: Sequence[KeyLine], asking: Asking) -> Line | None:
        """The line, or None where a program asked and was answered."""
        prompt = self.prompt(candidate)
        rests = [rest for rest in candidate.rests if rest.left.strip()]
        if rests and asking.reading and self._is_question(rests[0], candidate):
            return None
        shown = candidate.lines[-1].text.rstrip() if candidate.lines else ""
        match = self._match(shown, pending)
        if (known := self._run_before(shown)) is not None:
            why = "its upper rows had scrolled away; a line that ends like it was run before"
            key_line = match.key_line if match else None
            return Line(candidate, prompt or "", known, "run", "screen", "medium", key_line, False, why)
        if match is not None and (line := self._by_keys(candidate, prompt, shown, match)) is not None:
            return line
        if candidate.paste and (line := self._behind_redrawn(candidate, shown, match)) is not None:
            return line
        typed = match is not None and match.key_line.best.text.strip()
        if not typed and self.has_input:
            return None
        return self._by_looks(candidate, shown) or self._by_rest(candidate, shown, match)

    def torn(self, candidate: Candidate, pending: Sequence[KeyLine]) -> Line | None:
        """The line in whose middle the recording begins, as far as it is in it."""
        shown = candidate.lines[-1].text.rstrip() if candidate.lines else ""
        match = self._match(shown, pending)
        key_line = match.key_line if match else None
        return Line(candidate, "", shown, "run", "screen", "low", key_line, False, TORN) if shown else None

    def _match(self, shown: str, pending: Sequence[KeyLine]) -> Match | None:
        """The keystrokes of this line: the same, or seen to come."""
        match = best_match([shown], pending)
        own = match is not None and (match.exact or self.echoes.came(match.key_line, whole=False))
        return match if own else None

    def prompt(self, candidate: Candidate) -> str | None:
        """The prompt that stood there before the line was typed."""
        own = (rest for rest in candidate.rests if rest.paste == candidate.paste)
        return next((rest.drawn for rest in own if self.prompts.trusted(rest.drawn, rest.paste)), None)

    def _run_before(self, shown: str) -> str | None:
        end = "".join(shown.split())
        if len(end) < _TALL:
            return None
        return next((text for bare, text in reversed(self.tall.items()) if bare.endswith(end)), None)

    def _by_keys(self, candidate: Candidate, prompt: str | None, shown: str, match: Match) -> Line | None:
        typed, certain = match.reading.text.strip(), match.reading.certain
        outcome = "cancelled" if match.key_line.ender == "interrupt" else "run"
        found: tuple[str, str] | None = None
        if not typed:
            return None
        if certain and tidy(shown).endswith(tidy(typed)):
            self.redrawn[shown[: len(shown) - len(typed)]] += 1
            prompt = shown[: len(shown) - len(typed)] if prompt is None else prompt
            found = "screen", "no learned prompt stands there; the row ends in what was typed"
        elif not certain and tidy(shown).strip() == tidy(typed):
            found = "screen", "no learned prompt stands there; what was typed last does"
        elif certain and len(shown) >= _PART and tidy(typed).endswith(tidy(shown)):
            found = "keys", "its upper rows had scrolled away: the keystrokes are taken"
        elif certain and prompt is not None and len(part := shown.strip(_EDGES)) >= _PART and part in typed:
            found = "keys", "only a part of the line was shown: the keystrokes are taken"
        if found is None:
            return None
        source, why = found
        return Line(candidate, prompt or "", typed, outcome, source, "medium", match.key_line, False, why)

    def _behind_redrawn(self, candidate: Candidate, shown: str, match: Match | None) -> Line | None:
        """Behind what the shell draws instead of its prompt at the Enter, as it did before known lines."""
        known = (each for each, times in self.redrawn.items() if times > 1 and each.strip())
        prompt = next((each for each in known if shown.startswith(each)), "")
        text, key_line = shown[len(prompt) :].strip(), match.key_line if match else None
        if not prompt or not text or (key_line is not None and key_line.ender == "interrupt"):
            return None
        return Line(candidate, prompt, text, "run", "screen", "medium", key_line, False, REDRAWN)

    def _is_question(self, rest: Rest, candidate: Candidate) -> bool:
        """A program asked with a line editor (`read -e`): a prompt that came once and does not end as one."""
        return rest.paste and not self.prompts.trusted(rest.left, True) and candidate.opening() is not None

    def _by_rest(self, candidate: Candidate, shown: str, match: Match | None) -> Line | None:
        """Behind whatever stood there when the cursor first rested."""
        own = next((rest for rest in candidate.rests if rest.paste == candidate.paste), None)
        prompt = own.left if own is not None and shown.startswith(own.left.rstrip()) else ""
        text = shown[len(prompt) :].strip()
        if not text or own is None:
            return None
        key_line = match.key_line if match else None
        if key_line is not None and key_line.ender == "interrupt":
            return _thrown(candidate, prompt, text, key_line)
        return Line(candidate, prompt, text, "run", "screen", "low", key_line, False, BY_REST)

    def _by_looks(self, candidate: Candidate, shown: str) -> Line | None:
        prompt = next(iter(guessed(shown)), "")
        text = shown[len(prompt) :].rstrip()
        if not prompt or not text or not candidate.paste:
            return None
        return Line(candidate, prompt, text, "run", "screen", "low", None, False, BY_LOOKS)


def _thrown(candidate: Candidate, prompt: str, text: str, key_line: KeyLine) -> Line:
    """What Ctrl-C ended, maybe in a search."""
    text = found(candidate, text)
    return Line(candidate, prompt, text, "cancelled", "screen", "low", key_line, False, BY_REST)
