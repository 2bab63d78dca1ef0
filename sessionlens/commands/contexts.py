"""Where a line was typed: a stack of shells, hosts, containers and REPLs, followed by their prompts.

A prompt of a form not seen before, right behind a command that opens such a thing, is one level deeper; a
prompt of a lower level is back there. Names come from the command that opened the level (openers.py); host,
user and directory from the prompt, from what the shell told the terminal, else from that command.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .openers import Opened, opens
from .prompts import shape

_LOOKS = (
    (re.compile(r"^>>> $|^In \[\d+\]: $|^\(Pdb\+*\) $|^ipdb> $|^>>>> $"), "python"),
    (re.compile(r"^sqlite> $"), "sqlite"),
    (re.compile(r"^(?:mysql|MariaDB)(?: \[[^\]]*\])?> $"), "mysql"),
    (re.compile(r"^[\w-]+=[#>] $"), "psql"),
    (re.compile(r"^irb\("), "ruby"),
    (re.compile(r"^(?:s)?ftp> $"), "ftp"),
    (re.compile(r"^\((?:gdb|lldb)\) $"), "gdb"),
    (re.compile(r"^(?:[\d.]+|not connected|redis [^>]*):?\d*> $"), "redis"),
    (re.compile(r"^julia> $"), "julia"),
    (re.compile(r"^iex\(\d+\)> $"), "elixir"),
    (re.compile(r"^(?:ghci|Prelude\S*|\*?Main)> $"), "haskell"),
    (re.compile(r"^php > $"), "php"),
    (re.compile(r"^scala> $"), "scala"),
)
_WHO = re.compile(r"([A-Za-z_][\w.-]*)@([A-Za-z0-9][\w.-]*)")
_WHERE = re.compile(r"(?:^|[\s:\[(])(~[\w./+@-]*|/[\w./+@-]*)(?=[\s\])$#%>❯:]|$)")
_TITLE = re.compile(r"^([A-Za-z_][\w.-]*)@([A-Za-z0-9][\w.-]*):\s?([~/].*)$")
_LEFT = frozenset({"exit", "logout", "quit", "bye"})
_DEEPEST = 32
_LONGEST = 400  # of a prompt, as far as it is read


@dataclass(slots=True)
class Level:
    """One shell, host or REPL, and the forms its prompts took."""

    name: str
    kind: str
    host: str | None = None
    user: str | None = None
    cwd: str | None = None
    place: str | None = None
    """The directory that OSC 7 told last; it holds until another is told."""
    forms: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Told:
    """Host, user and directory as a shell told the terminal (OSC 7, or the window's title)."""

    host: str | None = None
    user: str | None = None
    cwd: str | None = None


class Contexts:
    """The stack, fed with every prompt and every command in order."""

    def __init__(self, shell: str, host: str | None, user: str | None) -> None:
        self.stack = [Level(shell, "shell", host, user)]
        self.opened: Opened | None = None

    @property
    def top(self) -> Level:
        return self.stack[-1]

    @property
    def path(self) -> str:
        """`bash`, `bash > python` …"""
        return " > ".join(level.name for level in self.stack)

    @property
    def awaits(self) -> bool:
        """Does the last command say that what is typed next goes to something that it opened?"""
        return self.opened is not None and self.opened.surely

    def prompt(self, prompt: str, said: str = "", told: Told | None = None) -> Level:
        """A prompt came up, and `said` was printed since the last line: which level is it?"""
        form, opened = _form(prompt), self.opened
        self.opened = None
        depths = [at for at, level in enumerate(self.stack) if form in level.forms]
        twin = opened is not None and opened.surely and not said.strip() and form in self.top.forms
        if depths and not twin:
            self._back_to(depths, said)
        elif self.top.forms and (language := looks_like(prompt)):
            self._open(Opened(language, "repl"))
        elif self.top.forms and opened is not None:
            self._open(opened)
        self.top.forms.add(form)
        self._note(prompt, told)
        return self.top

    def _back_to(self, depths: list[int], said: str) -> None:
        """The level that has this form; of two alike the lower one, where the upper says that it ends."""
        at = depths[-1]
        ends = said.strip().split("\n")[-1].split(" ")[0] in _LEFT
        if ends and len(depths) > 1 and at == len(self.stack) - 1:
            at = depths[-2]
        del self.stack[at + 1 :]

    def _open(self, opened: Opened) -> None:
        if self.top.kind == "repl":  # a REPL starts no other: the one before has ended unseen
            self.stack.pop()
        below = self.top
        elsewhere = opened.host is not None
        self.stack = self.stack[-_DEEPEST:]
        self.stack.append(
            Level(
                opened.name,
                opened.kind,
                opened.host or below.host,
                opened.user or (None if elsewhere else below.user),
            )
        )

    def _note(self, prompt: str, told: Told | None) -> None:
        top = self.top
        if who := _WHO.search(prompt[-_LONGEST:]):
            top.user, top.host = who[1], who[2]
        elif told is not None:
            top.user, top.host = told.user or top.user, told.host or top.host
        new = told.cwd if told is not None else None
        top.place = new or top.place
        top.cwd = None if top.kind == "repl" else new or directory(prompt) or top.place

    def ran(self, text: str) -> None:
        """A command was run at the top level."""
        self.opened = opens(text)


def _form(prompt: str) -> tuple[str, str]:
    who = _WHO.search(prompt[-_LONGEST:])
    return shape(prompt), who[0] if who else looks_like(prompt)


def looks_like(prompt: str) -> str:
    """The language of a REPL that has its own prompt; "" for anything else."""
    return next((language for pattern, language in _LOOKS if pattern.match(prompt)), "")


def directory(prompt: str) -> str | None:
    """The working directory where a prompt shows one."""
    match = _WHERE.search(prompt)
    return match[1] if match else None


def titled(title: str) -> Told | None:
    """What a title such as `deploy@web01: ~/src` says (Debian's and many other prompts set it)."""
    match = _TITLE.match(title)
    return Told(match[2], match[1], match[3]) if match else None
