"""What may mean something else by now, as far as the lines of a session say: names, and keys that end a line.

So a command of several lines may have been several commands. Which lines are code, and which are text or more
of a line, is read from the words. An alias may hide a `#` or a quote (POSIX 2.3.1), and so end a command that
looks open; where the prompt was then made to look like that of a line that goes on, what was typed was run,
and nothing on the screen tells. So such a row is never sure once a name in it may mean something else, nor
where it sets the prompt itself, nor where it began at a prompt of that look. Decision 0107.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from .dialects import dialect, dialects
from .grammar import MOST, parse
from .model import HIDDEN, TIERS, Command
from .more import Unfinished
from .openers import base, past_wrappers
from .prompts import continues
from .stdin import WORDS_OF_SHELLS, pipelines

OTHER_MEANING = "a name in it may mean something else by now: lines of it may have been run by themselves"
LOOKS_LIKE_MORE = "its prompt looks like one of more: lines of it may have been run by themselves"
_MAY_LEARN = re.compile(
    r"""(?i:alias)|PROMPT|PS[12]|\b(?:declare|typeset|local|source|eval|enable|emulate|shopt|setopt|unsetopt|set|function)\b|\(\s*\)"""
    r"""|(?:^|[\s;&|])\.\s|[$`'"\\]|rcfile|init-file|\bENV=|ZDOTDIR|HOME=|rc\b|profile|\[hidden"""
)
"""All else is not parsed."""

_STARTS = re.compile(
    r"--(?:rcfile|init-file)|\b(?:ENV|ZDOTDIR|HOME)=|\.(?:\w*rc|\w*profile|bash_aliases|zshenv|zlogin|inputrc)\b"
    r"|\b(?:bash|dis|g|s)?_?aliases\b",
    re.I,
)
"""Files that a new shell reads, and zsh's and bash's tables of aliases."""

_ONLY_READ = re.compile(r"(?:cat|head|tail|less|more|grep|ls|wc|stat|file)\b[^;&|>`$]*")
_EXPANDED = re.compile(r"[$`'{*?\[]")
_GRAMMAR = re.compile(
    r"interactive_?comments|expand_?aliases|^-\w*k|keyword|csh|ksh|sh_?file|rc_?quotes", re.I
)
_FUNCTION = re.compile(r"(?<![^\s;&|(){}])([^\s;&|(){}]+)\s*\(\s*\)|\bfunction\s+([^\s;&|(){}]+)")
_NAME = re.compile(r"[\w.:@+-]+")
_PLAIN = re.compile(r"[\w./=:,@%+~ -]*")
_GIVES = re.compile(
    r"\b(?:alias|function|eval|trap|exec|bind|bindkey|enable|hash|source|setopt|shopt|LD_PRELOAD|PATH|ENV"
    r"|PROMPT_COMMAND|PS[0-4])\b|\(\s*\)|(?:(?:^|[;&|])\s*|\n[^\S\n]*)\.\s"
)
_INTERRUPT = re.compile(r"\bstty\b(?:(?!\bstty\b).)*?(?:\bintr\b|-isig|\braw\b)|\bbind(?:key)?\b|\binputrc\b")
_ENTER = re.compile(r"\bbind\s+-x\b|\bzle\s+-N\s+accept-line\b|\bbindkey\b[^\n]{0,200}\^[MJ]")
_PROMPT = re.compile(r"\b(?:PS[12]|R?PROMPT[234]?|PROMPT_COMMAND|prompt|precmd|PS0)\b")
_OTHERS = frozenset({"elvish", "fish", "nu", "xonsh"})
"""Shells without aliases of text, and of another grammar."""

_BUDGET = 1 << 16  # characters of commands in commands
_DECLARES = frozenset({"declare", "typeset", "local"})
_NAMEREF = re.compile(r"-\w*n")
"""bash: what is said to it is said to a name that nobody sees, maybe that of the table of aliases."""

_COMPUTED = re.compile(
    r"\bPROMPT_COMMAND\b.*\b(?:PS[12]|PROMPT2?)=|\b(?:PS[12]|PROMPT2?)=[^;\n]*(?:\$\(|`)", re.S
)
"""A prompt that looks as something else wants: nobody sees when it changes."""

_READS_A_FILE = frozenset({".", "source", "eval", "enable", "emulate"})


