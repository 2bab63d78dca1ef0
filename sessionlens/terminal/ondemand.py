"""A sequence of which each item is made when it is looked at: most rows and screens never are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar, overload

T = TypeVar("T", covariant=True)


class OnDemand(Sequence[T], Generic[T]):
    """What `make` makes of each of the `ids`, in their order."""

    def __init__(self, make: Callable[[int], T], ids: Sequence[int]) -> None:
        self._make, self.ids = make, ids

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            return list(map(self._make, self.ids[index]))
        return self._make(self.ids[index])

    def __iter__(self) -> Iterator[T]:
        return map(self._make, self.ids)
