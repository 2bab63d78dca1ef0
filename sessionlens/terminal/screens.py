"""A sequence of screens as lists of row ids: keyframes, and between them a scroll and the rows that changed.

Both the frames of a Timeline and the points of a Trace are kept so. It knows nothing of times or text.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

KEYFRAME = 64
WORK = 8  # there is a keyframe too after changes of so many times its size
DELTA, KEY, SIZE = 0, 1, 2


class Screens:
    """Append-only; screen i is a list of row ids, top to bottom."""

    def __init__(self) -> None:
        # of a keyframe all ids and the scroll; else the scroll (or the new size), then (index, id) pairs
        self._numbers = array("I")
        self._end = array("Q")
        self._last: list[int] = []
        self._since = KEYFRAME
        self._work = 0  # numbers since the last keyframe
        self._key = bytearray()  # what each is: DELTA, KEY or SIZE

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
        if len(last) == size:
            kind = DELTA
            first, changes = _difference(last, rows, scrolled)
        else:
            kind, first = SIZE, size
            changes = _difference(sized(last, size), rows, 0)[1]
        self._since += 1
        self._work += 2 * len(changes)
        if self._since > KEYFRAME or self._work > WORK * size or 2 * len(changes) > size:
            self._numbers.extend(rows)
            self._numbers.append(first if kind == DELTA else 0)
            kind = KEY
            self._since, self._work = 1, 0
        else:
            self._numbers.append(first)
            for index in changes:
                self._numbers.append(index)
                self._numbers.append(rows[index])
        self._key.append(kind)
        self._end.append(len(self._numbers))
        self._last = rows

    def _slice(self, index: int) -> array[int]:
        return self._numbers[self._end[index - 1] if index else 0 : self._end[index]]

    def get(self, index: int) -> list[int]:
        """Screen `index`, from the nearest keyframe."""
        return self.reader().get(index)

    def reader(self) -> Reader:
        """For who asks for many, one after the other."""
        return Reader(self)

    def forward(self, rows: list[int], at: int, index: int) -> None:
        """Make `rows`, which are those of screen `at` (-1: of none), those of screen `index`."""
        key = self._key.rfind(KEY, 0, index + 1)
        if not key <= at <= index:
            rows[:] = self._slice(key)[:-1]
            at = key
        for following in range(at + 1, index + 1):
            _apply(rows, self._slice(following), self._key[following])

    def walk(self, start: int, stop: int) -> Iterator[tuple[list[int], list[int], int]]:
        """(rows, changed indices, scroll) from start to stop; the first one has all rows changed.

        Content moves up by `scroll`, then the changed rows are replaced. The list is the same one each time.
        """
        if start >= stop:
            return
        rows = self.get(start)
        yield rows, list(range(len(rows))), 0
        for at in range(start + 1, stop):
            numbers, kind = self._slice(at), self._key[at]
            if kind == DELTA:
                _apply(rows, numbers, kind)
                yield rows, numbers[1::2].tolist(), numbers[0]
                continue
            new = numbers[:-1].tolist() if kind == KEY else rows[:]
            if kind == SIZE:
                _apply(new, numbers, kind)
            if len(new) == len(rows):
                scroll, changes = _difference(rows, new, numbers[-1])
            else:
                scroll, changes = 0, list(range(len(new)))
            rows[:] = new
            yield rows, changes, scroll


class Reader:
    """Goes on from the screen that was asked for last, where that is nearer than a keyframe."""

    def __init__(self, screens: Screens) -> None:
        self._screens = screens
        self._rows: list[int] = []
        self._at = -1

    def get(self, index: int) -> list[int]:
        """Screen `index`."""
        self._screens.forward(self._rows, self._at, index)
        self._at = index
        return self._rows[:]


def sized(rows: list[int], size: int) -> list[int]:
    """Cut or filled up at the bottom."""
    return rows[:size] + [0] * (size - len(rows))


def _apply(rows: list[int], numbers: array[int], kind: int) -> None:
    first = numbers[0]
    if kind == SIZE:
        rows[:] = sized(rows, first)
    elif first:
        del rows[:first]
        rows += [0] * first
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
