"""Which line editor it is, and what is said of a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Dialect:
    """A line editor and its keys: `editor` is readline, zle or fish; emacs keys or vi's."""

    editor: Literal["readline", "zle", "fish"]
    vi: bool = False

    @property
    def readline(self) -> bool:
        return self.editor == "readline"

    @property
    def zle(self) -> bool:
        return self.editor == "zle"

    @property
    def fish(self) -> bool:
        return self.editor == "fish"


DIALECTS = (
    Dialect("readline"), Dialect("readline", vi=True), Dialect("zle"), Dialect("zle", vi=True),
    Dialect("fish"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prediction:
    """The line as it was handed over.

    `text` is None where the keys alone cannot tell. `used` is what the text rests on beside typing: history,
    search, kill, vi, suggestion, undo, paste.
    """

    text: str | None
    used: frozenset[str] = frozenset()
