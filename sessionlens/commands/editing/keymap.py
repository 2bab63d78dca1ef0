"""Which keys are bound to what: tables as a person would write them, and the machine that runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from . import emacs, walking
from .ring import keep
from .state import Command, State
from .stream import HOLE, PASTE

_ROWS: frozenset[Command] = frozenset({
    emacs.home, emacs.end, emacs.kill_right, emacs.home_zle, emacs.end_zle, emacs.kill_right_zle,
    emacs.kill_row,
})  # fmt: skip
_ENDS: frozenset[Command] = _ROWS | {
    emacs.insert, emacs.kill_left, emacs.kill_buffer, emacs.accept, emacs.nothing, emacs.complete,
    emacs.abort, walking.up, walking.down, walking.first, walking.newest,
}  # fmt: skip
_KILLS: set[Command] = {emacs.kill_word, emacs.rubout_word, emacs.kill_blank_word}
_ERASES: set[Command] = {emacs.rubout, emacs.delete}
_CHEAP: set[Command] = {emacs.left, emacs.right, emacs.rubout, emacs.delete, emacs.accept, emacs.nothing}
"""They take the same time wherever they are pressed."""


class Keys:
    """A keymap with the beginnings of its sequences, and what is done with keys that are not in it.

    `holeproof` commands do not look at the text, or replace it.
    """

    def __init__(
        self,
        bound: Mapping[str, Command],
        other: Callable[[State, str], Command | None],
        holeproof: Iterable[Command] = (),
    ) -> None:
        self.bound = {keys: command for names, command in bound.items() for keys in names.split(" ") if keys}
        self.prefixes = {keys[:size] for keys in self.bound for size in range(1, len(keys))}
        self.other = other
        self.holeproof = _ENDS.union(holeproof)

    def press(self, s: State) -> None:
        """Read one command and run it."""
        key = s.stream.sequence(self.bound, self.prefixes)
        command = self.bound.get(key)
        if command is None:
            command = self.other(s, key) or emacs.unknown(f"the unknown key {key!r}")
        s.key = key
        execute(s, command, self.holeproof)


def execute(s: State, command: Command, holeproof: frozenset[Command]) -> None:
    """Run a command on a line that may hold what is not known."""
    at, s.this = s.at, ""
    if s.why or not (command in _CHEAP or (command is emacs.insert and s.at == len(s.chars))):
        s.spend(len(s.chars))
    if s.why and HOLE not in s.chars:
        s.why = ""
    if s.why and (command not in holeproof or (s.rows and command in _ROWS)):
        s.lose(s.why)
        if command in _KILLS or (command in _ERASES and s.argument is not None):
            keep(s, HOLE)
        if s.mode == "command":
            blindly(s)
    else:
        command(s)
    s.close(at)
    if s.this != "argument":
        s.argument, s.last = None, s.this


def blindly(s: State) -> None:
    """What a command of vi reads and where it leads to, on a line that is not known."""
    key = s.key
    motion = s.stream.next() if key in ("d", "c", "y") else ""
    while motion and motion in "123456789":
        motion = s.stream.next()
    if key in ("r", "f", "F", "t", "T") or motion in ("f", "F", "t", "T"):
        s.stream.next()
    if key in ("c", "C", "s", "S"):
        s.mode, s.floor, s.opened = "insert", 0, 0
    if key in ("d", "c", "y", "C", "D", "s", "S", "x", "X", "Y"):
        keep(s, HOLE)


def typed(s: State, key: str) -> Command | None:
    """What insert mode does with keys that are not bound."""
    if len(key) == 1 and (key >= " " and key != "\x7f"):
        return emacs.insert
    return pasted if key.startswith(PASTE) else None


def pasted(s: State) -> None:
    """A bracketed paste is text, whatever is in it."""
    text = s.key[len(PASTE) :]
    s.used.add("paste")
    if s.dialect.zle:
        last, s.last = s.last, ""
        keep(s, text)  # it can be yanked
        s.last, s.this = last, "yank"
        s.keep["yank"] = s.at
    s.insert(text)
