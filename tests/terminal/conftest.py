"""Recordings made by hand, and the real ones beside the repository."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from sessionlens.formats import find, open_source
from sessionlens.recording import Info, Recording

Event = tuple[float, str, bytes] | tuple[float, str, tuple[int, int]]


def build(
    events: Sequence[Event], columns: int = 80, rows: int = 24, inputs: bool | None = None
) -> Recording:
    """A recording of (milliseconds, "o" | "i" | "r", bytes or size); `inputs` says whether it has an `in`."""
    blobs = {"o": b"first line\n", "i": b"first line\n"}
    table = []
    for ms, stream, data in events:
        t = round(ms * 1_000_000)
        if isinstance(data, bytes):
            table.append((t, ord(stream), len(blobs[stream]), len(data)))
            blobs[stream] += data
        else:
            table.append((t, ord(stream), *data))
    if inputs is False or (inputs is None and not any(stream == "i" for _, stream, _ in events)):
        del blobs["i"]
    columns_of = np.array(table, dtype=np.int64).reshape(-1, 4).T
    return Recording(Info("00000000", "test", "test", columns=columns, rows=rows), list(columns_of), blobs)


@pytest.fixture(scope="session")
def record() -> Callable[..., Recording]:
    """The maker of recordings, see `build`."""
    return build


@pytest.fixture(scope="session")
def truth(shared: Path) -> list[tuple[str, Recording]]:
    """The real shell sessions."""
    folders = sorted(path.parent for path in (shared / "truth").glob("*/timing"))
    return [(folder.name, open_source(folder).channels[0].load()) for folder in folders]


@pytest.fixture(scope="session")
def fixtures(root: Path) -> list[tuple[str, Recording]]:
    """The sessions of real programs that are part of the project."""
    channels = [
        (path, channel)
        for path in find(root / "fixtures" / "sessions")
        for channel in open_source(path).channels
        if channel.recorded
    ]
    return [(f"{path.parent.name} {channel.name}", channel.load()) for path, channel in channels]
