"""Was a line that nobody saw read by the shell itself? Only then is its text a command; else it is a secret.

A program can print any prompt, also the shell's own, and read a password behind it. So looks prove nothing:
the echo must have been switched off in a line that everyone saw, the line must stand behind that very prompt,
and what ran in between must be known to ask for nothing. Where most of this holds, that something was run is
told, without its text. Decision 0042.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .meanings import Meanings
from .model import HIDDEN
from .prompts import shape

_STTY = re.compile(r"(?:^|[;&|]\s*|\n[^\S\n]*)(?:/[^\s;&|]*/)?stty\s+([^;&|\n]*)")
_DIGITS = re.compile(r"\d+")  # a clock, a counter
_OFF, _ON = {"-echo", "raw"}, {"echo", "sane", "-raw", "cooked"}
_ASKS_NOTHING = frozenset({
    "stty", "echo", "printf", "cd", "pwd", "ls", "true", "false", ":", "export", "unset", "alias", "id",
    "whoami", "date", "hostname", "uname", "mkdir", "touch", "history", "umask", "set", "clear", "sleep",
})  # fmt: skip
_READS = re.compile(r"\b(?:read|select|vared)\b")
_SPLIT = re.compile(r";|&&|\|\||\n")
_RUNS_MORE = re.compile(r"[`|<>(){}\\'\"]|\$\(|&(?!&)")


def same(prompt: str) -> str:
    """What a prompt has in common with itself, a moment later."""
    return _DIGITS.sub("0", prompt)


def asks_nothing(text: str) -> bool:
    """Is it known that nothing in this command line reads from the terminal? In doubt it may."""
    parts = [part for part in _SPLIT.split(text) if part.strip()]
    quoted = re.sub(r"'[^']*'|\"[^\"`$\\]*\"", "w", text)
    return (
        bool(parts)
        and all(part.split()[0].rsplit("/", 1)[-1] in _ASKS_NOTHING for part in parts)
        and not _RUNS_MORE.search(quoted.replace("&&", ";").replace("||", ";"))
    )


@dataclass(slots=True)
class Echo:
    """Follows the lines of a session: at which prompt the echo was switched off, and what ran since."""

    prompt: str | None = None
    paste: bool = False
    last: str = ""
    quiet: bool = False
    meanings: Meanings = field(default_factory=Meanings)

    def ran(self, prompt: str, paste: bool, text: str, seen: bool) -> None:
        """A line was run at a prompt; `seen` if it was echoed."""
        words = {word for match in _STTY.findall(text)[-1:] for word in match.split()}
        if words & _OFF:
            self.prompt, self.paste = prompt, paste
        elif seen or words & _ON:
            self.prompt = None
        elif self.certain(prompt, paste):
            self.prompt = prompt
        self.meanings.typed(text)
        self.last, self.quiet = text, asks_nothing(text) and not self.meanings.given

    def knows(self, prompt: str, paste: bool) -> bool:
        """Is the echo off at this level of the session, and is this its prompt (or, edited, one like it)?"""
        if self.prompt is None or self.paste != paste:
            return False
        if paste:  # output without a line feed may have stood before it
            return shape(self.prompt).endswith(shape(prompt)) or self.quiet
        return same(prompt) == same(self.prompt) or self.quiet

    def certain(self, prompt: str, paste: bool) -> bool:
        """May the text of a blind line at this prompt be shown?

        After what asks for nothing any prompt is the shell's. Else it must be the very prompt, and read by a
        line editor: that is not how a program asks for a secret.
        """
        if self.quiet or not paste:
            return self.quiet and self.knows(prompt, paste)
        known = self.prompt is not None and self.paste and same(prompt) == same(self.prompt)
        return known and self.last != HIDDEN and not _READS.search(self.last)
