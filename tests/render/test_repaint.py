"""What is there is not painted again: rows that scroll are moved, rows that stay are left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from sessionlens.render.canvas import Canvas, I420Ink, Planes
from sessionlens.render.layout import arrange
from sessionlens.render.screen import Screen
from sessionlens.render.strips import Strips
from sessionlens.render.themes import DARK
from sessionlens.terminal import Row, Timeline

Play = Callable[..., Timeline]


class Counting(Canvas):
    """Counts what is laid on it."""

    puts = 0

    def put(self, x: int, y: int, strip: Planes, width: int | None = None) -> None:
        self.puts += 1
        super().put(x, y, strip, width)


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> Counter[int]:
    """How often each row was painted."""
    found: Counter[int] = Counter()
    paint = Strips.paint

    def counted(self: Strips, row: Row) -> Planes:
        found[row.id] += 1
        return paint(self, row)

    monkeypatch.setattr(Strips, "paint", counted)
    return found


def shown(timeline: Timeline) -> list[int]:
    """Paint all frames; how many strips each of them laid down."""
    layout = arrange(80, 24)
    canvas = Counting(layout.width, layout.height, I420Ink())
    screen, puts = Screen(canvas, layout, timeline, DARK), []
    for frame, _, _ in timeline.walk():
        canvas.puts = 0
        screen.paint(frame)
        puts.append(canvas.puts)
    return puts


def test_a_row_that_scrolls_is_painted_once_and_moved(play: Play, painted: Counter[int]) -> None:
    timeline = play([(i, f"line {i} \x1b[31mred\x1b[m\r\n".encode()) for i in range(200)])
    puts = shown(timeline)
    assert len(painted) == 200
    assert set(painted.values()) == {1}
    assert max(puts[30:]) <= 3, "the new row, and the cursor's before and now"


def test_rows_that_stay_are_left(play: Play, painted: Counter[int]) -> None:
    text = b"\r\n".join(b"row %d" % i for i in range(23))
    timeline = play([(0, text), *((i, b"\x1b[12;1Hhere %d\x1b[K" % i) for i in range(1, 40))])
    puts = shown(timeline)
    assert set(painted.values()) == {1}
    assert max(puts[2:]) <= 3


def test_a_region_that_scrolls_under_a_status_line_is_painted_once(play: Play, painted: Counter[int]) -> None:
    events = [(0, b"\x1b[24;1Hstatus\x1b[1;23r\x1b[23;1H")]
    events += [(i, b"\r\nregion %d" % i) for i in range(1, 100)]
    shown(play(events))
    assert set(painted.values()) == {1}
