"""What holds for any bytes: splits change nothing, dumps restore, timelines agree with the terminal."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import example, given
from hypothesis import strategies as st

from sessionlens.recording import Recording
from sessionlens.terminal import Terminal, replay

WORDS = [
    "a",
    "ls -la",
    "日本",
    "e\u0301",
    "\u200b",
    "\u200d",
    "❤\ufe0f",
    "🇩🇪",
    "👩\u200d👧",
    "x" * 30,
    "\x85",
    "─",
]
CONTROLS = [
    "\r\n",
    "\n",
    "\r",
    "\b",
    "\t",
    "\x0e",
    "\x0f",
    "\x18",
    "\x1b",
    "\x1bM",
    "\x1b7",
    "\x1b8",
    "\x1bk",
    "\x1b\\",
]
SEQUENCES = st.builds(
    "\x1b[{}{}{}{}".format,
    st.sampled_from(["", "", "?", ">"]),
    st.sampled_from(
        ["", "1", "2", "3", "5;9", "2;4", "0;1;31", "44", "6", "69", "47", "1049", "2026", "38:5:9"]
    ),
    st.sampled_from(["", "", "", " ", "!", '"', "'"]),
    st.sampled_from(list("@ABCDEFGHIJKLMPSTXZ`abdefghlmnpqrsu}~")),
)
TEXT = st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(CONTROLS), SEQUENCES), max_size=40).map(
    "".join
)
STREAMS = st.one_of(TEXT.map(str.encode), st.binary(max_size=60))
SIZES = st.sampled_from([(80, 24), (10, 4), (2, 2), (1, 1)])


def fed(data: bytes, size: tuple[int, int]) -> Terminal:
    terminal = Terminal(*size)
    terminal.feed(data)
    return terminal


@given(STREAMS, SIZES, st.lists(st.integers(1, 9), min_size=1))
def test_any_split_gives_the_same_screen(data: bytes, size: tuple[int, int], cuts: list[int]) -> None:
    pieces = Terminal(*size)
    at = 0
    while at < len(data):
        step = cuts[at % len(cuts)]
        pieces.feed(data[at : at + step])
        at += step
    assert pieces == fed(data, size)


@given(STREAMS, SIZES, STREAMS)
@example(b" ", (1, 1), b"a")
def test_restore_dump_is_the_same(data: bytes, size: tuple[int, int], more: bytes) -> None:
    terminal, twin = fed(data, size), Terminal(5, 5)
    twin.restore(terminal.dump())
    assert twin == terminal
    terminal.feed(more)
    twin.feed(more)
    assert twin == terminal


@given(STREAMS, SIZES, SIZES, st.booleans())
@example("日本\x85".encode(), (2, 2), (1, 1), True)
def test_resizing_and_back(data: bytes, size: tuple[int, int], other: tuple[int, int], reflow: bool) -> None:
    terminal = fed(data, size)
    for columns, rows in (other, size):
        terminal.resize(columns, rows, reflow=reflow)
        assert len(terminal.display) == rows and terminal.cursor.x < columns and terminal.cursor.y < rows
    twin = Terminal()
    twin.restore(terminal.dump())
    assert twin == terminal


EVENTS = st.lists(st.tuples(st.sampled_from([0, 1, 20, 40, 2000]), st.one_of(STREAMS, SIZES)), max_size=12)


def timed(events: list[tuple[int, bytes | tuple[int, int]]]) -> list[tuple[int, str, object]]:
    t = 0
    table = []
    for step, data in events:
        t += step
        table.append((t, "o" if isinstance(data, bytes) else "r", data))
    return table


@given(EVENTS, st.booleans())
def test_the_timeline_agrees_with_the_terminal(
    record: Callable[..., Recording], events: list[tuple[int, bytes | tuple[int, int]]], inputs: bool
) -> None:
    """The last frame is the screen; walk, frame and at agree; the same events give the same timeline."""
    recording = record(timed(events), 10, 4, inputs)
    done = replay(recording)
    timeline = done.timeline
    last = timeline.frame(-1)
    exact = done.at(recording.duration_ns)
    assert [timeline.row(i).text.rstrip() for i in last.row_ids] == [line.rstrip() for line in exact.display]
    frames = [frame for frame, _, _ in timeline.walk()]
    assert frames == [timeline.frame(i) for i in range(len(timeline))]
    assert frames == [frame for frame, _, _ in replay(recording).timeline.walk()]
    for row in map(timeline.row, range(timeline.n_rows)):
        assert "".join(row.cell_texts) == row.text == "".join(run.text for run in row.runs)
        assert sum(run.width for run in row.runs) == len(row.cell_texts)
    timeline.lines()
