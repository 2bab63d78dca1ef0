"""render as analysts call it: presets, clips of rows, limits of size, GIF and PNG."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image
from sessionlens_recorder.bundle import BundleWriter

import sessionlens as sl
from sessionlens.cli import main

SECOND = 1_000_000_000
Typescript = Callable[..., Path]


@pytest.fixture
def session(typescript: Typescript) -> sl.Session:
    return sl.open(typescript(
        [(0.5, "o", b"$ "), (1, "i", b"ls\r"), (1.1, "o", b"ls\r\n"), (1.5, "o", b"a b\r\n$ "),
         (40, "i", b"id\r"),
         (40.1, "o", b"id\r\n"), (40.2, "o", b"uid=0\r\n$ "), (90, "i", b"exit\r"), (90.1, "o", b"exit\r\n")],
        columns=60, rows=12,
    ))  # fmt: skip


def order(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.with_name(path.name + ".json").read_text("utf-8"))["arguments"]
    return found


def span(path: Path) -> tuple[float, float]:
    said = order(path)
    return said["start_ns"] / 1e9, said["end_ns"] / 1e9


def test_review_cuts_at_two_seconds_and_an_exhibit_nothing(session: sl.Session, tmp_path: Path) -> None:
    review, exhibit = (session.render(tmp_path / f"{p}.mp4", preset=p) for p in ("review", "exhibit"))
    assert len(review.cuts) == 2
    assert exhibit.cuts == ()
    assert exhibit.duration_s > 90 > 20 > review.duration_s
    assert (order(review.path)["idle_ns"], order(exhibit.path)["idle_ns"]) == (2 * SECOND, None)


@pytest.mark.parametrize("more", [{"idle": 3.0}, {"speed": 2.0}, {"idle": 0}])
def test_an_exhibit_is_never_something_else(
    session: sl.Session, tmp_path: Path, more: dict[str, Any]
) -> None:
    with pytest.raises(sl.UsageError, match="uncut"):
        session.render(tmp_path / "v.mp4", preset="exhibit", **more)
    with pytest.raises(sl.UsageError, match="no preset"):
        session.render(tmp_path / "v.mp4", preset="other")


@pytest.mark.parametrize("idle", [-1, float("nan"), float("inf")])
def test_an_idle_time_that_is_none(session: sl.Session, tmp_path: Path, idle: float) -> None:
    with pytest.raises(sl.UsageError, match="number of seconds"):
        session.render(tmp_path / "v.mp4", idle=idle)


def test_a_clip_of_a_command(session: sl.Session, tmp_path: Path) -> None:
    row = session.commands.iloc[1]
    assert row["command"] == "id"
    for place in (row, 2, "2", row["ref"]):
        report = session.render(tmp_path / "v.mp4", clip=place)
        start, end = span(report.path)
        assert start == pytest.approx(38, abs=0.2)
        assert 40.2 <= end <= 43.2


def test_a_clip_of_a_row_of_each_table(session: sl.Session, tmp_path: Path) -> None:
    hits = session.search("uid=0")
    for table in (session.lines, session.events, session.flags, session.findings, hits):
        for at in range(0, len(table), 4):
            row = table.iloc[at]
            begin = row["start"] if "start" in row else row["t"]
            if pd.isna(begin):
                continue
            report = session.render(tmp_path / "v.mp4", clip=row, plain=True)
            start, end = span(report.path)
            assert start <= begin.total_seconds() <= end
    assert len(hits)
    session.render(tmp_path / "hit.mp4", clip=hits.iloc[0])
    assert span(tmp_path / "hit.mp4")[0] == pytest.approx(38.2, abs=0.1)


def test_a_clip_shows_the_channel_of_its_row(tmp_path: Path) -> None:
    writer = BundleWriter.create(tmp_path, {"person": "john"})
    for command in (b"id", b"ls /srv"):
        channel = writer.open_channel("exec", pty=None, command=command, env=[])
        channel.output(command + b" said\n")
        channel.close(exit_code=0)
    writer.seal(None)
    s = sl.open(writer.path)
    s.render(tmp_path / "v.mp4", clip=s.commands.iloc[1])
    said = json.loads((tmp_path / "v.mp4.json").read_text())
    assert said["source"]["channel"] == 1
    assert "ls /srv" in (tmp_path / "v.vtt").read_text()


@pytest.mark.parametrize(
    ("place", "error"),
    [
        (99, sl.NotFoundError),
        ("half past nine", sl.UsageError),
        ("0badc0de", sl.UsageError),
        (pd.Series({"session": "0badc0de", "start": pd.Timedelta(1)}), sl.UsageError),
        (pd.Series({"start": pd.NaT}), sl.UsageError),
        (pd.Series({"n": 1}), sl.UsageError),
    ],
)
def test_a_place_that_is_none(
    session: sl.Session, tmp_path: Path, place: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        session.render(tmp_path / "v.mp4", clip=place)
    with pytest.raises(sl.UsageError, match="leave them out"):
        session.render(tmp_path / "v.mp4", clip=1, start=2)


def test_a_picture_of_one_screen_has_its_bands(session: sl.Session, tmp_path: Path) -> None:
    report = session.render(tmp_path / "x.png", at="00:00:41")
    plain = session.render(tmp_path / "plain.png", at="00:00:41", plain=True)
    with Image.open(report.path) as image, Image.open(plain.path) as bare, session.at(41).image() as screen:
        assert image.size == report.size
        assert image.height > bare.height
        assert bare.tobytes() == screen.tobytes()
    for wrong in ({"path": tmp_path / "y.png"}, {"path": tmp_path / "y.mp4", "at": 1}):
        with pytest.raises(sl.UsageError, match="one moment"):
            session.render(**wrong)


def test_the_command_line(session: sl.Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recording, video = str(session.path), tmp_path / "v.mp4"
    assert main(["render", recording, "-o", str(video), "--clip", "2", "--max-size", "5MB"]) == 0
    assert "MB" in capsys.readouterr().out
    assert main(["render", recording, "-o", str(video)]) == 64
    video.unlink()
    assert main(["render", recording, "-o", str(video)]) == 64
    assert "v.mp4.json: is there already" in capsys.readouterr().err
    assert not video.exists()
    assert main(["render", recording, "-o", str(video), "--preset", "exhibit", "--force"]) == 0
    assert main(["render", recording, "-o", str(tmp_path / "v.gif"), "--end", "2"]) == 0
    assert main(["render", recording, "-o", str(tmp_path / "v.png"), "--at", "41"]) == 0
    assert main(["render", recording, "-o", str(tmp_path / "w.mp4"), "--max-size", "soon"]) == 64
    assert main(["verify", str(tmp_path / "v.gif"), "--source", recording]) == 2  # no seal
    assert "the same to the byte" in capsys.readouterr().out
