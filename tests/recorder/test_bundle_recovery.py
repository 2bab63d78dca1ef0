"""recover(): whenever a recorder dies, nothing that was acknowledged is missing, and the bundle holds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sessionlens_recorder.bundle import (
    BundleError,
    BundleWriter,
    ChannelWriter,
    check,
    journal,
    read_events,
    read_timing,
    recover,
)

CALLS = ("write", "open", "fsync", "mkdir", "ftruncate")


class Dies(BaseException):
    """The recorder is gone: no handler of the bundle room may catch this."""


@contextmanager
def dying(at: int, share: float) -> Iterator[list[int]]:
    """Let a process die at its n-th system call, that one done by a share; its descriptors are closed."""
    count, descriptors = [0], set[int]()
    real = {name: getattr(os, name) for name in CALLS} | {
        "fsync": lambda fd: None
    }  # a death, not a power cut

    def wrap(name: str) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            count[0] += 1
            if count[0] == at:
                if name == "write":
                    real["write"](args[0], bytes(args[1])[: int(len(args[1]) * share)])
                raise Dies
            result = real[name](*args, **more)
            if name == "open":
                descriptors.add(result)
            return result

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, wrap(name))
        with suppress(Dies):
            yield count
    for fd in descriptors:
        try:
            os.close(fd)
        except OSError:  # closed by its owner
            continue


def session(root: Path, done: list[tuple[str, bytes]]) -> None:
    """A small session; `done` gets what was acknowledged."""

    def say(channel: ChannelWriter, stream: str, data: bytes) -> None:
        getattr(channel, stream)(data)
        done.append((stream, data))

    writer = BundleWriter.create(root, {"person": "john", "target": {"name": "web01"}})
    channel = writer.open_channel("shell", pty={"term": "xterm", "columns": 80, "rows": 24})
    say(channel, "output", b"$ ")
    say(channel, "input", b"ls\r")
    writer.commit()
    say(channel, "output", b"Script done on\n")
    say(channel, "stderr", b"oops\r\n")
    channel.resize(100, 30)
    channel.close(3)
    writer.commit()
    writer.seal(lambda manifest: "signature\n", "seal", "logout")


def bundles(root: Path) -> list[Path]:
    return list(root.glob("*/*/*/*"))


def said(path: Path, name: str, letter: str) -> bytes:
    """The bytes that the timing accounts for."""
    file = path / "0.shell" / name
    if not file.exists():
        return b""
    timing = (
        read_timing((path / "0.shell/timing").read_bytes()) if (path / "0.shell/timing").exists() else None
    )
    raw = file.read_bytes()
    start = raw.find(b"\n") + 1
    return raw[start : start + (timing.accounted(letter) if timing else 0)]


def holds(path: Path, done: list[tuple[str, bytes]]) -> None:
    report = check(path)
    assert not report.problems, report
    assert report.signed
    outputs = b"".join(data for stream, data in done if stream != "input")
    assert said(path, "out", "O").startswith(outputs)
    assert said(path, "in", "I").startswith(b"".join(data for stream, data in done if stream == "input"))
    if ("stderr", b"oops\r\n") in done:
        events, malformed = read_events(path, "0.shell")
        assert not malformed
        [event] = [event for event in events if event["event"] == "stderr"]
        out = (path / "0.shell/out").read_bytes()
        assert out[event["offset"] : event["offset"] + event["length"]] == b"oops\r\n"


def test_death_at_every_system_call_half_done_or_not(tmp_path: Path) -> None:
    with dying(0, 0) as count:
        session(tmp_path / "whole", [])
    total = count[0]
    assert total > 50
    for at in range(1, total + 1):
        for share in (0.0, 0.5, 1.0):
            root = tmp_path / f"{at}-{share}"
            done: list[tuple[str, bytes]] = []
            with dying(at, share):
                session(root, done)
            for path in bundles(root):
                if not (path / "MANIFEST.sig").exists():
                    assert not check(path).damaged, (at, share)
                    recover(path, lambda manifest: "signature\n", "killed")
                holds(path, done)


def test_death_of_the_recovery_itself_at_every_system_call(tmp_path: Path) -> None:
    def dead(name: str) -> Path:
        root = tmp_path / name
        with dying(60, 0.5):
            session(root, [])
        [path] = bundles(root)
        with (path / "0.shell/out").open("ab") as out, (path / "journal").open("ab") as journal:
            out.write(b"surplus")
            journal.write(b"block 0.sh")
        return path

    with dying(0, 0) as count:
        recover(dead("whole"), lambda manifest: "signature\n", "killed")
    for at in range(1, count[0] + 1):
        path = dead(str(at))
        with dying(at, 0.5):
            recover(path, lambda manifest: "signature\n", "killed")
        if not (path / "MANIFEST.sig").exists():
            recover(path, lambda manifest: "signature\n", "killed twice")
        assert not check(path).problems, at
        assert (path / "torn/0.shell.out").read_bytes().endswith(b"surplus")
        assert b"block 0.sh" in [p.read_bytes() for p in (path / "torn").glob("journal*")]


WRITES_FOR_EVER = """
import sys, threading
from pathlib import Path
from sessionlens_recorder.bundle import BundleWriter
writer = BundleWriter.create(Path(sys.argv[1]), {"person": "john", "target": {"name": "web01"}})
channel = writer.open_channel("shell", pty={"term": "xterm", "columns": 80, "rows": 24})
def commits():
    while True:
        writer.commit()
