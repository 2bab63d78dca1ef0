"""The file beside a video: what it says, that it is the same each time, and that it comes with the video or
not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sessionlens.errors import RenderError, UsageError
from sessionlens.render import Chapter, Facts, Footage, Order, render_video
from sessionlens.render.cells import Cells
from sessionlens.render.together import Together
from sessionlens.terminal import Timeline

SECOND = 1_000_000_000
Play = Callable[..., Timeline]
Probe = Callable[..., dict[str, Any]]
WORK = [(0.5, b"$ "), (1.0, b"ls\r\n"), (1.2, b"\x1b[31ma.tgz\x1b[0m b\r\n$ "), (90.0, b"exit\r\n")]


def said(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.with_name(path.name + ".json").read_text("utf-8"))
    return found


def test_it_names_the_file_the_order_and_the_versions(play: Play, facts: Facts, tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    report = render_video(
        Footage(play(WORK), facts), path, Order(start_ns=SECOND), source={"session": "1a2b3c4d"}
    )
    found = said(path)
    assert found["video"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found["captions"]["sha256"] == hashlib.sha256((tmp_path / "v.vtt").read_bytes()).hexdigest()
    assert (found["video"]["bytes"], found["video"]["pictures"]) == (report.bytes, report.frames)
    assert found["source"] == {"session": "1a2b3c4d"}
    assert Order.of(found["arguments"]) == Order(start_ns=SECOND)
    assert set(found["versions"]) >= {"sessionlens", "python", "Pillow", "FreeType", "numpy", "ffmpeg"}
    assert all(len(digest) == 64 for digest in found["fonts"].values())
    assert "DejaVuSansMono.ttf" in found["fonts"]
    assert found["cuts_ns"] == [[cut.start_ns, cut.end_ns] for cut in report.cuts] != []


def test_its_table_leads_from_each_picture_to_time_and_byte(
    play: Play, facts: Facts, probe: Probe, tmp_path: Path
) -> None:
    path, timeline = tmp_path / "v.mp4", play(WORK)
    render_video(Footage(timeline, facts), path)
    rows = said(path)["table"]
    packets = probe(path, "-select_streams", "v:0", "-show_entries", "packet=pts_time")["packets"]
    assert [row[0] for row in rows] == [round(float(p["pts_time"]) * 1000) for p in packets]
    cells = Cells(timeline)
    for _, session_ns, offset, fingerprint in rows:
        frame = timeline.at(session_ns)
        assert frame.offset == offset
        assert cells.fingerprint(frame) == fingerprint
    offsets = [row[2] for row in rows]
    assert offsets == sorted(offsets)
    assert offsets[-1] == timeline.offset[-1]


def test_it_is_the_same_each_time(play: Play, facts: Facts, tmp_path: Path) -> None:
    timeline, texts = play(WORK), []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        render_video(Footage(timeline, facts), tmp_path / folder / "v.mp4")
        texts.append((tmp_path / folder / "v.mp4.json").read_bytes())
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    "other",
    [[(0, b"abd")], [(0, b"ab\x1b[1mc")], [(0, b"abc\x1b[H")], [(0, b"abc\x1b[?25l")], [(0, b"\x1b[?5habc")]],
)
def test_a_fingerprint_tells_one_cell_one_look_and_the_cursor(play: Play, other: list[Any]) -> None:
    prints = []
    for events in ([(0, b"abc")], other):
        timeline = play(events)
        prints.append(Cells(timeline).fingerprint(timeline.frame(-1)))
    assert prints[0] != prints[1]


def test_a_fingerprint_does_not_depend_on_how_the_cells_came_there(play: Play) -> None:
    one, two = (
        play([(0, b"abc")]),
        play([(0, b"x\r\ny\r\nz"), (1, b"\x1b[2J\x1b[Hab\x1b[31m\x1b[mc  \x1b[1;4H")]),
    )
    assert Cells(one).fingerprint(one.frame(-1)) == Cells(two).fingerprint(two.frame(-1))


@pytest.mark.parametrize(
    "change",
    [{"speed": "1"}, {"start_ns": 1.5}, {"theme": "pink"}, {"plain": None}, {"more": 1}, {"speed": 0.0}],
)
def test_an_order_that_is_none(change: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Order.of(Order().as_dict() | change)
    assert Order.of(json.loads(json.dumps(Order(idle_ns=None).as_dict()))) == Order(idle_ns=None)


def test_files_appear_together_or_not_at_all(tmp_path: Path) -> None:
    video, sidecar = tmp_path / "v.mp4", tmp_path / "v.mp4.json"
    video.write_text("older")
    sidecar.mkdir()  # nothing can be renamed to that
    (sidecar / "x").touch()
    with pytest.raises(RenderError, match=r"cannot write .*json"), Together(video) as files:
        files.write("newer", video)
        files.write("newer", sidecar / "x" / "y")
    assert video.read_text() == "older"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["v.mp4", "v.mp4.json"]


def test_a_failed_render_leaves_neither(play: Play, facts: Facts, tmp_path: Path) -> None:
    def stop(_: int, __: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render_video(Footage(play(WORK), facts), tmp_path / "v.mp4", progress=stop)
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(("v.", ".v"))] == []


def test_what_is_there_is_replaced_only_when_told(play: Play, facts: Facts, tmp_path: Path) -> None:
    (tmp_path / "v.vtt").write_text("mine")
    told: list[int] = []
    with pytest.raises(UsageError, match=r"v\.vtt: is there already"):
        render_video(
            Footage(play(WORK), facts),
            tmp_path / "v.mp4",
            overwrite=False,
            progress=lambda done, _: told.append(done),
        )
    assert told == [], "known before anything is made"
    assert (tmp_path / "v.vtt").read_text() == "mine"
    assert not (tmp_path / "v.mp4").exists()


def test_hostile_names_stay_in_their_strings(play: Play, tmp_path: Path) -> None:
    path = tmp_path / 'a"\n],"x":[.mp4'
    chapters = [Chapter(0, SECOND, '"],"')]
    render_video(Footage(play(WORK), replace(Facts(), person='"}'), chapters), path)
    assert said(path)["video"]["name"] == path.name
