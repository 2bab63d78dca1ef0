"""One line editor for the life of one shell: what it makes of the keys of each line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sessionlens.commands.keys import Key

from . import fish, readline, readline_vi, vi, walking, zle, zle_vi
from .dialect import Dialect, Prediction
from .keymap import Keys
from .state import Exhausted, Memory, State
from .stream import HOLE, Ended, Stream

_OPEN = 1000  # keys that a line may leave to the next
_KEYMAPS: dict[Dialect, dict[str, Keys]] = {
    Dialect("readline"): {"insert": readline.EMACS},
    Dialect("readline", vi=True): {
        "insert": readline_vi.INSERT,
        "command": readline_vi.COMMAND,
        "replace": readline_vi.REPLACE,
    },
    Dialect("zle"): {"insert": zle.EMACS},
    Dialect("zle", vi=True): {"insert": zle_vi.INSERT, "command": zle_vi.COMMAND},
    Dialect("fish"): {"insert": fish.KEYMAP},
}
"""By the mode that the editor is in."""


class Editor:
    """A model of a line editor. It says what it knows, and that it does not know the rest.

    `history` is what the shell remembers, oldest first, as far as it is known: what came before it counts as
    unknown. `suggests`: is a line of the history offered while one types (fish, zsh-autosuggestions)?
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.history: list[str] = []
        self._keymaps = _KEYMAPS[dialect]
        self.suggests = not dialect.readline
        self.spent = 0
        """The work of all lines so far: characters looked at, and keys."""

        self._memory = Memory()
        self._open: list[Key] = []

    def read(self, keys: Sequence[Key]) -> Prediction:
        """The line that these keys make, up to and with the one that ends it.

        Where they end inside of a question of the editor's own (a search that Enter ends), the line goes on
        with the next keys.
        """
        keys = [*self._open, *keys]
        self._open = []
        before = self._memory
        self._memory = replace(before)
        state = State(
            self.dialect, Stream(keys, lone=self.dialect.vi or self.dialect.fish), self._memory,
            self.history, self.suggests,
        )  # fmt: skip
        try:
            self._run(state)
        except Ended:
            if len(keys) < _OPEN:
                self._memory, self._open = before, keys
            return Prediction(None, frozenset(state.used))
        except Exhausted:
            return Prediction(None, frozenset(state.used))
        finally:
            self.spent += state.spent + len(keys)
        return self._said(state)

    def ran(self, text: str) -> None:
        """What really was taken: the newest line of the history. No shell remembers an empty one."""
        if self.dialect.fish:
            self._memory.ghost = text.startswith(" ")
            text = "" if self._memory.ghost else text.rstrip(" ")
        if text:
            self.history.append(text)

    def _run(self, state: State) -> None:
        self._begin(state)
        while not state.done and len(state.stream):
            self._keymaps[state.mode].press(state)
            if state.mode == "command":
                vi.check(state)

    def _begin(self, state: State) -> None:
        if self.dialect.zle:
            zle.begin(state)
            if self.dialect.vi:
                zle_vi.start(state)
            return
        preload, self._memory.preload = self._memory.preload, None
        if preload is not None:
            walking.go(state, preload)

    def _said(self, state: State) -> Prediction:
        if self.dialect.readline:
            self._edited(state)
        return Prediction(None if HOLE in state.chars else state.text, frozenset(state.used))

    def _edited(self, state: State) -> None:
        """readline keeps what was edited on lines of the history that were not taken."""
        for pos, (chars, undo) in state.lines.items():
            if pos < len(self.history) and pos != state.pos:
                self.history[pos] = HOLE if HOLE in chars else "".join(chars)
                if undo:
                    self._memory.unsure |= {pos}
