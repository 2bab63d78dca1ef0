"""Who watches a screen only for what scrolls off: all of it, where the scrollback keeps the last lines."""

from __future__ import annotations

from .line import Line


class Leaving:
    """The texts of the rows that scrolled off the main screen, oldest first."""

    idle = True

    def __init__(self) -> None:
        self.texts: list[str] = []

    def scrolled(self, line: Line) -> None:
        """One row left."""
        self.texts.append(line.text)

    def flooded(self, lines: list[Line]) -> None:
        """Many left at once."""
        self.texts += [line.text for line in lines]

    def _ignored(self, *_: object, **__: object) -> None:
        """Nothing of this concerns it."""

    lost = line_end = mode = mark = synchronized = unseen = cut = _ignored
