"""What was run last, and whether it may show a prompt: only what reads commands does.

A program can print whatever looks like a prompt, `read -p '> '` for one. Shells, REPLs and what leads to
another host are believed at once, a program that nobody knows once its prompt came back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .hosts import is_host
from .meanings import Meanings
from .more import Unfinished
from .openers import REPLS, SHELLS, opens, program, runs_script
from .posing import Posing, asks, deaf, posing
from .prompts import Prompts, shape
from .stdin import leaves_input

_NEW_PROMPT = re.compile(r"\b(?:PS1|PROMPT|PROMPT_COMMAND|prompt)\s*=")
_CONTINUED = re.compile(r"(?:> |\? )(?=\S|\s)|>$")


@dataclass(slots=True)
class Running:
    """The command that runs, or is not complete yet."""

    typed: Unfinished
    known: bool
    """It is known to read commands."""

    reads: bool
    """It has `read` or the like in it."""

    script: bool
    """It is a script or a program by its path: whatever it asks looks as it likes."""

    renames: bool
    """It does no more than give the shell another prompt."""

    @classmethod
    def of(cls, text: str, aliases: Mapping[str, str] | None = None) -> Running:
        name = program(text)
        known = name in SHELLS or name in REPLS or opens(text) is not None or is_host(text)
        script = runs_script(text)
        renames = bool(_NEW_PROMPT.search(text)) and leaves_input(text)
        return cls(Unfinished(text, aliases=aliases), known and not script, asks(text) > 0, script, renames)


@dataclass(slots=True)
class Asking:
    """Follows the lines that were run, and says which prompts to believe."""

    prompts: Prompts
    running: Running | None = None
    open: bool = False
    """The last line was run, not thrown away."""

    forms: set[tuple[str, bool]] = field(default_factory=set)
    doubted: set[tuple[str, bool]] = field(default_factory=set)
    """Shapes of prompts that an unknown program showed."""

    asked: set[tuple[str, bool]] = field(default_factory=set)
    """Those that were first doubted since the line before."""

    renamed: bool = False
    """A prompt was given by hand: what the next one looks like is not known."""

    inside: set[str] = field(default_factory=set)
    """Shapes of prompts without line editing since a line was edited last."""

    bare: bool = False
    """The last line was edited in a row without a prompt."""

    sure: bool = True
    """What runs was not run at a doubted prompt itself."""

    meanings: Meanings = field(default_factory=Meanings)
    _posing: Posing | None = field(default_factory=Posing)
    """None where it is still to be read from what runs."""

    _answers: bool = False
    """What runs was typed at what may have posed as the shell."""

    deaf: bool = False
    """Ctrl-C may mean something else by now."""

    menu: bool = False
    """... and so may what `select` asks."""

    def may_ask(self, prompt: str, paste: bool) -> bool:
        """May a program that does not edit its lines (`paste` is off) show this prompt now?"""
        running, form = self.running, shape(prompt)
        if running is not None and running.known and self.sure:
            self.doubted.discard((form, paste))
        if paste or running is None:
            if running is not None and running.script and (form, paste) not in self.forms:
                self._doubt(form, paste)
            return True
        if self.prompts.is_edited(prompt) and not running.known and form not in self.inside:
            self._doubt(form, paste)  # a shell that edits its lines has this prompt: something else shows it
            return True
        if (form, paste) in self.forms:
            return True
        if self.continuing and self.prompts.goes_on(prompt):
            return True
        if running.reads and not running.known:
            return False
        if running.reads or not (running.known or running.renames):
            self._doubt(form, paste)
        return running.known or running.renames or self.prompts.count(prompt, paste) > 1

    def _doubt(self, form: str, paste: bool) -> None:
        if (form, paste) not in self.doubted:
            self.doubted.add((form, paste))
            self.asked.add((form, paste))

    def settled(self, prompt: str, paste: bool) -> None:
        """This is the prompt of the line: what else was asked about stood in its text."""
        self.doubted -= self.asked - {(shape(prompt), paste)}
        self.asked.clear()

    def _goes_on(self, prompt: str) -> bool:
        """May a shell that waits for more show this?"""
        return self.continuing and (self.prompts.goes_on(prompt) or not any(map(str.isalnum, prompt)))

    @property
    def posing(self) -> Posing:
        """What runs may show the shell's own prompt? Read once a command is complete, not at each line."""
        if self._posing is None:
            self._posing = posing(self.running.typed.text) if self.running else Posing()
            if self.menu:
                self._posing.says = ()
        return self._posing

    def waits(self, prompt: str) -> bool:
        """Does the shell itself wait for more there? Then nothing runs."""
        return not self._answers and self._goes_on(prompt)

    def posed(self, prompt: str) -> bool:
        """May what runs have shown this prompt, and read the line?"""
        return not self.waits(prompt) and self.posing.may_show(prompt)

    @property
    def unsure(self) -> bool:
        """Was something run that may show and read what it likes?"""
        running = self.running
        return running is not None and not running.known and not leaves_input(running.typed.text)

    def ends(self) -> bool:
        """Ctrl-D was pressed at an empty line: did it end a here-document?"""
        return self.continuing and self.running is not None and self.running.typed.end()

    def pressed(self, ender: str, escapes: bool) -> None:
        """A line of keys, with `escapes` or not, was ended so, and no prompt took it."""
        if self.continuing and not self._answers:
            return
        self.posing.plain &= not escapes
        if ender == "enter":
            self.posing.read()
        elif ender == "eof":
            self.posing.ended()
        elif ender == "interrupt" and not self.deaf:
            self.posing.interrupted()

    @property
    def reading(self) -> bool:
        """Does what was run read lines by itself?"""
        return self.running is not None and self.running.reads

    def answered(self, prompt: str, text: str) -> bool:
        """Is it a choice from zsh's `select`: a number, which nothing runs, at a prompt not seen before?"""
        chosen = self.reading and text.strip().isdecimal() and (shape(prompt), True) not in self.forms
        return chosen and self.running is not None and "select" in self.running.typed.text

    @property
    def edits(self) -> bool:
        """May zsh's `vared` show a value to be edited, with no prompt before it?"""
        return self.reading and self.running is not None and "vared" in self.running.typed.text

    @property
    def unanswered(self) -> bool:
        """Is what a line editor took without a known prompt more than an answer that was asked for?"""
        return not self.reading or self.edits or self.renamed

    @property
    def continuing(self) -> bool:
        """Does the shell wait for more of the command?"""
        return self.open and self.running is not None and self.running.typed.open

    def continued(self, row: str) -> str | None:
        """The usual continuation prompt at the beginning of a row, where a shell waits for more."""
        if not self.continuing:
            return None
        match = _CONTINUED.match(row)
        return match[0] if match else self.prompts.continuing.at(row)

    def remember(self, prompt: str, paste: bool, text: str, run: bool) -> None:
        """A line was run, or thrown away, at this prompt."""
        posed = self.posed(prompt)
        if run and self.running is not None and self._goes_on(prompt):
            self.running.typed.add(text)
        elif run:
            if self.running is not None:
                self.meanings.ran(self.running.typed.text)
            self.running = Running.of(text, self.meanings.aliases)
            self.sure = not posed and (shape(prompt), paste) not in self.doubted
            self._answers = posed
        if run and self._answers:
            self.posing.read()
        elif run:
            self._posing = None
        self.deaf |= run and deaf(text)
        self.menu |= run and "PS3" in text
        self.renamed |= run and bool(_NEW_PROMPT.search(text))
        self.open = run
        self.inside = set() if paste else self.inside | {shape(prompt)}
        self.forms.add((shape(prompt), paste))
