"""Chapters and tags before ffmpeg sees them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from sessionlens.render import Chapter, Facts
from sessionlens.render.pace import SECOND, Cut, Pace
from sessionlens.render.tags import ffmetadata, marks, tags, title

Command = Callable[..., Chapter]


def test_text_cannot_leave_its_field() -> None:
    said = ffmetadata({"title": "a=b;c#d\\e"}, [(0, 5, "x=1\n[CHAPTER]")])
    assert "title=a\\=b\\;c\\#d\\\\e\n" in said
    assert "title=x\\=1\\\n[CHAPTER]\n" in said
    assert said.count("TIMEBASE") == 1


def test_chapters_are_as_many_as_commands_and_rise(command: Command) -> None:
    same = [command(1, 2, f"c{i}") for i in range(5)] + [command(0.5, 3, "before"), command(9, None, "last")]
    same.sort(key=lambda c: c.start_ns)
    found = marks(same, Pace(0, 10 * SECOND, (), 1.0), 11_000)
    assert len(found) == len(same)
    assert all(a[0] < b[0] and a[1] == b[0] for a, b in pairwise(found))
    assert found[-1][1] == 11_000


def test_no_commands_no_chapters() -> None:
    assert marks([], Pace(0, SECOND, (), 1.0), 2000) == []


def test_a_title_is_harmless_and_fits(command: Command) -> None:
    assert title(command(0, 1, "a\x1b[0m\n\u202eb")) == "a\\x1b[0m\\n\\u202eb"
    assert title(command(0, 1, "ls", approximate=True)) == "≈ ls"
    long = title(command(0, 1, "ü" * 400))
    assert len(long.encode()) <= 240
    assert long.endswith("…")
    assert title(command(0, 1, "")) == "(empty)"


def test_tags_say_who_when_and_what_was_cut(facts: Facts) -> None:
    pace = Pace(0, 1000 * SECOND, [Cut(10 * SECOND, 734 * SECOND)], 1.0)
    said = tags(facts, pace, 2 * SECOND)
    assert said["title"] == "john as deploy on web01, session 1a2b3c4d"
    assert said["creation_time"] == "2026-11-21T09:14:03.000000Z"
    assert "idle time over 2 s cut: 1 time, 12:04 in all" in said["comment"]
    assert "nothing cut" in tags(Facts(), pace, None)["comment"]
    damaged = Facts(caveats=("missing: 0.shell/out", "torn: a;b\n"))
    assert (
        "DAMAGED RECORDING · 2 gaps: missing: 0.shell/out; torn: a;b\\n; not masked; nothing cut"
        in (tags(damaged, pace, None)["comment"])
    )
    assert "creation_time" not in tags(Facts(), pace, None)
