"""Aliases that are put into a line where the shell would (POSIX 2.3.1)."""

from __future__ import annotations

from collections.abc import Mapping

_PUT_IN = 32  # into one line
_MOST = 4096  # characters of a value


class PutIn:
    """One line, and the values that were put into it. Places are told by what is left behind them."""

    def __init__(self, line: str, aliases: Mapping[str, str]) -> None:
        self.line, self._aliases = line, aliases
        self._active: list[tuple[str, int]] = []
        """Whose values are being read, and where each ends."""

        self._again = -1
        """Where a value ended in a blank, so that the next word may be an alias too."""

        self._left = _PUT_IN

    def put(self, word: str, start: int, end: int, first: bool) -> bool:
        """Put an alias's value in for its name, where it stands as a command; never within the value."""
        behind = len(self.line) - end
        again = behind + end - start <= self._again
        self._again = -1 if again else self._again
        value = self._aliases.get(word) if first or again else None
        if value is None or not self._left or len(value) > _MOST:
            return False
        self._active = [each for each in self._active if each[1] <= behind]
        if word in (name for name, _ in self._active):
            return False
        self._left -= 1
        self._active.append((word, behind))
        self._again = behind if value[-1:].isspace() else -1
        self.line = self.line[:start] + value + self.line[end:]
        return True
