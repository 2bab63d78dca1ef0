"""A limit of size: first a smaller picture, never an illegible one, then parts at commands."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.errors import RenderError, UsageError
from sessionlens.render import Chapter, Facts, Footage, Order, render_video
from sessionlens.render.layout import CELL, arrange
from sessionlens.render.sizes import bytes_of, numbered
from sessionlens.terminal import Timeline

SECOND = 1_000_000_000
Play = Callable[..., Timeline]


@pytest.mark.parametrize(
    ("text", "size"),
    [("20MB", 20_000_000), ("512 kB", 512_000), ("1.5GiB", 3 << 29), ("7", 7), (9, 9), ("2m", 2_000_000)],
)
def test_sizes_as_people_write_them(text: str | int, size: int) -> None:
    assert bytes_of(text) == size


@pytest.mark.parametrize("text", ["", "MB", "-1MB", "0", "1e3", "20 apples", "nan", "9" * 99])
def test_sizes_that_are_none(text: str) -> None:
    with pytest.raises(UsageError):
        bytes_of(text)


@given(st.integers(1, 300), st.integers(1, 80), st.booleans(), st.integers(1, 4), st.booleans())
def test_the_small_picture_is_legible_and_not_larger(
    columns: int, rows: int, plain: bool, lines: int, caveats: bool
) -> None:
    wanted: dict[str, Any] = {"plain": plain, "command_lines": lines, "caveats": caveats}
    small, usual = arrange(columns, rows, small=True, **wanted), arrange(columns, rows, **wanted)
    assert small.width * small.height <= usual.width * usual.height
    assert small.width % 2 == small.height % 2 == 0
    if usual.cell[0] >= CELL[0] and usual.cell[1] >= CELL[1]:
        assert small.cell[0] >= CELL[0]
        assert small.cell[1] >= CELL[1]
        assert not small.note


def test_names_sort() -> None:
    assert numbered(Path("a.mp4"), 1) == (Path("a.mp4"),)
    assert [p.name for p in numbered(Path("b/a.x.mp4"), 3)] == [
        "a.x-1of3.mp4",
        "a.x-2of3.mp4",
        "a.x-3of3.mp4",
    ]
    many = [p.name for p in numbered(Path("a.gif"), 12)]
    assert many == sorted(many)


@pytest.fixture
def busy(play: Play) -> tuple[Timeline, list[Chapter]]:
    """A new screen of noise every half second, a command every five."""
    chance = random.Random(1)
    text = (bytes(chance.choices(range(33, 126), k=79)) + b"\r\n" for _ in range(60 * 20))
    timeline = play([(i / 2, b"".join(next(text) for _ in range(20))) for i in range(60)])
    return timeline, [Chapter(i * SECOND, (i + 4) * SECOND, f"noise {i}") for i in range(0, 30, 5)]


def test_parts_begin_at_commands_and_leave_nothing_out(
    busy: tuple[Timeline, list[Chapter]], facts: Facts, tmp_path: Path
) -> None:
    timeline, chapters = busy
    whole = render_video(Footage(timeline, facts, chapters), tmp_path / "whole.mp4")
    small = render_video(Footage(timeline, facts, chapters), tmp_path / "small.mp4", Order(small=True))
    assert small.bytes < whole.bytes
    limit = (small.bytes + whole.bytes) // 2
    one = render_video(Footage(timeline, facts, chapters), tmp_path / "one.mp4", max_bytes=limit)
    assert (len(one.paths), one.size) == (1, small.size)

    limit = small.bytes * 2 // 5
    report = render_video(Footage(timeline, facts, chapters), tmp_path / "v.mp4", max_bytes=limit)
    assert len(report.paths) >= 3
    assert all(path.stat().st_size <= limit for path in report.paths)
    assert f"{len(report.paths)} parts" in str(report)
    assert not (tmp_path / "v.mp4").exists()
    said = [json.loads(path.with_name(path.name + ".json").read_text()) for path in report.paths]
    assert [s["video"]["part"] for s in said] == [[i + 1, len(said)] for i in range(len(said))]
    starts = [s["arguments"]["start_ns"] for s in said]
    assert starts[0] is None
    assert set(starts[1:]) <= {c.start_ns for c in chapters}
    assert [s["arguments"]["end_ns"] for s in said] == [*(start - 1 for start in starts[1:]), None]
    shown = {row[2] for s in said for row in s["table"]}
    assert shown | {0} >= set(timeline.offset), "each screen is in some part"
    assert all(path.with_suffix(".vtt").is_file() for path in report.paths)


def test_without_commands_it_is_parted_between_pictures(
    busy: tuple[Timeline, list[Chapter]], facts: Facts, tmp_path: Path
) -> None:
    timeline, _ = busy
    report = render_video(Footage(timeline, facts), tmp_path / "v.mp4", Order(plain=True), max_bytes=400_000)
    assert len(report.paths) > 1


def test_a_limit_that_not_even_one_picture_keeps(
    busy: tuple[Timeline, list[Chapter]], facts: Facts, tmp_path: Path
) -> None:
    with pytest.raises(RenderError, match=r"smallest legible picture are \d+ bytes; allow more than 9"):
        render_video(Footage(busy[0], facts), tmp_path / "v.mp4", Order(end_ns=SECOND), max_bytes=9)
    assert [p for p in tmp_path.iterdir() if p.suffix in {".mp4", ".json", ".vtt", ".part"}] == []
