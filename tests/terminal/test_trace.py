"""Points, marks and modes: what the commands room needs from the same replay."""

from __future__ import annotations

from collections.abc import Callable

from sessionlens.recording import Recording
from sessionlens.terminal import Point, Replay, replay

Make = Callable[..., Recording]
FIRST = len(b"first line\n")


def at_cursor(done: Replay, point: Point) -> str:
    return done.trace.screen(point)[point.cursor_y].text


def test_points_of_a_typed_command(record: Make) -> None:
    events = [
        (0, "o", b"$ "),
        (100, "i", b"l"),
        (101, "o", b"l"),
        (200, "i", b"s"),
        (201, "o", b"s"),
        (300, "i", b"\r"),
        (301, "o", b"\r\na\r\nb\r\n$ "),
    ]
    done = replay(record(events))
    points = done.trace.points
    assert [(p.kind, p.event, p.offset - FIRST, p.cursor_x) for p in points] == [
        ("input", 1, 2, 2),
        ("input", 3, 3, 3),
        ("input", 5, 4, 4),
        ("newline", 6, 4, 4),
    ]
    assert [at_cursor(done, p) for p in points] == ["$", "$ l", "$ ls", "$ ls"]
    assert points[3].first and points[-1] == points[3] and points[:2] == [points[0], points[1]]


def test_every_enter_has_its_newline(record: Make) -> None:
    """Pasted or typed ahead: each Enter is answered by a newline point."""
    done = replay(record([(0, "o", b"$ "), (1, "i", b"a\rb\r"), (2, "o", b"a\r\nb\r\nout\r\n")]))
    assert [at_cursor(done, p) for p in done.trace.points if p.kind == "newline"] == ["$ a", "b"]


def test_without_input_every_newline_is_a_point(record: Make) -> None:
    done = replay(record([(0, "o", b"$ ls\r\nfile\r\n$ "), (1, "o", b"pwd\r"), (2, "o", b"\n/\r\n")]))
    newlines = [point for point in done.trace.points if point.kind == "newline"]
    assert [at_cursor(done, p) for p in newlines] == ["$ ls", "file", "$ pwd", "/"]
    assert [p.cursor_x for p in newlines] == [4, 4, 5, 1]


def test_without_input_a_pause_and_the_first_short_output_are_points(record: Make) -> None:
    ms = 1_000_000
    parts = [(0, "o", b"first line\r\n$ "), (1, "o", b"l"), (2, "o", b"s"), (40 * ms, "o", b" -l /usr")]
    done = replay(record(parts))
    rests = [point for point in done.trace.points if point.kind == "input"]
    assert [at_cursor(done, p) for p in rests] == ["$", "$ ls"]


def test_paste_off_and_marks(record: Make) -> None:
    data = b"\x1b[?2004h$ ls\x1b[?2004l\r\n\x1b]133;C\x07out\x1b]633;E;ls;\x07\x1b]7;file://h/tmp\x1b\\\x1b]2;t\x07"
    done = replay(record([(0, "i", b"x"), (5, "o", data)]))
    kinds = [(p.kind, p.offset - FIRST) for p in done.trace.points]
    assert kinds == [("paste-off", 12), ("newline", 20), ("mark", 22)]
    assert at_cursor(done, done.trace.points[0]) == "$ ls"
    assert [(kind, payload) for _, _, kind, payload in done.trace.marks] == [
        ("133", "C"),
        ("633", "E;ls;"),
        ("7", "file://h/tmp"),
        ("title", "t"),
    ]
    assert [(offset - FIRST, name, on) for _, offset, name, on in done.trace.modes] == [
        (0, "?2004", True),
        (12, "?2004", False),
    ]


def test_screens_of_points_match_an_exact_replay(truth: list[tuple[str, Recording]]) -> None:
    """The rows of each point are what a terminal shows that was fed everything before its byte."""
    for _, recording in truth:
        done = replay(recording)
        for point in done.trace.points[::23]:
            exact = done.after(point.event)
            start = int(recording.offset[point.event])
            if point.kind != "input":
                exact.feed(bytes(recording.data(point.event))[: point.offset - start])
            want = [line.rstrip() for line in exact.display]
            assert [row.text.rstrip() for row in done.trace.screen(point)] == want
            assert (point.columns, point.rows) == (exact.columns, exact.rows)


def test_points_by_screen_and_kind(record: Make) -> None:
    events = [
        (0, "o", b"$ "),
        (1, "i", b"v\r"),
        (2, "o", b"v\r\n\x1b[?1049h~ "),
        (3, "i", b"q"),
        (4, "o", b"\x1b[?1049l$ "),
        (5, "i", b"x"),
    ]
    points = replay(record(events)).trace.points
    assert [(p.kind, p.event) for p in points.on_main()] == [("input", 1), ("newline", 2), ("input", 5)]
    assert [p.event for p in points.of("newline")] == [2]
    chosen = points.of("input", "newline")
    assert list(chosen) == list(points) == chosen[:] and chosen[-1] == points[len(chosen) - 1]
