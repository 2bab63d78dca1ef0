"""Memory and time stay bounded whatever is fed: sizes are counted, and memory is measured."""

from __future__ import annotations

import random
import sys
import tracemalloc
from collections.abc import Callable
from types import FrameType

import pytest

from sessionlens.recording import Recording
from sessionlens.terminal import Terminal, flood, replay
from sessionlens.terminal.modes import HEEDED, MAX_MODES
from sessionlens.terminal.parser import MAX_KNOWN, MAX_PAYLOAD, MAX_SEQUENCE, PIECE
from sessionlens.terminal.state import MAX_CELL, MAX_COLUMNS, MAX_ROWS
from sessionlens.terminal.style import _CACHE_LIMIT

MIB = 1 << 20


def grown(feed: Callable[[], object]) -> int:
    """Bytes that are held after a call and were not before."""
    tracemalloc.start()
    try:
        feed()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("opening", "piece", "limit"),
    [
        (b"\x1b]2;", b"x", MAX_PAYLOAD),
        (b"\x1b]8;;http://", b"\xc3\xa9", MAX_PAYLOAD),
        (b"\x1bP", b"x", 0),
        (b"\x1b_", b"x", 0),
        (b"\x1b^", b"x", 0),
        (b"\x1bX", b"x", 0),
        (b"\x1b[", b"1", MAX_SEQUENCE),
        (b"\x1b[", b"1;", MAX_SEQUENCE),
        (b"\x1b[", b"1:", MAX_SEQUENCE),
        (b"\x1b[", b" ", MAX_SEQUENCE),
        (b"\x1b[", b"\x00", MAX_SEQUENCE),
        (b"\x1b", b"(", MAX_SEQUENCE),
    ],
)
def test_sequences_without_an_end(opening: bytes, piece: bytes, limit: int) -> None:
    """Half a megabyte of it, in one piece and in pieces."""
    terminal = Terminal()
    data = piece * (MIB // 16 // len(piece))
    terminal.feed(opening)
    assert grown(lambda: [terminal.feed(data) for _ in range(8)]) < MIB // 4
    assert len(terminal.parser.held) <= limit
    whole = Terminal()
    whole.feed(opening + data * 8)
    assert len(whole.parser.held) <= limit
    assert whole == terminal


def test_a_huge_parameter_still_ends() -> None:
    terminal = Terminal(10, 4)
    terminal.feed(b"\x1b[" + b"9" * 10 * MIB + b";3Hx\x1b[1;" + b"0" * 10 * MIB + b"5Hy")
    assert "x" in "".join(terminal.display) and "y" in "".join(terminal.display)


def test_a_million_tab_stops() -> None:
    terminal = Terminal(200, 3)
    terminal.feed(b"\x1bH\x1b[C" * 1000 + b"\r\n" + (b"\x1bH\x1b[C" * 200 + b"\r") * 1000)
    assert len(terminal.screen.tabstops) <= 200
    wide = Terminal(10**6, 2)
    wide.feed(b"\x1bH\x1b[C" * MAX_COLUMNS + b"\r\x1b[9999I\x1b[9999Z\x1b[3000I" * 20)
    assert wide.cursor.x == 3000


def test_repeating_a_billion_times() -> None:
    terminal = Terminal(80, 24)
    held = grown(lambda: terminal.feed(b"x\x1b[1000000000b" * 50))
    assert held < 4 * MIB
    assert len(terminal.history) <= 1000


def test_a_size_of_a_million_columns() -> None:
    terminal = Terminal()
    terminal.resize(10**6, 3)
    assert (terminal.columns, terminal.rows) == (MAX_COLUMNS, 3)
    terminal.resize(10, 10**6)
    assert (terminal.columns, terminal.rows) == (10, MAX_ROWS)


def colours(count: int) -> bytes:
    rng = random.Random(1)
    look = b"\x1b[38;2;%d;%d;%d;48;2;%d;%d;%dm\xe2\x96\x84"
    return b"".join(look % tuple(rng.randrange(256) for _ in range(6)) for _ in range(count))


def test_colours_that_never_come_twice() -> None:
    """A picture in true colour: 20 bytes for each style, less than what drew it."""
    terminal = Terminal()
    data = colours(17_000)
    terminal.feed(data)
    styles = terminal.screen.styles
    assert len(styles) > 17_000
    assert styles.nbytes < len(data)
    for found in (styles._ids, styles._made, styles._blank, styles._selected, styles.sequences):
        assert len(found) <= _CACHE_LIMIT


def test_one_large_event_is_taken_in_pieces() -> None:
    terminal = Terminal(80, 24)
    data = b"".join(b"%07d some line or other of a long output\r\n" % n for n in range(3 * PIECE // 48))
    tracemalloc.start()
    terminal.feed(data)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    whole = Terminal(80, 24)
    for at in range(0, len(data), 1000):
        whole.feed(data[at : at + 1000])
    assert most < 12 * PIECE and terminal == whole
    assert terminal.parser.offset == terminal.parser.fed == len(data)


def test_a_long_line_of_many_colours_takes_steps_as_it_is_long() -> None:
    """Eight times as long: eight times the steps, and not 64 because each row looks at all runs."""

    def steps(count: int) -> int:
        done = 0

        def step(frame: FrameType, what: str, _: object) -> Callable[..., object] | None:
            nonlocal done
            if frame.f_code.co_filename != flood.__file__:
                return None
            done += what == "line"
            return step

        terminal = Terminal(80, 24, scrollback=count)
        before = sys.gettrace()
        sys.settrace(step)
        try:
            terminal.feed(b"a\r\n" * 30 + (b"\x1b[1mx\x1b[my" * 40 * count + b"\r\n") * 3)
        finally:
            sys.settrace(before)
        assert set(terminal.history) >= {"xy" * 40}
        return done

    assert steps(320) < 9 * steps(40)


def test_a_title_without_an_end_was_text() -> None:
    terminal = Terminal(80, 24)
    terminal.feed(b"\x1bk" + b"x" * 1000)
    assert terminal.display[0] == "x" * 80 and not terminal.parser.held


def test_links_that_never_come_twice() -> None:
    terminal = Terminal()
    data = b"".join(b"\x1b]8;;http://example.net/%d\x07x" % n for n in range(30_000))
    terminal.feed(data)
    assert len(terminal.screen.styles) > 30_000
    assert terminal.screen.styles.nbytes < 4 * len(data)


def test_sequences_that_never_come_twice() -> None:
    """None is remembered for ever, nor what it does to a pen."""
    terminal = Terminal()
    data = b"".join(b"\x1b[%d;%d;%dz" % (n, n + 1, n + 2) for n in range(10_000))
    terminal.feed(data)
    assert 0 < len(terminal.parser._known) <= MAX_KNOWN


def test_modes_titles_and_cells() -> None:
    terminal = Terminal()
    terminal.feed(b"".join(b"\x1b[?%dh\x1b[?%ds\x1b[%dh" % (n, n, n) for n in range(3_000)))
    most = MAX_MODES + len(HEEDED)
    assert len(terminal.modes) <= most and len(terminal.screen.saved_modes) <= most
    terminal.feed((b"\x1b]0;" + b"t" * 2 * MAX_PAYLOAD + b"\x07\x1b[22t") * 30)
    assert sum(map(len, terminal.screen.titles)) <= 10 * MAX_PAYLOAD
    terminal.feed(b"e" + "\u0301".encode() * 20_000)
    assert max(len(cell.text) for cell in terminal.cells[0]) <= MAX_CELL


def test_a_replay_is_bounded_too(record: Callable[..., Recording]) -> None:
    """What is short to write and long to carry out: a page a sequence, each the same."""
    data = b"\x1b[1000000000b\x1b[2J\x1b#8\x1b[999S\x1b[999;999;1;1;1;1;1;1$v\x1b[64;1;1;999;999$x" * 20
    recording = record([(n * 40, "o", data) for n in range(5)], 80, 24)
    done: list[object] = []
    assert grown(lambda: done.append(replay(recording))) < 8 * MIB