@dataclass(slots=True)
class Meanings:
    """What means something else by now, as far as the lines say."""

    given: bool = False
    """Any name may have been given another meaning, or be run at a prompt."""

    interrupt: bool = False
    """Ctrl-C may, where a line is edited."""

    enter: bool = False
    """Enter may."""

    aliases: dict[str, str] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    """Those that may set the prompt."""

    anything: bool = False
    """Any name may hide a quote or a comment."""

    def typed(self, line: str) -> None:
        """This line was run, or is part of what will be."""
        self.given = self.given or bool(_GIVES.search(line))
        self.interrupt = self.interrupt or bool(_INTERRUPT.search(line))
        self.enter = self.enter or bool(_ENTER.search(line))

    def ran(self, text: str, shell: str = "") -> None:
        """This was run, by a shell of this name."""
        if not _MAY_LEARN.search(text):
            return
        whole = Unfinished(text, dialect(shell)).code
        code = whole[:MOST]
        self.anything |= (
            HIDDEN in text
            or len(whole) > MOST
            or bool(_STARTS.search(code) and not _ONLY_READ.fullmatch(code))
            or bool(_COMPUTED.search(code))
        )
        if _PROMPT.search(code) or self.functions & set(_NAME.findall(code)):
            self.functions |= {one or other for one, other in _FUNCTION.findall(code)}
        for words in _commands(code):
            self._learn(words, shell)

    def _learn(self, words: list[str], shell: str) -> None:
        words = past_wrappers(words)
        name, rest = base(words), words[1:]
        if name == "alias":
            for word in rest:
                self._alias(word)
        elif name in ("set", "shopt", "setopt", "unsetopt"):
            self.anything |= any(map(_GRAMMAR.search, rest))
        elif name in _DECLARES:
            self.anything |= any(map(_NAMEREF.match, rest))
        else:
            self.anything |= name in _READS_A_FILE or (shell not in _OTHERS and bool(_EXPANDED.search(name)))

    def _alias(self, word: str) -> None:
        name, _, value = word.partition("=")
        if _NAME.fullmatch(name) and not name.startswith(("-", "+")):
            self.aliases[name] = value
        else:
            self.anything |= word != "-p"

    def may_end(self, text: str, shell: str = "bash") -> bool:
        """May the shell take a line of this for the end of a command, and show a prompt like that of more?"""
        codes = [Unfinished(text, each).code for each in dialects(shell)]
        words = set(_NAME.findall(codes[0][:MOST]))
        odd = {name for name, value in self.aliases.items() if not self._is_plain(value)}
        named = words & (odd | self.functions) or _PROMPT.search(codes[0][:MOST])
        return self.anything or bool(named) or len({code.count("\n") for code in codes}) > 1

    def _is_plain(self, value: str) -> bool:
        """Can this value make no code of what is none, nor the other way round?"""
        words = set(value.split())
        return _PLAIN.fullmatch(value) is not None and not words & (WORDS_OF_SHELLS | self.aliases.keys())


def _commands(code: str) -> Iterator[list[str]]:
    """The words of every simple command in it, whatever it stands in."""
    root = parse(code)
    stack, left = [root], _BUDGET
    while stack:
        node = stack.pop()
        stack += node.children
        if node.type == "command":
            left -= node.end_byte - node.start_byte
            found = pipelines(code[node.start_byte : node.end_byte]) if left > 0 else [[["$"]]]
            yield from found[0][:1] if found else ()
    if root.has_error:
        yield from (words for pipeline in pipelines(code) for words in pipeline)


def doubted(commands: Iterable[Command]) -> Iterator[Command]:
    """The commands, those of several lines never sure where a name in them may have another meaning."""
    meanings = Meanings()
    for command in commands:
        if command.kind == "shell":
            shell = command.context.rpartition(" > ")[2]
            if "\n" in command.text and meanings.may_end(command.text, shell):
                command = _unsure(command, OTHER_MEANING)
            elif "\n" in command.text and continues(command.evidence.prompt) and shell not in _OTHERS:
                command = _unsure(command, LOOKS_LIKE_MORE)
            meanings.ran(command.text, shell)
        yield command


def _unsure(command: Command, why: str) -> Command:
    """At most medium, and the reason."""
    how = min(command.confidence, "medium", key=TIERS.index)
    before = command.evidence.reason
    known = command.confidence == "high" or before.startswith(why)
    reason = why if known else f"{why}; {before}"
    return replace(command, confidence=how, evidence=replace(command.evidence, reason=reason))
