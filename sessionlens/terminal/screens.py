"""A sequence of screens as lists of row ids: keyframes, and between them a scroll and the rows that changed.

Both the frames of a Timeline and the points of a Trace are kept so. It knows nothing of times or text.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

KEYFRAME = 64


class Screens:
    """Append-only; screen i is a list of row ids, top to bottom."""

    def __init__(self) -> None:
        self._numbers = array("I")  # of a keyframe all ids; else the scroll, then (index, id) pairs
        self._end = array("Q")
        self._last: list[int] = []
        self._since = KEYFRAME
        self._key = bytearray()

    def __len__(self) -> int:
        return len(self._end)

    @property
    def nbytes(self) -> int:
        """Memory."""
        return 4 * len(self._numbers) + 8 * len(self._end) + len(self._key)

    @property
    def last(self) -> list[int]:
        """The screen that was appended last."""
        return self._last

    def append(self, rows: list[int], scrolled: int = 0) -> None:
        """Add a screen; `scrolled` is a guess of how many lines the content moved up since the last one."""
        last = self._last
        size = len(rows)
        if self._since >= KEYFRAME or len(last) != size:
            self._numbers.extend(rows)
            self._key.append(1)
            self._since = 1
        else:
            scroll, changes = _difference(last, rows, scrolled)
            self._numbers.append(scroll)
            for index in changes:
                self._numbers.append(index)
                self._numbers.append(rows[index])
            self._key.append(0)
            self._since += 1
        self._end.append(len(self._numbers))
        self._last = rows

    def _slice(self, index: int) -> array[int]:
        return self._numbers[self._end[index - 1] if index else 0 : self._end[index]]

    def get(self, index: int) -> list[int]:
        """Screen `index`, from the nearest keyframe."""
        key = self._key.rfind(1, 0, index + 1)
        rows = self._slice(key).tolist()
        for at in range(key + 1, index + 1):
            _apply(rows, self._slice(at))
        return rows

    def walk(self, start: int, stop: int) -> Iterator[tuple[list[int], list[int], int]]:
        """(rows, changed indices, scroll) from start to stop; the first one has all rows changed.

        Content moves up by `scroll`, then the changed rows are replaced. The list is the same one each time.
        """
        if start >= stop:
            return
        rows = self.get(start)
        yield rows, list(range(len(rows))), 0
        for at in range(start + 1, stop):
            numbers = self._slice(at)
            if self._key[at]:
                new = numbers.tolist()
                if len(new) == len(rows):
                    scroll, changes = _difference(rows, new, 0)
                else:
                    scroll, changes = 0, list(range(len(new)))
                rows[:] = new
                yield rows, changes, scroll
            else:
                _apply(rows, numbers)
                yield rows, numbers[1::2].tolist(), numbers[0]


def _apply(rows: list[int], numbers: array[int]) -> None:
    scroll = numbers[0]
    if scroll:
        del rows[:scroll]
        rows += [0] * scroll
    for at in range(1, len(numbers), 2):
        rows[numbers[at]] = numbers[at + 1]


def _difference(last: list[int], rows: list[int], guess: int) -> tuple[int, list[int]]:
    """The scroll (0 or the guess) that leaves fewer rows to change, and the indices of those."""
    plain = [i for i, (a, b) in enumerate(zip(last, rows, strict=True)) if a != b]
    size = len(rows)
    if not 0 < guess < size or len(plain) < 2:
        return 0, plain
    moved = [i for i, (a, b) in enumerate(zip(last[guess:], rows, strict=False)) if a != b]
    moved += range(size - guess, size)
    return (guess, moved) if len(moved) < len(plain) else (0, plain)
