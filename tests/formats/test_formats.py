"""Opening and finding: what is a recording, of which format, and a clear word about everything else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sessionlens_recorder.bundle import BundleWriter

from sessionlens.errors import FormatError, NotFoundError
from sessionlens.formats import find, open_source


def bundle(root: Path) -> Path:
    writer = BundleWriter.create(root, {"person": "john", "target": {"name": "web01"}})
    channel = writer.open_channel("shell", pty={"term": "xterm", "columns": 80, "rows": 24})
    channel.output(b"hi\r\n")
    channel.close(0)
    writer.seal(None)
    return writer.path


def advanced(folder: Path, *, names: tuple[str, str, str] = ("timing", "out", "in")) -> Path:
    folder.mkdir(parents=True)
    timing, out, into = names
    (folder / timing).write_text(
        f"H 0.000000 START_TIME 2026-11-22 07:46:57+00:00\nH 0.000000 OUTPUT_LOG /x/{out}\n"
        f"H 0.000000 INPUT_LOG {into}\nO 0.100000 4\nI 0.200000 1\n"
    )
    (folder / out).write_bytes(b"Script started on 2026-11-22 07:46:57+00:00\nabcd")
    (folder / into).write_bytes(b"Script started on 2026-11-22 07:46:57+00:00\nx")
    return folder


def classic(folder: Path, name: str = "typescript", timing: str = "typescript.timing") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"Script started on Sat 20 Aug 2011 10:22:47 PM IST\nabcd")
    (folder / timing).write_bytes(b"0.500000 4\n")
    return folder / name


def test_find_lists_every_recording_once_and_sorted(tmp_path: Path) -> None:
    made = [
        advanced(tmp_path / "a"),
        bundle(tmp_path / "b"),
        classic(tmp_path / "c", "one.typescript", "one.timing"),
        classic(tmp_path / "c", "two.typescript", "two.timing"),
        advanced(tmp_path / "d", names=("s.tm", "s.out", "s.in")) / "s.tm",
    ]
    (tmp_path / "noise.txt").write_text("x")
    (tmp_path / "e").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path)
    assert find(tmp_path) == sorted(made)
    assert [open_source(path).format for path in made] == [
        "script-advanced", "bundle", "script-classic", "script-classic", "script-advanced",
    ]  # fmt: skip


def test_a_recording_opens_by_its_folder_and_by_each_of_its_files(tmp_path: Path) -> None:
    folder = advanced(tmp_path / "a")
    for path in (folder, *folder.iterdir()):
        assert open_source(path).channels[0].load().raw("o") == b"abcd"
    typescript = classic(tmp_path / "c")
    for path in (typescript, typescript.parent, typescript.parent / "typescript.timing"):
        recording = open_source(path).channels[0].load()
        assert (recording.raw("o"), recording.t_ns.tolist()) == (b"abcd", [500_000_000])
    where = bundle(tmp_path / "b")
    for path in (where, where / "0.shell", where / "0.shell/out", where / "session.json", where / "journal"):
        source = open_source(path)
        assert source.format == "bundle"
        assert source.channels[0].load().raw("o") == b"hi\r\n"


def test_nothing_several_and_unknown_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no such file"):
        open_source(tmp_path / "nowhere")
    with pytest.raises(FormatError, match="holds no recording"):
        open_source(tmp_path)
    (tmp_path / "x.bin").write_bytes(os.urandom(100))
    with pytest.raises(FormatError, match="not a recording of a known format"):
        open_source(tmp_path / "x.bin")
    advanced(tmp_path / "a")
    advanced(tmp_path / "b")
    with pytest.raises(FormatError, match="2 recordings below it") as caught:
        open_source(tmp_path)
    assert str(tmp_path / "a") in str(caught.value)


def test_pipes_and_links_are_no_recordings_and_do_not_hang(tmp_path: Path) -> None:
    folder = advanced(tmp_path / "a")
    os.mkfifo(tmp_path / "typescript")
    (tmp_path / "link.typescript").symlink_to(folder / "out")
    assert find(tmp_path) == [folder]
    with pytest.raises(FormatError):
        open_source(tmp_path / "typescript")
    (folder / "out").unlink()
    (folder / "out").symlink_to("/etc/hostname")
    recording = open_source(folder).channels[0].load()
    assert recording.blob("o") == b""
    assert [gap.kind for gap in recording.gaps] == ["missing"]
    assert "links are not followed" in recording.gaps[0].text


def test_a_channel_without_stream_is_listed_and_says_so(tmp_path: Path) -> None:
    writer = BundleWriter.create(tmp_path, {"person": "john", "target": {"name": "web01"}})
    writer.open_channel("sftp").close()
    writer.seal(None)
    source = open_source(writer.path)
    [channel] = source.channels
    assert (channel.name, channel.kind, channel.recorded, channel.interactive) == (
        "0.sftp",
        "sftp",
        False,
        False,
    )
    assert channel.events[-1]["event"] == "close"
    assert source.info.person == "john"
    with pytest.raises(NotFoundError, match="no recorded stream"):
        channel.load()
