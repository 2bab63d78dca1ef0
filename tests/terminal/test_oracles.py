"""Real sessions beside independent emulators: libghostty and avt show what we show, at 20 cut points."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator

import pytest

from sessionlens.recording import OUTPUT, RESIZE, Recording
from sessionlens.terminal import Terminal

# Ghostty starts a new line at OSC 133;A unless the cursor is in the first column; xterm and xterm.js do not.
FRESH_LINE = re.compile(rb"\x1b\]133;[^\x07\x1b]*(?:\x07|\x1b\\)")


def screen(lines: list[str]) -> list[str]:
    lines = [line.rstrip() for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def cuts(
    recording: Recording, feed: Callable[[bytes], object], resize: Callable[[int, int], object]
) -> Iterator[Terminal]:
    """Feed ours and the other; stop 20 times."""
    ours = Terminal(recording.info.columns or 80, recording.info.rows or 24)
    stops = {len(recording) * part // 20 for part in range(1, 21)}
    for i, stream in enumerate(recording.stream.tolist(), 1):
        if stream == OUTPUT:
            data = bytes(recording.data(i - 1))
            ours.feed(data)
            feed(data)
        elif stream == RESIZE:
            size = int(recording.offset[i - 1]), int(recording.size[i - 1])
            ours.resize(*size)
            resize(*size)
        if i in stops:
            yield ours


def like_ghostty(sessions: list[tuple[str, Recording]]) -> None:
    pyghostty = pytest.importorskip("pyghostty")
    for name, recording in sessions:
        other = pyghostty.Terminal(recording.info.columns or 80, recording.info.rows or 24)
        for ours in cuts(recording, lambda data, t=other: t.feed(FRESH_LINE.sub(b"", data)), other.resize):
            assert screen(ours.display) == screen(other.text().split("\n")), name
            assert (ours.cursor.x, ours.cursor.y) == other.cursor, name


def like_avt(sessions: list[tuple[str, Recording]]) -> None:
    avt = pytest.importorskip("avt")
    for name, recording in sessions:
        other = avt.Vt(recording.info.columns or 80, recording.info.rows or 24)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        for ours in cuts(
            recording, lambda data, t=other, d=decoder: t.feed_str(d.decode(data)), other.resize
        ):
            lines = ["".join(cell.char for cell in line.cells if cell.width) for line in other.view()]
            assert screen(ours.display) == screen(lines), name


@pytest.mark.parametrize("like", [like_ghostty, like_avt])
def test_shells(
    like: Callable[[list[tuple[str, Recording]]], None], truth: list[tuple[str, Recording]]
) -> None:
    like(truth)


@pytest.mark.parametrize("like", [like_ghostty, like_avt])
def test_programs(
    like: Callable[[list[tuple[str, Recording]]], None], fixtures: list[tuple[str, Recording]]
) -> None:
    like(fixtures)
