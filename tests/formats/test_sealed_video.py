"""A video of sealed input: what the key opens is masked where it was printed, and verify needs the key."""

from __future__ import annotations

from pathlib import Path

from sessionlens_recorder.sealing import sealing

import sessionlens as sl
from sessionlens.render import VideoReport

from .sealing import PUBLIC, Step, record

WORD = b"gr8-Wall.42"
BLIND: list[Step] = [
    ("output", b"john@web01:~$ "), ("input", b"unlock"), ("output", b"unlock"), ("input", b"\r"),
    ("output", b"\r\nSay it: "), ("commit", b""), ("input", WORD), ("input", b"\r"),
    ("output", b"\r\nno: " + WORD + b"\r\njohn@web01:~$ "),
]  # fmt: skip


def test_with_the_key_it_is_the_same_and_without_nobody_can_tell(tmp_path: Path, key: Path) -> None:
    bundle = record(tmp_path / "r", BLIND, sealing([PUBLIC]))
    (bundle / "MANIFEST.sig").unlink()  # of nobody
    video = tmp_path / "v.mp4"
    report = sl.open(bundle, identity=key).render(video)
    assert isinstance(report, VideoReport) and report.masked == {"password": 1}
    again = sl.verify(video, source=bundle, identity=key)
    assert "the same to the byte" in str(again)
    without = sl.verify(video, source=bundle)
    assert (without.exit_code, "--identity" in without.summary) == (2, True)
