"""Recordings of sessions that differ in nothing but a secret."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

import sessionlens as sl

from .twin_sessions import Event


@pytest.fixture
def twins(typescript: Callable[..., Path]) -> Callable[..., list[sl.Session]]:
    """`twins(make, columns)`: two sessions, of `make(0)` and of `make(1)`."""

    def pair(make: Callable[[int], Iterable[Event]], columns: int = 80) -> list[sl.Session]:
        made = [typescript(list(make(i)), name=f"twin{i}", columns=columns) for i in (0, 1)]
        return [sl.open(path) for path in made]

    return pair
