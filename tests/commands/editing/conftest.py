"""Keys out of bytes, as a recording has them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sessionlens.commands.keys import Key, keys
from sessionlens.recording import Recording

Pressed = Callable[[bytes], list[Key]]


@pytest.fixture(scope="session")
def pressed(record: Callable[..., Recording]) -> Pressed:
    """The keys of bytes that came at once."""

    def make(data: bytes) -> list[Key]:
        return list(keys(record([(0, "i", data)])))

    return make
