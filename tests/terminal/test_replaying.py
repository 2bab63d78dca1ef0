"""Checkpoints: any moment is exact, and not fed from the start."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

import pytest

from sessionlens.recording import OUTPUT, RESIZE, Recording
from sessionlens.terminal import Terminal, replay
from sessionlens.terminal.parser import Parser
from sessionlens.terminal.replaying import CHECKPOINT

Make = Callable[..., Recording]


def straight(recording: Recording, t_ns: int) -> Terminal:
    terminal = Terminal(recording.info.columns or 80, recording.info.rows or 24)
    for i, stream in enumerate(recording.stream.tolist()):
        if recording.t_ns[i] > t_ns:
            break
        if stream == OUTPUT:
            terminal.feed(bytes(recording.data(i)))
        elif stream == RESIZE:
            terminal.resize(int(recording.offset[i]), int(recording.size[i]))
    return terminal


def test_at_is_exact_to_the_event(truth: list[tuple[str, Recording]]) -> None:
    for _, recording in truth:
        done = replay(recording)
        for part in range(0, 21, 4):
            t_ns = recording.duration_ns * part // 20
            assert done.at(t_ns) == straight(recording, t_ns)


def test_checkpoints(record: Make) -> None:
    line = "\x1b[3%dm%06d some text 漢字\x1b[m and more of it, until the line wraps around the edge\r\n"
    data = "".join(line % (i % 8, i) for i in range(10_500)).encode()
    events: list[tuple[float, str, object]] = [
        (i / 1000, "o", data[i : i + 997]) for i in range(0, len(data), 997)
    ]
    events.insert(500, (events[500][0], "r", (100, 30)))
    recording = record(events)
    done = replay(recording)
    assert len(done.checkpoints) >= 3
    for t_ns in [int(recording.t_ns[i]) for i in (3, 300, 501, 700, len(recording) - 1)]:
        with patch.object(Parser, "feed", autospec=True, side_effect=Parser.feed) as fed:
            exact = done.at(t_ns)
        assert exact == straight(recording, t_ns)
        replayed = [len(call.args[1]) for call in fed.call_args_list[1:]]  # the first is the checkpoint
        assert sum(replayed) <= CHECKPOINT + 997  # one interval, and the event that ended it


@pytest.mark.parametrize("size", [(0, 0), (-1, 24), (10**9, 10**9)])
def test_sizes_that_no_terminal_has(record: Make, size: tuple[int, int]) -> None:
    replay(record([(0, "o", b"text"), (1, "r", size), (50, "o", b"more")]))


def test_progress(record: Make) -> None:
    told: list[float] = []
    replay(record([(0, "o", b"x" * 600_000), (1, "o", b"y")]), progress=told.append)
    assert told == sorted(told) and told[-1] == 1.0 and len(told) == 2


@pytest.mark.parametrize("size", [None, (40, 6)])
@pytest.mark.parametrize("piece", [97, 997, 1 << 20])
def test_what_passed_is_all_that_scrolled_off(record: Make, piece: int, size: tuple[int, int] | None) -> None:
    """From any byte to any other, many times the scrollback; on the other screen nothing scrolls off."""
    lines = b"".join(b"line %d\r\n" % number for number in range(5000))
    full = b"first\r\n" + lines + b"\x1b[?1049h" + b"x\r\n" * 50 + b"\x1b[?1049l" + b"last"
    events: list[tuple[float, str, object]] = [
        (at / 100, "o", full[at : at + piece]) for at in range(0, len(full), piece)
    ]
    if size is not None:
        events.insert(len(events) // 2, (events[len(events) // 2][0], "r", size))
    recording = record(events)
    first = len(b"first line\n")
    done = replay(recording)
    rows = [row.rstrip() for row in done.passed(first, first + len(full)) if row.strip()]
    assert rows == ["first", *(f"line {number}" for number in range(5000)), "last"]
    start, stop = (full.index(b"line %d\r\n" % number) for number in (3000, 3002))
    rows = [row.rstrip() for row in done.passed(first + start, first + stop)]
    height = len(rows) - 2
    assert rows == [f"line {number}" for number in range(3001 - height, 3002)] + [""]
