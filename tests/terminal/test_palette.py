"""The terminal's colours as set by the output, at every place in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.recording import Recording
from sessionlens.terminal import Palette, replay
from sessionlens.terminal.palette import KINDS, told

Make = Callable[..., Recording]


@pytest.mark.parametrize(
    ("kind", "payload", "then"),
    [
        ("10", "#102030", Palette(0x102030)),
        ("10", "rgb:ff/80/00;#000;#ffffff", Palette(0xFF8000, 0, 0xFFFFFF)),
        ("11", "?;#fff", Palette(None, None, 0xFFFFFF)),
        ("12", "no such colour", Palette()),
        ("4", "1;#ff0000;255;#00ff00", Palette(indexed=((1, 0xFF0000), (255, 0x00FF00)))),
        ("4", "256;#ff0000;-1;#ff0000;x;#ff0000;²;#ff0000;7", Palette()),
        ("4", "9" * 9999 + ";#fff", Palette()),
    ],
)
def test_what_a_sequence_sets(kind: str, payload: str, then: Palette) -> None:
    assert Palette().after(kind, payload) == then


def test_what_a_reset_takes_back() -> None:
    palette = Palette(1, 2, 3, ((1, 1), (2, 2)))
    assert palette.after("104", "2") == Palette(1, 2, 3, ((1, 1),))
    assert palette.after("104", "") == Palette(1, 2, 3)
    assert palette.after("110", "") == Palette(None, 2, 3, ((1, 1), (2, 2)))
    assert palette.after("111", "").after("112", "") == Palette(1, None, None, ((1, 1), (2, 2)))


@given(st.sampled_from(sorted(KINDS)), st.text(max_size=60))
def test_any_payload_is_taken(kind: str, payload: str) -> None:
    palette = Palette().after(kind, payload)
    assert all(0 <= index < 256 and 0 <= colour <= 0xFFFFFF for index, colour in palette.indexed)


def test_a_theme_as_text() -> None:
    palette = told(["#ffffff", "#000000", "#111111", "#222222"])
    assert palette == Palette(0xFFFFFF, 0, None, ((0, 0x111111), (1, 0x222222)))
    assert told([]) == Palette()


def test_each_frame_has_the_colours_of_its_moment(record: Make) -> None:
    set_, ask, back = b"\x1b]11;#fff\x07", b"\x1b]11;?\x07", b"\x1b]111\x1b\\"
    parts = [(0, "o", b"a"), (100, "o", set_), (200, "o", b"b" + ask), (300, "o", back), (400, "o", b"c")]
    timeline = replay(record(parts)).timeline
    colours = [timeline.palette_at(frame.offset).background for frame, _, _ in timeline.walk()]
    assert colours == [None, None, 0xFFFFFF, 0xFFFFFF, None, None]
    backwards = [timeline.palette_at(timeline.frame(i).offset).background for i in range(len(timeline))[::-1]]
    assert backwards == colours[::-1]


def test_a_question_is_no_mark_and_no_frame(record: Make) -> None:
    done = replay(record([(0, "o", b"a"), (100, "o", b"\x1b]10;?\x07\x1b]4;1;?\x07")]))
    assert list(done.trace.marks) == []
    assert len(done.timeline) == 2
