"""Following a recording that grows: a real bundle, written while it is followed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sessionlens_recorder.bundle import BundleReadError, BundleWriter, ChannelWriter

import sessionlens as sl
from sessionlens.session.following import follow
from sessionlens.session.growth import grows

pytestmark = pytest.mark.skipif(os.name == "nt", reason="nothing is recorded on Windows")


class Copy:
    """A fixture, written anew into a live bundle, some events each time the follower waits."""

    def __init__(self, fixture: Path, root: Path, events: int = 7) -> None:
        self.recording = sl.open(fixture).recording
        info = self.recording.info
        pty = {"term": "xterm-256color", "columns": info.columns, "rows": info.rows, "modes": {}}
        self.writer = BundleWriter.create(root, {"person": "john", "target": {"name": "web01"}})
        self.channel: ChannelWriter = self.writer.open_channel("shell", pty=pty)
        self.left: Iterator[int] = iter(range(len(self.recording)))
        self.at_once = events
        self.written = 0

    def write(self, _: float = 0.0) -> None:
        """The next events; after the last one the bundle is sealed."""
        for _turn in range(self.at_once):
            event = next(self.left, None)
            if event is None:
                self.channel.close(exit_code=0)
                self.writer.seal(lambda manifest: "signature\n")
                return
            data, stream = self.recording.data(event), chr(self.recording.stream[event])
            if stream == "o":
                self.channel.output(data)
            elif stream == "i":
                self.channel.input(data)
            self.written = event


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_each_command_comes_once_and_before_the_end(root: Path, tmp_path: Path, name: str) -> None:
    fixture = root / "fixtures" / "sessions" / name
    copy = Copy(fixture, tmp_path)
    told: list[dict[str, Any]] = []
    when: list[int] = []
    for news in follow(copy.writer.path, wait=copy.write):
        told += news.to_dict("records")
        when += [copy.written] * len(news)
    wanted = sl.open(fixture).commands["command"].tolist()
    final = {row["ref"].split("-")[0]: row["command"] for row in told}
    assert list(final.values()) == wanted
    assert len(told) - len(wanted) == sum(bool(row["corrects"]) for row in told) <= 1
    assert when[len(when) // 2] < len(copy.recording) * 0.8  # not all at the end


def test_what_is_typed_and_echoed_is_told_while_it_runs(tmp_path: Path) -> None:
    writer = BundleWriter.create(tmp_path, {"person": "john", "target": {"name": "web01"}})
    pty = {"term": "xterm", "columns": 80, "rows": 24, "modes": {}}
    channel = writer.open_channel("shell", pty=pty)
    script = [("out", b"\x1b[?2004h$ ")]
    for line in (b"echo a", b"sleep 600"):
        for byte in line:
            script += [("in", bytes([byte])), ("out", bytes([byte]))]
        script += [("in", b"\r"), ("out", b"\r\n\x1b[?2004l\r")]
        script += [("out", b"a\r\n\x1b[?2004h$ ")] if line == b"echo a" else []
    steps = iter(script)

    def write(_: float) -> None:
        kind, data = next(steps, ("", b""))
        if not kind:
            raise StopFollowing
        (channel.output if kind == "out" else channel.input)(data)

    told: list[str] = []
    with pytest.raises(StopFollowing):
        for news in follow(writer.path, wait=write):
            told += news["command"].tolist()
    assert told == ["echo a", "sleep 600"]
    writer.seal(lambda manifest: "signature\n")


class StopFollowing(Exception):
    """The test has seen enough: the recording goes on."""


def test_the_command_line_prints_a_json_object_a_command(root: Path) -> None:
    argv = [sys.executable, "-m", "sessionlens", "commands", "fixtures/sessions/bash", "--follow", "--jsonl"]
    out = subprocess.run(argv, cwd=root, check=True, capture_output=True, text=True).stdout
    rows = [json.loads(line) for line in out.splitlines()]
    wanted: pd.DataFrame = sl.open(root / "fixtures" / "sessions" / "bash").commands
    assert [row["command"] for row in rows] == wanted["command"].tolist()
    assert not any(row["corrects"] for row in rows)


def test_a_typescript_ends_with_its_last_line(tmp_path: Path) -> None:
    parts = [b"$ ", b"e", b"cho a\r\n", b"a\r\n$ ", b"l", b"s\r\nx\r\n$ "]
    (tmp_path / "out").write_bytes(b"Script started on x\n" + b"".join(parts) + b"\nScript done on x\n")
    (tmp_path / "timing").write_text("".join(f"O 0.100000 {len(part)}\n" for part in parts))
    assert [row for news in follow(tmp_path) for row in news["command"]] == ["echo a", "ls"]


@pytest.mark.parametrize("named", ["folder", "timing", "out"])
def test_a_typescript_of_both_directions_ends_with_its_last_line(tmp_path: Path, named: str) -> None:
    io, timing = tmp_path / "io", tmp_path / "tm"
    argv = ["script", "-q", "-B", str(io), "-T", str(timing), "-c", "sh -c 'read x; echo $x'"]
    with suppress(FileNotFoundError):
        subprocess.run(argv, input=b"hello\n", check=True, stdout=subprocess.DEVNULL)
    if not timing.exists():
        pytest.skip("needs a script(1) that logs both directions")
    place = {"folder": tmp_path, "timing": timing, "out": io}[named]

    def wait(seconds: float) -> None:
        raise AssertionError("more is waited for")

    list(follow(place, wait=wait))
    whole = io.read_bytes()
    io.write_bytes(whole[: whole.rindex(b"\nScript done")])
    with pytest.raises(AssertionError, match="waited for"):
        list(follow(place, wait=wait))


def test_what_looks_like_the_last_line_is_not_the_end(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"Script started on x\n$ cat notes\r\n\nScript done on 2026\n")
    timing = tmp_path / "timing"
    timing.write_text("H 0.000000 START_TIME 2026-11-22 09:14:03+00:00\nO 0.100000 34\n")
    assert grows(tmp_path), "somebody printed it"
    timing.write_text(timing.read_text() + "H 0.000000 DURATION 9.000000\n")
    assert not grows(tmp_path)


@pytest.mark.timeout(20)
def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "timing").write_bytes(b"")
    os.mkfifo(tmp_path / "out")
    with pytest.raises(BundleReadError, match="is not a regular file"):
        grows(tmp_path)


def test_a_session_that_is_followed_has_what_was_recorded_up_to_now(root: Path, tmp_path: Path) -> None:
    fixture = root / "fixtures" / "sessions" / "bash"
    copy = Copy(fixture, tmp_path, events=60)
    seen: list[int] = []
    live = sl.open(copy.writer.path, follow=True)
    for session in live:
        seen.append(len(session.commands))
        if not session.ended:
            copy.write()
    whole = sl.open(copy.writer.path)
    assert live.ended and len(seen) > 2 and seen == sorted(seen)
    assert live.commands["command"].tolist() == whole.commands["command"].tolist()
    assert live.lines["text"].tolist() == whole.lines["text"].tolist()
    assert str(live.at(live.recording.duration_ns / 1e9)) == str(whole.at(whole.recording.duration_ns / 1e9))
    assert live.gaps["kind"].tolist() == whole.gaps["kind"].tolist()
    assert not live.refresh()


def test_a_channel_in_which_nothing_happened_is_not_worked_out_anew(tmp_path: Path) -> None:
    writer = BundleWriter.create(tmp_path, {"person": "john", "target": {"name": "web01"}})
    first, second = (writer.open_channel("exec", command=name) for name in (b"a", b"b"))
    first.output(b"one")
    live = sl.open(writer.path, follow=True)
    kept, other = live.views
    assert not live.refresh() and not live.ended
    second.output(b"two")
    assert live.refresh()
    assert live.views[0] is kept and live.views[1] is not other
    assert live.views[1].recording.raw("o") == b"two"
    third = writer.open_channel("exec", command=b"c")
    assert live.refresh() and len(live.views) == 3
    for channel in (first, second, third):
        channel.close(exit_code=0)
    writer.seal(lambda manifest: "signature\n")
    assert live.refresh() and live.ended and not live.refresh()
