"""The models of the shells' own line editors, run on the keystrokes beside the screen.

The small editor of editor.py knows no history, no search and no vi; these do, given the lines that were run
before. Which editor a line was typed in is not asked: each model says what it makes of the keys, or that it
cannot know. A model never decides which lines there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .contexts import looks_like
from .editing import BUDGET, Dialect
from .editor import KeyLine
from .history import Shell
from .keys import Key
from .matching import tidy
from .prompts import shape

_PER_KEY, _AT_FIRST = 50, 2_000_000
"""How much work each key allows the models, and how much may be asked for at once."""

_MOST = 16_384
"""Keys of one line: of more the models are not asked."""

_REMEMBERED = frozenset({"history", "search", "suggestion", "kill", "vi"})


class Models:
    """Hears what was run in one recording, in order, and says what keys make of it."""

    def __init__(self) -> None:
        self.shells: dict[str, Shell] = {}
        self.left = _AT_FIRST
        """Work that the models may still do; a person's lines leave nearly all of it."""

        self.everything = Shell()
        """As if all had been run in one shell: prompts change."""

    def ran(self, prompt: str, text: str) -> None:
        """What was run at a prompt: history for the lines that follow."""
        self._shell(prompt).ran(text)
        self.everything.ran(text)

    def knows(self, prompt: str, text: str, key_line: KeyLine) -> bool:
        """Do these keys make this line? Then they were typed at it, even where no echo shows that."""
        said = self.say(prompt, text, key_line.edited) if key_line.edited else ()
        return any(tidy(each) == tidy(text) for each in said)

    def say(self, prompt: str, text: str, keys: Sequence[Key]) -> Iterator[str]:
        """What the models make of the keys, up to the first that says what the screen says.

        One whose answer rests on the keys of the line alone is not asked again with another history.
        """
        size = sum(1 if key.name == "paste" else len(key.raw) or len(key.text) for key in keys)
        if size > _MOST:
            return
        self.left += _PER_KEY * size
        told = set[Dialect]()
        for asked in (self._shell(prompt), self.everything):
            for editor in asked.editors():
                if editor.dialect in told or self.left < 0:
                    continue
                before = editor.spent
                prediction = editor.read(keys)
                self.left -= editor.spent - before
                if editor.spent - before > BUDGET:
                    told.add(editor.dialect)
                said = prediction.text
                if not (prediction.used & _REMEMBERED or (said is None and editor.suggests)):
                    told.add(editor.dialect)
                if said is not None:
                    yield said
                    if tidy(said) == tidy(text):
                        asked.right(editor)
                        return

    def _shell(self, prompt: str) -> Shell:
        """The shell or REPL with this prompt."""
        return self.shells.setdefault(looks_like(prompt) or shape(prompt), Shell())
