"""A bundle whose disk fails: the channel ends, what is there stays whole, and nothing is said to be there."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from typing import Any

import pytest
from sessionlens_recorder.bundle import (
    BundleWriteError,
    check,
    read_events,
    recover,
)

from .test_bundle_writer import start


def test_a_partial_write_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer, channel = start(tmp_path)
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data)[:3]))
    channel.output(b"0123456789")
    monkeypatch.undo()
    assert (writer.path / "0.shell/out").read_bytes().endswith(b"\n0123456789")
    writer.seal(None)
    assert not check(writer.path).problems


@pytest.mark.parametrize("fails", ["out", "events.jsonl", "timing"])
def test_a_full_disk_ends_the_channel_and_leaves_it_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    writer, channel = start(tmp_path)
    channel.output(b"before")
    full_disk(monkeypatch, writer.path / "0.shell" / fails)
    with pytest.raises(BundleWriteError, match=rf"0\.shell/{re.escape(fails)}.*No space left") as caught:
        channel.stderr(b"lost")
    assert isinstance(caught.value, OSError)
    with pytest.raises(BundleWriteError, match="not recorded any more"):
        channel.output(b"more")
    monkeypatch.undo()
    writer.seal(None, how="abort", reason="disk full")
    assert (writer.path / "0.shell/out").read_bytes().endswith(b"\nbefore")
    assert read_events(writer.path, "0.shell") == ([], [])
    report = check(writer.path)
    assert (report.state, report.reason, report.problems) == ("aborted", "disk full", ())


def full_disk(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Half a write goes through to this file, then none."""
    write, full = os.write, path.stat().st_ino

    def failing(fd: int, data: bytes) -> int:
        if os.fstat(fd).st_ino != full:
            return write(fd, data)
        if len(data) < 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(fd, bytes(data)[: len(data) // 2])

    monkeypatch.setattr(os, "write", failing)


def test_a_channel_that_cannot_be_opened_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, _ = start(tmp_path)
    opened = os.open

    def failing(path: Any, *args: Any, **more: Any) -> int:
        if str(path).endswith("1.exec/timing"):
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return opened(path, *args, **more)

    monkeypatch.setattr(os, "open", failing)
    with pytest.raises(BundleWriteError, match=r"1\.exec/timing.*Too many open files"):
        writer.open_channel("exec", command=b"true")
    monkeypatch.undo()
    assert not (writer.path / "1.exec").exists()
    writer.seal(None, "abort", "no descriptors")
    assert not check(writer.path).problems


def test_surplus_that_cannot_be_taken_back_is_left_to_recovery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, channel = start(tmp_path)
    full_disk(monkeypatch, writer.path / "0.shell/out")

    def failing(fd: int, size: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "ftruncate", failing)
    with pytest.raises(BundleWriteError, match="No space left"):
        channel.output(b"0123456789")
    monkeypatch.undo()
    for _ in range(2):
        with pytest.raises(BundleWriteError, match="could not be taken back"):
            writer.seal(None, "abort", "disk full")
    writer.release()
    recover(writer.path, None, "disk full")
    assert (writer.path / "torn/0.shell.out").read_bytes() == b"0123456"
    assert not check(writer.path).problems


def test_a_journal_that_cannot_be_written_is_written_by_the_next_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, channel = start(tmp_path)
    channel.output(b"before")
    full_disk(monkeypatch, writer.path / "journal")
    with pytest.raises(BundleWriteError, match="journal"):
        writer.commit()
    monkeypatch.undo()
    channel.output(b"after")
    writer.seal(None)
    assert not check(writer.path).problems


def test_a_signer_that_fails_leaves_the_bundle_unsealed(tmp_path: Path) -> None:
    writer, _ = start(tmp_path)

    def broken(manifest: bytes) -> str:
        raise RuntimeError("no key")

    with pytest.raises(BundleWriteError, match="no key"):
        writer.seal(broken)
    assert not (writer.path / "MANIFEST.sig").exists()
