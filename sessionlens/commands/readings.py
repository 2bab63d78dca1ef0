"""Every way to read a candidate's line: behind its prompt, as its editor drew it alone, without a prompt.

Which of them is right is decided with the keystrokes (lines.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from .accept import Candidate
from .alone import alone, spliced, surrounded
from .cutting import Cutter, Option
from .editor import KeyLine
from .output import plain
from .prompts import Prompts
from .running import Asking
from .screen import PASTE, Rest, View

_LONGEST = 1 << 16  # bytes of one line
_DRAWN = 2048  # bytes of a prompt and what the shell puts behind it
Knows = Callable[[str, str, KeyLine], bool]
"""Does the model of a line editor make this text, behind this prompt, of these keys?"""


class Readings:
    """Reads the candidates of one recording, given its prompts and what runs."""

    def __init__(self, view: View, prompts: Prompts, cutter: Cutter, asking: Asking, knows: Knows) -> None:
        self.view, self.prompts, self.cutter, self.asking = view, prompts, cutter, asking
        self.knows = knows

    def options(self, candidate: Candidate) -> Iterator[Option]:
        """The ways to read a candidate, as what was printed and not as what a character set drew for it."""
        for option in self._filled(candidate, list(self.cutter.options(candidate))):
            shown = option.prompt + option.text
            plainly = shown.isascii() or not self._ascii(candidate)
            yield option if plainly else option.as_letters()

    def _filled(self, candidate: Candidate, options: list[Option]) -> list[Option]:
        """The options; only the whole line where its beginning came with the prompt, before its editor."""
        whole = next((option for option in options if not option.rested), None)
        rest = next((rest for rest in candidate.rests if rest.paste == candidate.paste), None)
        if whole is None or rest is None or not whole.text.strip():
            return options
        begun = rest.left.removeprefix(whole.prompt)
        if begun == rest.left or not begun.strip():
            return options
        if options[0].prompt != whole.prompt or not self._came_with(rest, candidate.paste):
            return options
        return [replace(whole, filled=True)]

    def _came_with(self, rest: Rest, paste: bool) -> bool:
        """Did all that stood left of the cursor come before the line editor was switched on, or at once?"""
        opened = self.view.since(PASTE, rest.offset)
        start = max((rest.offset if opened is None else opened) - _DRAWN, 0)
        if paste:
            pieces = [bytes(self.view.out[start:opened])] if opened is not None else []
        else:
            pieces = list(self.view.between(start, rest.offset))
        return any(plain(piece).rpartition("\n")[2].endswith(rest.left.rstrip()) for piece in pieces)

    def _ascii(self, candidate: Candidate) -> bool:
        """Was nothing but ASCII printed since the prompt stood there?"""
        start = min((rest.offset for rest in candidate.rests), default=candidate.point.offset)
        stop = candidate.point.offset
        return 0 < stop - start <= _LONGEST and self.view.out[start:stop].isascii()

    def alone(self, candidate: Candidate, options: list[Option]) -> list[Option]:
        """The options again, before them the line without what its editor did not draw, if that differs."""
        text = options[0].text if options else ""
        rest, prompt = self._drawn_prompt(candidate)
        odd = rest is not None and (surrounded(rest) or "\n" in text or not options)
        if rest is None or not odd or not (candidate.fresh or candidate.paste):
            return []
        for interrupted in (True, False):
            made = alone(self.view, candidate, rest, prompt, interrupted=interrupted)
            pure = next(self.cutter.options(made), None) if made is not None else None
            pure = _before_output(candidate, pure) if pure is not None else None
            if pure is None or pure.text == text or not pure.text.strip():
                continue
            if spliced(text, pure.text) if interrupted else (surrounded(rest) or not options):
                return [pure, *options]
        return []

    def bare(self, candidate: Candidate) -> list[Option]:
        """The line of an editor that has no prompt in its row; not an answer to `read -e`."""
        usual = self.prompts.empty or self.asking.bare
        if not usual or candidate.bare is None or self.asking.reading:
            return []
        made = alone(self.view, candidate, candidate.bare, "", interrupted=False)
        text = "\n".join(line.text.rstrip() for line in made.lines) if made is not None else ""
        return [Option("", text, True)] if text.strip() else []

    def undrawn(self, candidate: Candidate, prompt: str | None, pending: Sequence[KeyLine]) -> list[Option]:
        """The line of an editor that drew no prompt, as it believes it, if the model of its keys agrees.

        PS1 is empty, PROMPT_COMMAND prints a prompt, and the editor draws over it.
        """
        rest = next((rest for rest in candidate.rests if rest.paste), None) if candidate.paste else None
        opened = self.view.since(PASTE, rest.offset) if rest is not None else None
        if rest is None or opened is None or self.view.printed(opened, rest.offset):
            return []
        if not self.prompts.trusted(rest.left, True):
            return []  # zsh prints its prompt before, and may have put text behind it
        made = alone(self.view, candidate, replace(rest, drawn=""), "", interrupted=False)
        text = "\n".join(line.text.rstrip() for line in made.lines) if made is not None else ""
        if any(line.text.rstrip().endswith(text) for line in candidate.lines):
            return []
        known = text.strip() and any(self.knows(prompt or "", text, each) for each in pending[-1:])
        return [Option(prompt or "", text, True)] if known else []

    def interrupted(self, candidate: Candidate, option: Option, text: str) -> bool:
        """Without keys: a ^C that came in one piece behind the line, or what Python says to one."""
        if text.endswith("^C") and "#" not in text:
            at = self.view.out.rfind(b"^C", 0, candidate.after)
            return len(list(self.view.between(at, at + 2))) == 1
        said = plain(bytes(self.view.out[candidate.after : candidate.after + 64]))
        return option.prompt.startswith((">>>", "In [")) and said.startswith("KeyboardInterrupt")

    def _drawn_prompt(self, candidate: Candidate) -> tuple[Rest | None, str]:
        """The rest at which the prompt stood, or at which it had been drawn behind something else."""
        own = [rest for rest in candidate.rests if rest.paste == candidate.paste]
        for rest in own:
            known = self.prompts.known_end(rest.drawn, rest.paste)
            if rest.paste and rest.left == rest.drawn and self.prompts.trusted(known, True):
                known = rest.drawn  # its editor knows of all of it, and counts columns from there
            if known != rest.drawn or self.prompts.trusted(rest.drawn, rest.paste):
                return replace(rest, drawn=known), known
        for rest in own:
            if rest.left != rest.drawn and (prompt := self.prompts.split(rest.drawn, rest.paste)):
                return rest, prompt
        return None, ""

    def unrested(self, candidate: Candidate) -> list[Option]:
        """Lines behind prompts at which the cursor never was."""
        return [*self._continued(candidate), *self._behind_echo(candidate)]

    def _continued(self, candidate: Candidate) -> Iterator[Option]:
        """A row behind a continuation prompt, which may be empty; the shell waits for it."""
        row = candidate.lines[-1].text if candidate.lines else ""
        prompt = self.asking.continued(row) if candidate.fresh else self.asking.continued("")
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


def behind_interrupt(option: Option, pending: Sequence[KeyLine]) -> Option:
    """The line alone, where one before it was thrown away in the same row: `rm x^Cls` in dash."""
    thrown, mark, text = option.text.rpartition("^C")
    if not mark or not text.strip():
        return option
    known = any(each.ender == "interrupt" and thrown.endswith(each.best.text.strip()) for each in pending)
    return replace(option, text=text) if known else option


def _before_output(candidate: Candidate, option: Option) -> Option:
    """The line as it stood at the last key: an editor may go down without a line feed, and output follow."""
    at_enter = candidate.rests[-1]
    row = (at_enter.left + at_enter.right).rstrip()
    shown = row.removeprefix(option.prompt) if row.startswith(option.prompt) else ""
    ran_on = not candidate.paste and bool(shown) and option.text.startswith(shown + "\n")
    return replace(option, text=shown) if ran_on else option
