"""The short ways (floods, plain runs, colours, positions) show, keep and store what the long ones do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sessionlens.recording import Recording
from sessionlens.terminal import Terminal, replay, replaying
from sessionlens.terminal.rows import Row

PIECES = st.sampled_from(
    [
        *(
            "a",
            "total 0",
            "x" * 9,
            "y" * 25,
            "  ",
            "é",
            "─┐",
            "日本",
            "e\u0301",
            "\u200b",
            "\t",
            "\ta",
            "\t\t ",
        ),
        *("\x1b[m", "\x1b[31m", "\x1b[1;4m", "\x1b[44m", "\x1b[8m", "\x1b[37;47m", "\x1b[38:5:9m", "\x1b[K"),
        *(
            "\x1b[0K",
            "\x1b[1K",
            "\x1b[2;3H",
            "\r",
            "\b",
            "\x1b(0",
            "\x1b(B",
            "\x1b[4h",
            "\x1b[4l",
            "\x1b[?7l",
        ),
        *(
            "\x1b[?7h",
            "\x1b[2;3r",
            "\x1b[r",
            "\x1bH",
            "\x1b[?1049h",
            "\x1b[?1049l",
            "\x1b[3J",
            "\x1b]0;t\x07",
        ),
    ]
)
PLAIN = st.sampled_from(["a", "b c ", "x" * 9, "é", "\t", "\x1b[32m", "\x1b[m", "\x1b[1;31m", "\x1b[K", ""])
ODD = st.lists(PIECES, max_size=4).map("".join)
EVEN = st.lists(PLAIN, max_size=4).map("".join)
STREAM = st.lists(st.one_of(EVEN, EVEN, EVEN, ODD), min_size=3, max_size=30).map(
    lambda lines: "\r\n".join(["\n" * 5, *lines, ""]).encode()
)
SIZES = st.sampled_from([(20, 5), (8, 2), (40, 3), (9, 1), (1, 1)])


def fed(data: bytes, size: tuple[int, int], fast: bool) -> Terminal:
    terminal = Terminal(*size, fast=fast)
    terminal.feed(data)
    return terminal


def told(recording: Recording, fast: bool) -> tuple[object, ...]:
    """Everything that a replay says."""
    with patch.object(replaying, "Terminal", partial(Terminal, fast=fast)):
        done = replay(recording)
    timeline, trace = done.timeline, done.trace
    lines = timeline.lines()

    def look(row: Row) -> tuple[object, ...]:
        """Without the style ids, which count how styles came."""
        runs = [(run.text, timeline.style(run.style_id)) for run in row.runs]
        return row.id, row.text, row.wrapped, row.cell_texts, runs

    return (
        [(frame, changed, scroll) for frame, changed, scroll in timeline.walk()],
        [look(timeline.row(i)) for i in range(timeline.n_rows)],
        list(timeline.kept),
        [getattr(lines, name) for name in lines.__slots__],
        [(point, [look(row) for row in trace.screen(point)]) for point in trace.points],
        (trace.modes, trace.marks, list(trace.unseen)),
    )


@given(STREAM, SIZES, st.integers(0, 9))
@example(b"\n\x1b[31m\r\na\r\nb\x1b[m \r\n\r\nc\r\n", (20, 1), 0)
def test_the_terminal_is_the_same(data: bytes, size: tuple[int, int], before: int) -> None:
    data = b"z" * before + data
    fast, slow = fed(data, size, True), fed(data, size, False)
    assert fast == slow
    assert fast.display == slow.display and fast.history == slow.history and fast.cells == slow.cells
    fast.feed(b"\x1b[2;2Hq\x1b[P\x1b[L")
    slow.feed(b"\x1b[2;2Hq\x1b[P\x1b[L")
    assert fast == slow
    fast.resize(13, 4)
    slow.resize(13, 4)
    assert fast == slow


@given(st.lists(STREAM, min_size=1, max_size=3), st.sampled_from([0, 10, 50]), st.booleans())
def test_the_timeline_is_the_same(
    record: Callable[..., Recording], streams: list[bytes], step: int, inputs: bool
) -> None:
    events: list[tuple[int, str, bytes]] = []
    for data in streams:
        events += [(len(events) * step, "i", b"\r"), (len(events) * step, "o", data)]
    recording = record([event for event in events if inputs or event[1] == "o"], 20, 5)
    assert told(recording, True) == told(recording, False)


SETUPS = [
    *(
        "",
        "\x1b[31m",
        "\x1b[44m",
        "\x1b[8m",
        "\x1b[30;40m",
        "\x1b[7m",
        "\x1b[4h",
        "\x1b[?7l",
        "\x1b(0",
        "\x0e\x1b)0",
    ),
    *(
        "\x1b[2;5r\x1b[5;1H",
        "\x1b[1;4r\x1b[4;1H",
        "\x1b[?69h\x1b[2;7s\x1b[5;1H",
        "\x1b[?1049h\x1b[5;1H",
        "\x1b[?6h",
    ),
    *(
        "\x1b[3g",
        "\x1b[2GX\x1bH",
        "\x1b[20h",
        "\x1b[?45h",
        "\x1b[?5h",
        "\x1bN",
        '\x1b[1"q',
        "\x1b]8;;u\x1b\\",
        "q\x1b[2K",
        "\x1b[5;1Hjunk\x1b[4;1H",
        "\x1b[5;1Hjunk\x1b[2K\x1b[4;1H",
        "\x1b[4;1Hwrapped at last\x1b[2K\x1b[4;1H",
    ),
]
LINES = [
    *("", "a", "a  ", "x" * 10, "x" * 11, "x" * 35, "\t", "a\t", "\ta", "a\tb", "a\t\tb", "a \t b", "日"),
    *("xxxxxxxxx\tb", "xxxxxxx\tb", "\x1b[1mb", "b\x1b[mc", "\x1b[41mb\x1b[m", "\x1b[41m\x1b[K\x1b[m"),
    *("\x1b[41ma\x1b[K\x1b[m", "x" * 10 + "\x1b[K", "\x1b[8ma\x1b[m", "\x1b[30;40ma\x1b[mb", "\x1b[44ma"),
    *("\x1b[44m" + "x" * 12 + "\x1b[m", "\x1b[44m \x1b[m \x1b[m", "a\x1b[m \x1b[32m", "a\x1b[Kb"),
    *("a\x1b[38;5;9mb\x1b[38:2::1:2:3mc\x1b[md", "\x1b[1m" + "y" * 7 + "\x1b[m" + "z" * 7),
    *("\x1b[4:3ma\x1b[24m\tb", "é\t─"),
]  # fmt: skip


@pytest.mark.parametrize("before", [b"z\r\n\x1b[K", b"   \x1b[2K\x1b[A\r\n"])
def test_what_is_lost_begins_where_it_was_printed(record: Callable[..., Recording], before: bytes) -> None:
    """Not where the line was erased before: neither way notes blanks that nobody printed."""
    data = b"\n" * 9 + before + b"\tfoo\r\na\r\nb\r\nc\x1b[3A\r\x1b[8CXY"
    recording = record([(0, "o", data), (0, "i", b"")], 20, 5)
    assert told(recording, True) == told(recording, False)


@pytest.mark.parametrize("setup", SETUPS)
def test_whatever_is_set(record: Callable[..., Recording], setup: str) -> None:
    """Each line of these after each of these: the same, in the terminal and in the timeline."""
    for line in LINES:
        data = ("\n" * 9 + setup + "\r\n" + f"1{line}\r\n{line}\r\n" * 3 + "end\r\n" * 7).encode()
        for size in ((10, 5), (16, 5)):
            assert fed(data, size, True) == fed(data, size, False), line
        recording = record([(0, "o", data[:40]), (50, "o", data[40:]), (90, "i", b"")], 10, 5)
        assert told(recording, True) == told(recording, False), line


def test_floods_do_go_the_short_way() -> None:
    """Else the tests above would compare the long way with itself."""
    terminal = Terminal(40, 5)
    with patch.object(terminal.screen, "flood", wraps=terminal.screen.flood) as taken:
        terminal.feed(b"\n" * 9 + b"".join(b"\x1b[1;3%dmline\x1b[m\t%d\r\n" % (i % 8, i) for i in range(99)))
    assert taken.call_count == 1 and len(taken.call_args[0][0]) == 98
    assert terminal.display[3].rstrip() == "line    98"


@pytest.mark.parametrize("which", ["truth", "fixtures"])
def test_every_recording_is_the_same(which: str, request: pytest.FixtureRequest) -> None:
    for name, recording in request.getfixturevalue(which):
        assert told(recording, True) == told(recording, False), name
