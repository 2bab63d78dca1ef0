"""What happened at a time and a byte, many times over, in columns: mode changes and marks.

As tuples, a recording that does nothing but set a mode took 33 times its size.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar, overload

T = TypeVar("T")
Note = tuple[int, int, str, T]


class Notes(Sequence[Note[T]], Generic[T]):
    """Append-only; each is (t_ns, offset, kind, value), made on demand."""

    def __init__(self) -> None:
        self._t = array("q")
        self._offset = array("q")
        self._kind = array("I")
        self._kinds: dict[str, int] = {}
        self._names: list[str] = []
        self._values: list[T] = []

    def append(self, note: Note[T]) -> None:
        """Add one."""
        t, offset, name, value = note
        kind = self._kinds.setdefault(name, len(self._names))
        if kind == len(self._names):
            self._names.append(name)
        self._t.append(t)
        self._offset.append(offset)
        self._kind.append(kind)
        self._values.append(value)

    def __len__(self) -> int:
        return len(self._t)

    def _note(self, i: int) -> Note[T]:
        return self._t[i], self._offset[i], self._names[self._kind[i]], self._values[i]

    @overload
    def __getitem__(self, index: int) -> Note[T]: ...
    @overload
    def __getitem__(self, index: slice) -> list[Note[T]]: ...
    def __getitem__(self, index: int | slice) -> Note[T] | list[Note[T]]:
        if isinstance(index, slice):
            return [self._note(i) for i in range(*index.indices(len(self)))]
        return self._note(index)

    def __iter__(self) -> Iterator[Note[T]]:
        return map(self._note, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # mutable
