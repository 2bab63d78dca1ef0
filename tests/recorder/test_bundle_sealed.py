"""Sealed input on disk: nothing of it is readable, its size tells little, and no crash loses a record."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sessionlens_recorder.bundle import (
    BundleReadError,
    BundleWriter,
    ChannelWriter,
    check,
    read_timing,
    recover,
    sealed,
)
from sessionlens_recorder.sealing import ChannelSealer, new_identity, sealing

from .test_bundle_recovery import bundles, dying

SESSION: dict[str, Any] = {"person": "john", "target": {"name": "web01"}}
PTY = {"term": "xterm", "columns": 80, "rows": 24}
_, PUBLIC = new_identity()


class Open:
    """A Sealer that does not hide anything, so that the order and size of records can be read."""

    facts: dict[str, Any] = {"recipients": [], "key": ""}  # noqa: RUF012

    def __init__(self, context: bytes) -> None:
        self.context = context

    def seal(self, number: int, plain: bytes) -> bytes:
        return plain + b"%016d" % number


def written(root: Path, make: Any = Open) -> tuple[BundleWriter, ChannelWriter]:
    writer = BundleWriter.create(root, SESSION, make)
    return writer, writer.open_channel("shell", pty=PTY)


def records(path: Path) -> list[sealed.Record]:
    """What Open wrote; record numbers have to follow each other."""
    raw = (path / "0.shell/in").read_bytes()
    first = sealed.context(path.name, "0.shell") + b"\n"
    assert raw.startswith(first)
    found = list(sealed.frames(raw, len(first)))
    assert [int(body[-16:]) for _, body in found] == list(range(len(found)))
    return [sealed.unpack(body[:-16]) for _, body in found]


def test_records_have_time_place_and_data_and_timing_has_none_of_it(tmp_path: Path) -> None:
    writer, channel = written(tmp_path)
    channel.output(b"$ ")
    channel.input(b"ls\r")
    channel.output(b"ls\r\n")
    channel.input(b"x" * 70_000)
    channel.close(0)
    writer.seal(None)
    start = (writer.path / "0.shell/out").read_bytes().index(b"\n") + 1
    told = records(writer.path)
    assert [(r.kind, r.out - start, len(r.data)) for r in told] == [
        (b"I", 2, 3), (b"I", 6, 65_536), (b"I", 6, 4_464),
        (b"P", told[-1].out - start, 0), (b"E", told[-1].out - start, 0),
    ]  # fmt: skip
    assert [r.t_ns for r in told] == sorted(r.t_ns for r in told)
    timing = read_timing((writer.path / "0.shell/timing").read_bytes())
    assert bytes(timing.kind) == b"OO"
    assert "INPUT_LOG" not in timing.headers
    assert not check(writer.path).problems


def test_neither_the_input_nor_a_hash_of_it_is_anywhere(tmp_path: Path) -> None:
    secret = b"correct horse battery staple"
    writer, channel = written(tmp_path, sealing([PUBLIC]))
    for piece in (secret, b"\r"):
        channel.input(piece)
    channel.input(secret)
    writer.commit()
    channel.close(0)
    writer.seal(None)
    hashes = [f(piece).hexdigest().encode() for f in (hashlib.sha256, hashlib.sha1, hashlib.md5)
              for piece in (secret, secret + b"\r", secret + b"\r" + secret)]  # fmt: skip
    for file in (file for file in writer.path.rglob("*") if file.is_file()):
        raw = file.read_bytes()
        assert not [found for found in (secret, b"horse", *hashes) if found in raw], file
    meta = json.loads((writer.path / "0.shell/channel.json").read_text())
    assert meta["input"] == "sealed"
    assert meta["sealed"]["recipients"] == [PUBLIC]


@settings(max_examples=25)
@given(st.lists(st.binary(min_size=1, max_size=87), min_size=1, max_size=8))
def test_what_is_typed_between_two_commits_has_one_size(
    tmp_path_factory: pytest.TempPathFactory, keys: list[bytes]
) -> None:
    writer, channel = written(tmp_path_factory.mktemp("r"))
    first = (writer.path / "0.shell/in").stat().st_size
    for key in keys:
        channel.input(key)
    writer.commit()
    writer.commit()
    assert (writer.path / "0.shell/in").stat().st_size == first + 1024
    channel.close()
    writer.seal(None)
    assert (writer.path / "0.shell/in").stat().st_size == first + 2048
    assert b"".join(r.data for r in records(writer.path)) == b"".join(keys)


def frames(path: Path) -> list[int]:
    """The size of each record, as anybody can read it."""
    raw = (path / "0.shell/in").read_bytes()
    return [4 + len(body) for _, body in sealed.frames(raw, raw.index(b"\n") + 1)]


def blocks(path: Path) -> list[str]:
    """What the journal says of the file: `block in <offset> <length>`, without hashes."""
    lines = (line.split(" ") for line in (path / "journal").read_text().splitlines())
    return [" ".join(words[:4]) for words in lines if words[0] == "block" and words[1] == "0.shell/in"]


@pytest.mark.parametrize("word", [b"ab", b"abc", b"abcde"])
@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "one by one"])
def test_no_frame_tells_what_was_typed_from_what_fills_up(tmp_path: Path, word: bytes, at_once: bool) -> None:
    writer, channel = written(tmp_path, sealing([PUBLIC]))
    for key in [word] if at_once else [b"%c" % letter for letter in word]:
        channel.input(key)
    writer.commit()
    assert frames(writer.path) == [128] * 8
    channel.close(0)
    writer.seal(None)
    assert frames(writer.path) == [128] * 16
    assert len(blocks(writer.path)) == 2
    assert not check(writer.path).problems


def test_no_block_ends_where_the_keys_do_while_much_is_shown(tmp_path: Path) -> None:
    """What is hashed before the commit may end a block too."""
    writer, channel = written(tmp_path, sealing([PUBLIC]))
    first = (writer.path / "0.shell/in").stat().st_size
    writer.commit()
    for letter in b"abc":
        channel.input(b"%c" % letter)
        writer.digest()
    writer.commit()
    assert frames(writer.path) == [128] * 24
    assert blocks(writer.path) == [f"block 0.shell/in 0 {first}", f"block 0.shell/in {first} {3 * 1024}"]


def test_input_that_is_off_leaves_no_trace(tmp_path: Path) -> None:
    writer = BundleWriter.create(tmp_path, SESSION, "off")
    channel = writer.open_channel("shell", pty=PTY)
    channel.output(b"Password: ")
    channel.input(b"secret")
    channel.close(0)
    writer.seal(None)
    assert not (writer.path / "0.shell/in").exists()
    assert b"\nI " not in (writer.path / "0.shell/timing").read_bytes()
    assert json.loads((writer.path / "0.shell/channel.json").read_text())["input"] == "off"
    assert not check(writer.path).problems


def session(root: Path, done: list[bytes]) -> None:
    """A small session; `done` gets the input that was acknowledged."""
    writer, channel = written(root)
    channel.output(b"$ ")
    for key in (b"l", b"s", b"\r"):
        channel.input(key)
        done.append(key)
    writer.commit()
    channel.input(b"exit\r")
    done.append(b"exit\r")
    channel.close(3)
    writer.seal(lambda manifest: "signature\n", "seal", "logout")


def test_death_at_every_system_call_half_done_or_not(tmp_path: Path) -> None:
    with dying(0, 0) as count:
        session(tmp_path / "whole", [])
    for at in range(1, count[0] + 1):
        for share in (0.0, 0.5, 1.0):
            root = tmp_path / f"{at}-{share}"
            done: list[bytes] = []
            with dying(at, share):
                session(root, done)
            for path in bundles(root):
                if not (path / "MANIFEST.sig").exists():
                    assert not check(path).damaged, (at, share)
                    recover(path, lambda manifest: "signature\n", "killed")
                assert not check(path).problems, (at, share)
                kept = b"".join(r.data for r in records(path)) if done else b""
                assert kept.startswith(b"".join(done)), (at, share)


def test_half_a_record_is_set_aside_and_whole_ones_stay(tmp_path: Path) -> None:
    writer, channel = written(tmp_path, sealing([PUBLIC]))
    channel.input(b"ls\r")
    writer.commit()
    channel.input(b"pwd\r")
    writer.release()
    file = writer.path / "0.shell/in"
    whole = file.read_bytes()
    with file.open("ab") as more:
        more.write((124).to_bytes(4, "big") + b"half")
    recover(writer.path, None, "killed")
    assert file.read_bytes() == whole
    assert (writer.path / "torn/0.shell.in").read_bytes() == b"\0\0\0\x7chalf"
    assert not check(writer.path).problems


TYPES_FOR_EVER = """
import sys, threading
from pathlib import Path
from sessionlens_recorder.bundle import BundleWriter
from sessionlens_recorder.sealing import sealing
facts = {"person": "john", "target": {"name": "web01"}}
writer = BundleWriter.create(Path(sys.argv[1]), facts, sealing([sys.argv[2]]))
channel = writer.open_channel("shell", pty={"term": "xterm", "columns": 80, "rows": 24})
def commits():
    while True:
        writer.commit()
