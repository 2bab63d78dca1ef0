"""files.jsonl, copies, and a stream that begins late: written, journalled, sealed, and kept after a crash."""

from __future__ import annotations

from pathlib import Path

import pytest
from sessionlens_recorder.bundle import (
    BundleWriteError,
    BundleWriter,
    check,
    read_files,
    read_timing,
    recover,
)

from .test_bundle_recovery import bundles, dying


def sign(manifest: bytes) -> str:
    return "signature\n"


def new(root: Path) -> BundleWriter:
    return BundleWriter.create(root, {"person": "john", "target": {"name": "web01"}})


def test_a_line_is_on_disk_when_the_call_returns(tmp_path: Path) -> None:
    writer = new(tmp_path)
    channel = writer.open_channel("sftp")
    assert not (writer.path / "0.sftp/files.jsonl").exists()
    when = channel.file(n=0, event="request", operation="remove", path=b"/caf\xe9")
    [line], malformed = read_files(writer.path, "0.sftp")
    assert line == {
        "t_ns": when,
        "n": 0,
        "event": "request",
        "operation": "remove",
        "path": {"base64": "L2NhZuk="},
    }
    assert not malformed
    writer.seal(sign)
    assert not check(writer.path).problems
    assert "0.sftp/files.jsonl\n" in (writer.path / "MANIFEST").read_text()


def test_a_channel_without_files_has_no_list(tmp_path: Path) -> None:
    writer = new(tmp_path)
    writer.open_channel("shell")
    assert read_files(writer.path, "0.shell") == ([], [])


def test_a_stream_may_begin_late(tmp_path: Path) -> None:
    writer = new(tmp_path)
    channel = writer.open_channel("sftp")
    with pytest.raises(BundleWriteError, match="carries no stream"):
        channel.input(b"x")
    channel.file(n=0, event="request", operation="open")
    writer.commit()
    channel.begin_stream()
    channel.begin_stream()
    channel.input(b"hello")
    channel.stderr(b"oops")
    writer.seal(sign)
    timing = read_timing((writer.path / "0.sftp/timing").read_bytes())
    assert (timing.accounted("I"), timing.accounted("O")) == (5, 4)
    assert not check(writer.path).problems


def descriptors() -> int:
    """How many this process has, where the kernel says so."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


def test_copies_give_their_descriptors_back_while_the_channel_goes_on(tmp_path: Path) -> None:
    writer = new(tmp_path)
    channel = writer.open_channel("sftp")
    writer.commit()
    before = descriptors()
    for n in range(50):
        channel.copy(f"copy-{n}", b"content of %d" % n)
        channel.end_copy(f"copy-{n}")
        writer.commit()
    channel.end_copy("copy-99")
    assert descriptors() <= before + 1
    writer.seal(sign)
    assert not check(writer.path).problems
    assert (writer.path / "0.sftp/copy-7").read_bytes() == b"content of 7"
    assert (writer.path / "MANIFEST").read_text().count("/copy-") == 50


def test_a_copy_has_a_name_that_cannot_leave_its_directory(tmp_path: Path) -> None:
    channel = new(tmp_path).open_channel("sftp")
    for name in ("../x", "copy-", "copy-1/x", "out"):
        with pytest.raises(BundleWriteError, match="name of a copy"):
            channel.copy(name, b"x")


def session(root: Path, done: list[int]) -> None:
    writer = new(root)
    channel = writer.open_channel("sftp")
    for n in range(3):
        channel.file(n=n, event="request", operation="remove", path="/f")
        done.append(n)
    channel.copy("copy-3", b"abc")
    channel.end_copy("copy-3")
    writer.commit()
    channel.begin_stream()
    channel.input(b"not understood")
    channel.file(n=3, event="result", operation="remove", path="/f")
    done.append(3)
    channel.close()
    writer.seal(sign)


def test_death_at_every_system_call_loses_no_line(tmp_path: Path) -> None:
    with dying(0, 0) as count:
        session(tmp_path / "whole", [])
    for at in range(1, count[0] + 1):
        for share in (0.0, 0.5, 1.0):
            root, done = tmp_path / f"{at}-{share}", list[int]()
            with dying(at, share):
                session(root, done)
            for path in bundles(root):
                if not (path / "MANIFEST.sig").exists():
                    assert not check(path).damaged, (at, share)
                    recover(path, sign, "killed")
                assert not check(path).problems, (at, share)
                if (path / "0.sftp").exists():
                    lines, malformed = read_files(path, "0.sftp")
                    assert not malformed
                    assert [line["n"] for line in lines][: len(done)] == done
