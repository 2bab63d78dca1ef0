"""Mode changes and marks in columns."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest

from sessionlens.recording import Recording
from sessionlens.terminal import replay
from sessionlens.terminal.notes import Notes


def test_like_a_list() -> None:
    notes: Notes[str] = Notes()
    items = [(5, 10, "133", "A"), (5, 12, "title", "x"), (9, 1 << 40, "133", "B")]
    for item in items:
        notes.append(item)
    assert list(notes) == items and notes == items and notes != items[:2]
    assert (notes[0], notes[-1], notes[1:]) == (items[0], items[2], items[1:])
    assert len(notes) == 3 and items[1] in notes
    with pytest.raises(IndexError):
        notes[3]


@pytest.mark.parametrize("sequence", [b"\x1b[?1h", b"\x1b]133;A\x07"])
def test_memory_stays_near_what_was_recorded(record: Callable[..., Recording], sequence: bytes) -> None:
    data = sequence * 20_000
    recording = record([(0, "o", data)])
    tracemalloc.start()
    done = replay(recording)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(done.trace.modes) + len(done.trace.marks) == 20_000
    assert held < 12 * len(data)