threading.Thread(target=commits, daemon=True).start()
n = 0
while True:
    channel.input(b"line %09d\\n" % n)
    n += 1
    sys.stdout.write(f"{n}\\n")
    sys.stdout.flush()
"""


def test_a_process_that_is_really_killed_loses_nothing(tmp_path: Path) -> None:
    import sessionlens

    private, public = new_identity()
    (tmp_path / "input.key").write_text(private)
    command = [sys.executable, "-c", TYPES_FOR_EVER, str(tmp_path / "r"), public]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        acknowledged = [int(child.stdout.readline()) for _ in range(300)][-1]
        child.send_signal(signal.SIGKILL)
        acknowledged = max([acknowledged, *(int(line) for line in child.stdout if line.endswith("\n"))])
    [path] = bundles(tmp_path / "r")
    assert not check(path).damaged
    recover(path, lambda manifest: "signature\n", "the process was killed")
    assert not check(path).problems
    typed = sessionlens.open(path, identity=tmp_path / "input.key").recording.raw("i").splitlines()
    assert typed[:acknowledged] == [b"line %09d" % n for n in range(acknowledged)]


def test_a_channel_that_failed_writes_no_more_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, channel = written(tmp_path)
    channel.input(b"one")
    real = os.write

    def full(fd: int, data: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        channel.input(b"two")
    monkeypatch.setattr(os, "write", real)
    with pytest.raises(OSError, match="not recorded any more"):
        channel.input(b"three")
    writer.commit()
    assert [r.data for r in records(writer.path)] == [b"one"]


@given(st.binary(max_size=400), st.integers(0, 400))
def test_whatever_is_read_as_records_ends(raw: bytes, start: int) -> None:
    for offset, body in sealed.frames(raw, start):
        assert raw[offset + 4 : offset + 4 + len(body)] == body
        with pytest.raises(ValueError, match="record"):
            sealed.unpack(body[:5])


def test_a_sealer_is_asked_for_each_number_once() -> None:
    asked: list[int] = []

    class Counts(ChannelSealer):
        def seal(self, number: int, plain: bytes) -> bytes:
            asked.append(number)
            return super().seal(number, plain)

    writing = sealed.SealedInput(Counts([PUBLIC], b"context"))
    sizes = [len(writing.input(1, 2, b"x" * 100_000)), len(writing.padding(1, 2)), len(writing.end(1, 2))]
    assert writing.padding(1, 2) == b""
    assert asked == list(range(2 + (sizes[1] + sizes[2]) // 128))
    assert sum(sizes) % 1024 == 0
    assert sizes[2] == 1024


def test_a_bundle_without_it_has_no_whole_records(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"Script started on x\nls\r")
    with (tmp_path / "in").open("rb") as file:
        assert sealed.whole(file, 23) is None
    assert issubclass(BundleReadError, ValueError)
