"""Frames: when they close, what they hold, and that deltas and keyframes agree."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from unittest.mock import patch

import pytest

from sessionlens.recording import Recording
from sessionlens.terminal import Frame, Timeline, replay, screens

Make = Callable[..., Recording]


def texts(timeline: Timeline, frame: Frame) -> list[str]:
    rows = [timeline.row(row).text for row in frame.row_ids]
    while rows and not rows[-1]:
        rows.pop()
    return rows


def test_a_frame_closes_33_ms_after_it_opened(record: Make) -> None:
    events = [
        (0, "o", b"a"),
        (20, "o", b"b"),
        (33.333332, "o", b"c"),
        (33.333333, "o", b"d"),
        (500, "o", b"e"),
    ]
    timeline = replay(record(events)).timeline
    assert [texts(timeline, frame) for frame, _, _ in timeline.walk()] == [[], ["abc"], ["abcd"], ["abcde"]]
    assert [(f.t0_ns, f.t1_ns) for f, _, _ in timeline.walk(1)] == [
        (0, 33_333_332),
        (33_333_333, 33_333_333),
        (500_000_000, 500_000_000),
    ]
    assert [f.offset for f, _, _ in timeline.walk(1)] == [11 + 3, 11 + 4, 11 + 5]


def test_at_finds_the_frame_that_was_shown(record: Make) -> None:
    timeline = replay(record([(100, "o", b"a"), (200, "o", b"b")])).timeline
    shown = {ms: texts(timeline, timeline.at(ms * 1_000_000)) for ms in (0, 99, 100, 199, 200, 9000)}
    assert shown == {0: [], 99: [], 100: ["a"], 199: ["a"], 200: ["ab"], 9000: ["ab"]}


def test_an_empty_recording_has_one_blank_frame(record: Make) -> None:
    timeline = replay(record([], columns=7, rows=3)).timeline
    assert len(timeline) == 1
    frame = timeline.frame(0)
    assert (frame.columns, frame.rows, texts(timeline, frame)) == (7, 3, [])


def test_synchronized_update_is_one_frame(record: Make) -> None:
    events = [
        (0, "o", b"old"),
        (100, "o", b"\x1b[?2026h\x1b[2J\x1b[H"),
        (200, "o", b"half"),
        (300, "o", b" whole\x1b[?2026l\r\nnext"),
    ]
    timeline = replay(record(events)).timeline
    assert [texts(timeline, frame) for frame, _, _ in timeline.walk()] == [
        [],
        ["old"],
        ["half whole"],
        ["half whole", "next"],
    ]
    assert [frame.t0_ns // 1_000_000 for frame, _, _ in timeline.walk()] == [0, 0, 300, 300]


def test_synchronized_update_expires(record: Make) -> None:
    events = [
        (0, "o", b"\x1b[?2026h1"),
        (500, "o", b"2"),
        (999, "o", b"3"),
        (1000, "o", b"4"),
        (1100, "o", b"5"),
    ]
    timeline = replay(record(events)).timeline
    assert [texts(timeline, f) for f, _, _ in timeline.walk()][1:] == [["123"], ["1234"], ["12345"]]


def test_frames_that_show_nothing_new_are_dropped(record: Make) -> None:
    events = [(0, "o", b"a"), (100, "o", b"\x07"), (200, "o", b"\x1b[31m"), (300, "o", b"b")]
    assert len(replay(record(events)).timeline) == 3


def test_resize_title_cursor_and_pages(record: Make) -> None:
    events = [
        (0, "o", b"\x1b]2;one\x07x\x1b[?25l"),
        (100, "r", (40, 10)),
        (200, "o", b"\x1b[?1049h\x1b[5;7H"),
        (300, "r", (0, 0)),
    ]
    timeline = replay(record(events)).timeline
    first, second, third = (timeline.frame(i) for i in (1, 2, 3))
    assert (first.title, first.cursor_visible, first.columns, first.rows) == ("one", False, 80, 24)
    assert (second.columns, second.rows, len(second.row_ids)) == (40, 10, 10)
    assert (third.alternate, third.cursor_x, third.cursor_y) == (True, 6, 4)
    assert len(timeline) == 4


def test_walk_gives_what_changed(record: Make) -> None:
    """Applying scroll and changes to the frame before gives the frame, whatever the program did."""
    events = [
        (ms * 40, "o", data)
        for ms, data in enumerate(
            [
                b"1\r\n2\r\n3\r\n4",
                b"\r\n5",
                b"\r\n6\r\n7\x1b[1;1Hx",
                b"\x1b[2J",
                b"\x1b[2;3r\x1b[3;1Ha\r\nb\r\nc",
            ]
            * 40
        )
    ]
    timeline = replay(record(events, rows=5)).timeline
    rows: list[int] = []
    for index, (frame, changed, scroll) in enumerate(timeline.walk()):
        if scroll:
            rows = rows[scroll:] + [-1] * scroll
        if index == 0:
            rows = [-1] * frame.rows
        for y in changed:
            rows[y] = frame.row_ids[y]
        assert tuple(rows) == frame.row_ids == timeline.frame(index).row_ids
    assert len(timeline) > 130


def test_scrolling_costs_only_the_new_lines(record: Make) -> None:
    events = [(ms * 40, "o", b"line %d\r\n" % ms) for ms in range(200)]
    timeline = replay(record(events)).timeline
    assert [(len(changed), scroll) for _, changed, scroll in timeline.walk(100, 110)][1:] == [(2, 1)] * 9


def test_rows_are_views_over_columns(record: Make) -> None:
    data = "\x1b[1ma\x1b[m漢e\u0301 \x1b[44m  \x1b[m   ".encode()
    timeline = replay(record([(0, "o", data)])).timeline
    row = timeline.row(timeline.frame(-1).row_ids[0])
    assert row.text == "a漢e\u0301   "
    assert [(r.column, r.width, r.text) for r in row.runs] == [
        (0, 1, "a"),
        (1, 4, "漢e\u0301 "),
        (5, 2, "  "),
    ]
    assert [(x, text, width) for x, text, width, _ in row.cells()] == [
        *((0, "a", 1), (1, "漢", 2), (3, "e\u0301", 1), (4, " ", 1), (5, " ", 1), (6, " ", 1)),
    ]
    assert timeline.style(row.runs[0].style_id).bold and timeline.style(row.runs[2].style_id).bg == 4


def test_same_bytes_same_timeline(truth: list[tuple[str, Recording]]) -> None:
    for _, recording in truth[:4]:
        one, two = replay(recording).timeline, replay(recording).timeline
        assert list(one.walk()) == list(two.walk())
        assert [one.row(i) for i in range(one.n_rows)] == [two.row(i) for i in range(two.n_rows)]
        assert one.lines().text == two.lines().text


@pytest.mark.parametrize("event", [4096, 100])
def test_a_flood_takes_less_than_three_times_its_bytes(record: Make, event: int) -> None:
    data = b"".join(
        b"%06d the quick brown fox jumps over the lazy dog %d\r\n" % (i, i * 7) for i in range(20_000)
    )
    events = [(at / 1000, "o", data[at : at + event]) for at in range(0, len(data), event)]
    recording = record(events, inputs=True)
    tracemalloc.start()
    done = replay(recording)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert done.timeline.nbytes < 3 * len(data)
    assert taken < 3 * len(data) + 4_000_000  # the scrollback and caches of the terminal, too


def test_at_touches_at_most_one_keyframe_interval(record: Make) -> None:
    """Whatever the length of the session: no more deltas than lie between two keyframes."""
    timeline = replay(record([(50 * i, "o", b"\x1b[%d;1H%d" % (i % 20 + 1, i)) for i in range(999)])).timeline
    with patch.object(screens, "_apply", wraps=screens._apply) as applied:
        for t_ns in range(0, 999 * 50_000_000, 777_000_000):
            applied.reset_mock()
            frame = timeline.at(t_ns)
            assert applied.call_count < screens.KEYFRAME
            assert frame == timeline.frame(frame.index)
    assert len(timeline) > 900


def test_walking_copies_nothing_that_did_not_change(record: Make) -> None:
    timeline = replay(record([(0, "o", b"text"), (50, "o", b"\x1b[5;5H"), (100, "o", b"\x1b[?25l")])).timeline
    first, moved, hidden = [frame for frame, _, _ in timeline.walk(1)]
    assert (moved.cursor_x, hidden.cursor_visible) == (4, False)
    assert first.row_ids is moved.row_ids is hidden.row_ids
