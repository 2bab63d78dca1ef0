"""check(): every changed byte is found and named; a crash is never taken for tampering."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from sessionlens_recorder.bundle import (
    BundleReadError,
    BundleWriter,
    Report,
    check,
    open_regular,
    read_regular,
)


def write(root: Path, *, seal: bool = True) -> BundleWriter:
    writer = BundleWriter.create(root, {"person": "john", "target": {"name": "web01"}})
    channel = writer.open_channel("shell", pty={"term": "xterm", "columns": 80, "rows": 24})
    channel.output(b"first block\r\n")
    channel.input(b"ls\r")
    channel.stderr(b"oops\r\n")
    writer.commit()
    channel.output(b"second block\r\n")
    channel.close(0)
    if seal:
        writer.seal(lambda manifest: "signature\n")
    return writer


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    return write(tmp_path).path


def dead(root: Path) -> Path:
    """A copy of a live bundle: unlocked, so a recorder that died at this moment."""
    writer = write(root, seal=False)
    copy = root / "dead" / writer.name
    shutil.copytree(writer.path, copy)
    writer.seal(None)
    return copy


def kinds(report: Report) -> set[tuple[str, str]]:
    return {(problem.kind, problem.file) for problem in report.problems}


def test_what_was_sealed_holds(sealed: Path) -> None:
    report = check(sealed)
    assert (report.state, report.signed, report.problems, report.damaged) == ("sealed", True, (), False)
    assert report.ended_ns is not None
    assert report.files == 9


def test_every_single_changed_byte_is_found_and_its_block_is_named(sealed: Path) -> None:
    for file in sorted(p for p in sealed.rglob("*") if p.is_file() and p.name != "MANIFEST.sig"):
        raw = file.read_bytes()
        name = file.relative_to(sealed).as_posix()
        for at in range(0, len(raw), 5):
            file.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
            report = check(sealed)
            assert report.damaged, (name, at)
            if name not in ("MANIFEST", "journal"):
                [problem] = report.problems
                assert (problem.kind, problem.file) == ("tampered", name)
                assert problem.offset is not None
                assert problem.length is not None
                assert problem.offset <= at < problem.offset + problem.length
            elif name == "journal":
                assert any(problem.file == name for problem in report.problems), at
        file.write_bytes(raw)
    assert not check(sealed).problems


def test_the_second_block_is_told_from_the_first(sealed: Path) -> None:
    out = sealed / "0.shell/out"
    raw = out.read_bytes()
    out.write_bytes(raw.replace(b"second", b"Second"))
    [problem] = check(sealed).problems
    assert problem.offset == raw.index(b"second")
    assert problem.length == len(raw) - raw.index(b"second")


def test_cut_longer_missing_and_added_files(sealed: Path) -> None:
    out, raw = sealed / "0.shell/out", (sealed / "0.shell/out").read_bytes()
    out.write_bytes(raw[:-3])
    assert kinds(check(sealed)) == {("tampered", "0.shell/out")}
    out.write_bytes(raw + b"!")
    [problem] = check(sealed).problems
    assert (problem.kind, problem.offset, problem.length) == ("tampered", len(raw), 1)
    out.unlink()
    assert kinds(check(sealed)) == {("missing", "0.shell/out")}
    out.write_bytes(raw)
    (sealed / "notes.txt").write_bytes(b"x")
    assert kinds(check(sealed)) == {("unlisted", "notes.txt")}


def test_directories_that_nobody_lists_do_not_belong_to_it(sealed: Path) -> None:
    for name in ("1.exec", "torn", "evidence", "0.shell/more", "MANIFEST.sig.d"):
        (sealed / name).mkdir()
        assert kinds(check(sealed)) == {("unlisted", name)}
        (sealed / name).rmdir()
    (sealed / "a/b/c").mkdir(parents=True)
    assert kinds(check(sealed)) == {("unlisted", "a/b/c")}
    (sealed / "a/b/c").rmdir()
    (sealed / "a/file").write_bytes(b"x")
    assert kinds(check(sealed)) == {("unlisted", "a/b"), ("unlisted", "a/file")}


def test_a_directory_that_lost_its_files_is_said_once(sealed: Path) -> None:
    names = [f"0.shell/{path.name}" for path in (sealed / "0.shell").iterdir()]
    for name in names:
        (sealed / name).unlink()
    assert kinds(check(sealed)) == {("missing", name) for name in names}


def test_an_empty_directory_of_a_dead_recorder_is_torn(tmp_path: Path) -> None:
    path = dead(tmp_path)
    for name in ("1.exec", "torn"):
        (path / name).mkdir()
        assert ("torn", name) in kinds(check(path))
    assert not check(path).damaged
    (path / "evidence").mkdir()
    assert ("unlisted", "evidence") in kinds(check(path))


@pytest.mark.parametrize("name", ["journal", "MANIFEST"])
def test_without_journal_or_manifest_it_does_not_hold(sealed: Path, name: str) -> None:
    (sealed / name).unlink()
    assert ("missing", name) in kinds(check(sealed))


def test_a_manifest_that_is_empty_or_leaves_the_journal_out_does_not_hold(sealed: Path) -> None:
    manifest = sealed / "MANIFEST"
    lines = manifest.read_bytes().splitlines(keepends=True)
    for signature in (True, False):
        if not signature:
            (sealed / "MANIFEST.sig").unlink()
        manifest.write_bytes(b"")
        report = check(sealed)
        assert report.damaged
        assert kinds(report) == {("tampered", "MANIFEST")}
        assert report.problems[0].text == "MANIFEST is empty"
        manifest.write_bytes(b"".join(line for line in lines if not line.endswith(b"  journal\n")))
        assert kinds(check(sealed)) == {("tampered", "MANIFEST")}
    manifest.write_bytes(b"".join(lines))
    assert not check(sealed).problems


def test_a_journal_that_lost_its_end_or_got_more_does_not_hold(sealed: Path) -> None:
    journal = sealed / "journal"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]))
    assert check(sealed).damaged
    journal.write_bytes(b"".join([*lines, b"block x 0 1 00 00\n"]))
    assert check(sealed).damaged
    journal.write_bytes(b"".join([*lines[:3], *lines[4:]]))
    assert check(sealed).damaged


def test_a_changed_file_with_a_new_journal_is_betrayed_by_the_manifest(sealed: Path, tmp_path: Path) -> None:
    """Who can forge the chain cannot forge MANIFEST's signature, and MANIFEST has the journal's hash."""
    other = write(tmp_path / "other").path
    shutil.copy(other / "journal", sealed / "journal")
    shutil.copy(other / "0.shell/timing", sealed / "0.shell/timing")
    shutil.copy(other / "0.shell/channel.json", sealed / "0.shell/channel.json")
    assert check(sealed).damaged


def test_the_tail_of_a_dead_recorder_is_torn_and_not_tampered(tmp_path: Path) -> None:
    path = dead(tmp_path)
    report = check(path)
    assert (report.state, report.damaged, report.signed) == ("unsealed", False, False)
    assert {kind for kind, _ in kinds(report)} == {"torn"}
    torn = {problem.file: problem for problem in report.problems}
    raw = (path / "0.shell/out").read_bytes()
    assert torn["0.shell/out"].offset == raw.index(b"second")
    (path / "0.shell/out").write_bytes(raw.replace(b"first", b"First"))
    assert ("tampered", "0.shell/out") in kinds(check(path))


def test_a_half_written_journal_line_of_a_dead_recorder_is_torn(tmp_path: Path) -> None:
    path = dead(tmp_path)
    with (path / "journal").open("ab") as journal:
        journal.write(b"block 0.shell/out 108")
    report = check(path)
    assert ("torn", "journal") in kinds(report)
    assert not report.damaged


def test_a_live_bundle_is_live(tmp_path: Path) -> None:
    writer = write(tmp_path, seal=False)
    report = check(writer.path)
    assert (report.state, report.problems) == ("live", ())
    writer.seal(None)
    assert check(writer.path).state == "sealed"
    assert not check(writer.path).signed


def test_links_pipes_and_directories_are_not_followed(sealed: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes((sealed / "0.shell/out").read_bytes())
    for name, make in (
        ("0.shell/out", lambda path: path.symlink_to(secret)),
        ("0.shell/in", os.mkfifo),
        ("0.shell/timing", os.mkdir),
        ("session.json", lambda path: path.symlink_to("/dev/zero")),
        ("journal", os.mkfifo),
    ):
        path = sealed / name
        aside = path.with_suffix(".aside")
        path.rename(aside)
        make(path)
        report = check(sealed)
        assert report.damaged
        assert any(problem.file == name and problem.kind == "unsafe" for problem in report.problems), name
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        aside.rename(path)
    (sealed / "0.shell").rename(tmp_path / "moved")
    (sealed / "0.shell").symlink_to(tmp_path / "moved")
    assert check(sealed).damaged


def test_paths_that_leave_the_bundle_are_not_read(sealed: Path) -> None:
    (sealed / "MANIFEST").write_bytes(b"0" * 64 + b"  ../../../../etc/passwd\n")
    assert ("tampered", "MANIFEST") in kinds(check(sealed))
    with pytest.raises(BundleReadError, match="inside"):
        open_regular(sealed, "../x")
    with pytest.raises(BundleReadError, match="larger"):
        read_regular(sealed, "session.json", 10)


def test_random_files_never_make_check_fail(tmp_path: Path) -> None:
    path = tmp_path / "b"
    (path / "0.shell").mkdir(parents=True)
    for name in ("journal", "MANIFEST", "MANIFEST.sig", "session.json", "0.shell/out", "0.shell/timing"):
        (path / name).write_bytes(os.urandom(3000) + b"\nblock \xff 0 9999999999999999999 x\n")
    assert check(path).damaged
    assert check(tmp_path).state == "unsealed"


def test_a_bundle_that_was_packed_and_moved_still_holds(sealed: Path, tmp_path: Path) -> None:
    subprocess.run(["tar", "-C", sealed.parent, "-cf", tmp_path / "x.tar", sealed.name], check=True)
    (tmp_path / "elsewhere").mkdir()
    subprocess.run(["tar", "-C", tmp_path / "elsewhere", "-xf", tmp_path / "x.tar"], check=True)
    (tmp_path / "elsewhere" / sealed.name).rename(tmp_path / "renamed")
    assert not check(tmp_path / "renamed").problems
