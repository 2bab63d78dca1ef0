"""`df.sl.render`: a row is a clip, several rows are several clips."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import sessionlens as sl

Maker = Callable[..., Path]
LINES = [("ls", "a\n"), ("rm -rf /srv/app", ""), ("echo done", "done\n")]


def test_one_row_is_one_file_and_several_are_numbered(shell_session: Maker, tmp_path: Path) -> None:
    commands = sl.open(shell_session(LINES)).commands
    (one,) = commands.sl.render(tmp_path / "x.png", row=1, plain=True)
    assert one.path == tmp_path / "x.png"
    several = commands.sl.render(tmp_path / "y.png")
    assert [report.path.name for report in several] == ["y-01.png", "y-02.png", "y-03.png"]
    assert all(report.path.read_bytes().startswith(b"\x89PNG") for report in several)


def test_a_clip_is_what_belongs_to_the_row(shell_session: Maker, tmp_path: Path) -> None:
    s = sl.open(shell_session([*LINES, *[(f"echo {n}", f"{n}\n") for n in range(10)]]))
    (clip,) = s.commands.sl.ran("rm -rf").sl.render(tmp_path / "x.mp4", plain=True)
    assert clip.path.is_file()
    whole = s.render(tmp_path / "whole.mp4", plain=True)
    assert clip.duration_s < whole.duration_s / 2
    assert "x.mp4" in clip._repr_html_()


def test_no_row_and_too_many_are_refused(shell_session: Maker, tmp_path: Path) -> None:
    commands = sl.open(shell_session(LINES)).commands
    with pytest.raises(sl.UsageError, match="no row 3"):
        commands.sl.render(tmp_path / "x.mp4", row=3)
    for rows in (commands.iloc[:0], commands.iloc[[0] * 51]):
        with pytest.raises(sl.UsageError, match="choose from 1 to 50"):
            rows.sl.render(tmp_path / "x.mp4")
    assert not list(tmp_path.glob("*.mp4"))