threading.Thread(target=commits, daemon=True).start()
n = 0
while True:
    channel.output(b"line %09d\\n" % n)
    if n % 7 == 0:
        channel.stderr(b"errs %09d\\n" % n)
    n += 1
    sys.stdout.write(f"{n}\\n")
    sys.stdout.flush()
"""


@pytest.mark.parametrize("lines", [1, 50, 1500])
def test_a_process_that_is_really_killed_loses_nothing(tmp_path: Path, lines: int) -> None:
    command = [sys.executable, "-c", WRITES_FOR_EVER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        acknowledged = [int(child.stdout.readline()) for _ in range(lines)][-1]
        [path] = bundles(tmp_path)
        assert check(path).state == "live"
        with pytest.raises(BundleError, match="being recorded"):
            recover(path, None, "too early")
        child.send_signal(signal.SIGKILL)
        acknowledged = max([acknowledged, *(int(line) for line in child.stdout if line.endswith("\n"))])
    report = check(path)
    assert (report.state, report.damaged) == ("unsealed", False)
    recover(path, lambda manifest: "signature\n", "the process was killed")
    report = check(path)
    assert (report.state, report.reason, report.problems) == ("aborted", "the process was killed", ())
    out = said(path, "out", "O").splitlines()
    assert [line for line in out if line.startswith(b"line")][:acknowledged] == [
        b"line %09d" % n for n in range(acknowledged)
    ]
    kept = (path / "0.shell/out").stat().st_size
    events, malformed = read_events(path, "0.shell")
    assert not malformed
    assert all(event["offset"] + event["length"] <= kept for event in events)


def test_who_only_looks_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl", reason="flock is POSIX")
    with dying(60, 0):
        session(tmp_path, [])
    [path] = bundles(tmp_path)
    paused: list[float] = []
    with (path / "journal").open("rb") as reader:
        fcntl.flock(reader, fcntl.LOCK_SH)
        assert check(path).state == "unsealed", "who looks does not make it live"
        monkeypatch.setattr(journal, "READERS_S", 0.0)
        with pytest.raises(BundleError, match="keeps it locked"):
            recover(path, None, "too early")
        monkeypatch.setattr(journal, "READERS_S", 60.0)

        def pause(seconds: float) -> None:
            paused.append(seconds)
            if len(paused) == 3:
                fcntl.flock(reader, fcntl.LOCK_UN)

        monkeypatch.setattr(journal.time, "sleep", pause)
        recover(path, lambda manifest: "signature\n", "killed")
    assert len(paused) == 3
    assert not check(path).problems


def test_a_recorder_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal.time, "sleep", lambda seconds: pytest.fail("waited"))
    writer = BundleWriter.create(tmp_path, {"person": "john", "target": {"name": "web01"}})
    with pytest.raises(BundleError, match="being recorded"):
        recover(writer.path, None, "too early")
    assert check(writer.path).state == "live"
    writer.seal(None)


def test_what_nothing_accounts_for_is_set_aside(tmp_path: Path) -> None:
    with dying(60, 1.0):
        session(tmp_path, [])
    [path] = bundles(tmp_path)
    for name in ("out", "in", "timing", "events.jsonl"):
        with (path / "0.shell" / name).open("ab") as file:
            file.write(b"O 0.1 5" if name == "timing" else b"half")
    before = {p.name: p.read_bytes() for p in (path / "0.shell").iterdir()}
    recover(path, None, "killed")
    for name in ("out", "in", "timing", "events.jsonl"):
        torn = (path / "torn" / f"0.shell.{name}").read_bytes()
        assert (path / "0.shell" / name).read_bytes() + torn == before[name]
    assert not check(path).problems


def test_directories_that_a_crash_left_empty_are_removed(tmp_path: Path) -> None:
    with dying(60, 0):
        session(tmp_path, [])
    [path] = bundles(tmp_path)
    for name in ("1.exec", "torn", "evidence"):
        (path / name).mkdir()
    recover(path, lambda manifest: "signature\n", "killed")
    assert not (path / "1.exec").exists()
    assert not (path / "torn").exists()
    assert {(p.kind, p.file) for p in check(path).problems} == {("unlisted", "evidence")}


def test_a_sealed_bundle_is_never_written_again(tmp_path: Path) -> None:
    session(tmp_path, [])
    [path] = bundles(tmp_path)
    with pytest.raises(BundleError, match="sealed"):
        recover(path, None, "why")


def test_a_changed_journal_is_not_carried_on(tmp_path: Path) -> None:
    with dying(60, 0):
        session(tmp_path, [])
    [path] = bundles(tmp_path)
    raw = (path / "journal").read_bytes()
    (path / "journal").write_bytes(raw.replace(b"session.json 0", b"session.json 1"))
    before = {p: p.read_bytes() for p in path.rglob("*") if p.is_file()}
    with pytest.raises(BundleError, match="chain does not hold"):
        recover(path, None, "why")
    assert {p: p.read_bytes() for p in path.rglob("*") if p.is_file()} == before


def test_a_chained_block_that_was_changed_stays_visible_after_recovery(tmp_path: Path) -> None:
    with dying(60, 0):
        session(tmp_path, [])
    [path] = bundles(tmp_path)
    out = path / "0.shell/out"
    out.write_bytes(out.read_bytes().replace(b"Script started", b"script started", 1))
    recover(path, None, "why")
    assert {(p.kind, p.file) for p in check(path).problems} == {("tampered", "0.shell/out")}


def test_links_and_strangers_are_left_alone(tmp_path: Path) -> None:
    with dying(60, 0):
        session(tmp_path / "r", [])
    [path] = bundles(tmp_path / "r")
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (path / "0.shell/files.jsonl").symlink_to(victim)
    (path / "1.exec").symlink_to(tmp_path)
    (path / "stranger").write_bytes(b"x")
    recover(path, None, "killed")
    assert victim.read_bytes() == b"precious"
    assert {(p.kind, p.file) for p in check(path).problems} == {
        ("unsafe", "0.shell/files.jsonl"),
        ("unsafe", "1.exec"),
        ("unlisted", "stranger"),
    }
