"""Writing a bundle with many at once and for long: memory, descriptors, idle commits."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sessionlens_recorder.bundle import (
    BundleWriter,
    ChannelWriter,
    check,
    read_events,
    read_timing,
)
from sessionlens_recorder.bundle.clock import ClockPair

from .test_bundle_writer import SESSION, start


def test_many_threads_and_commits_at_once(tmp_path: Path) -> None:
    writer, channel = start(tmp_path)
    done = threading.Event()

    def commits() -> None:
        while not done.is_set():
            writer.commit()

    def writes(letter: bytes) -> None:
        for _ in range(200):
            channel.output(letter * 10)
            channel.input(letter)
            channel.stderr(letter * 3)

    recorder = threading.Thread(target=commits)
    relays = [threading.Thread(target=writes, args=(letter,)) for letter in (b"a", b"b", b"c")]
    recorder.start()
    for relay in relays:
        relay.start()
    for relay in relays:
        relay.join()
    done.set()
    recorder.join()
    channel.close(0)
    writer.seal(None)
    timing = read_timing((writer.path / "0.shell/timing").read_bytes())
    assert (timing.accounted("O"), timing.accounted("I")) == (3 * 200 * 13, 600)
    assert len(read_events(writer.path, "0.shell")[0]) == 601
    assert not check(writer.path).problems


def test_memory_stays_bounded_without_commits(tmp_path: Path) -> None:
    writer, channel = start(tmp_path)
    for _ in range(20):
        channel.output(bytes(300_000))
    assert channel._unhashed < 2_000_000
    writer.seal(None)
    assert not check(writer.path).problems


def test_memory_stays_bounded_with_many_channels_whose_disk_takes_its_time(tmp_path: Path) -> None:
    """No commit comes. The bound is of all together, and the journal does not pay for it."""
    writer, first = start(tmp_path)
    channels = [first, *(writer.open_channel("exec", command=b"x") for _ in range(39))]
    writer.commit()
    lines, most = len((writer.path / "journal").read_text().splitlines()), 0
    for _ in range(8):
        for channel in channels:
            channel.output(bytes(65_536))
            most = max(most, sum(waiting(one) for one in channels))
    assert 1 << 20 < most < (4 << 20) + 70_000
    writer.commit()
    assert len((writer.path / "journal").read_text().splitlines()) == lines + 2 * len(channels) + 1
    for channel in channels:
        channel.close(0)
    writer.seal(None)
    assert writer._pending.size == 0
    assert not check(writer.path).problems


def waiting(channel: ChannelWriter) -> int:
    """Bytes that it has in memory."""
    return sum(len(chunk) for file in channel._files for chunk in file._pending)


def test_long_blocks_are_cut_before_the_commit(tmp_path: Path) -> None:
    """What was changed is found to within a few MiB."""
    writer, channel = start(tmp_path)
    for _ in range(60):
        channel.output(bytes(300_000))
    writer.commit()
    lines = [line.split(" ") for line in (writer.path / "journal").read_text().splitlines()]
    sizes = [int(words[3]) for words in lines if words[1] == "0.shell/out"]
    assert len(sizes) == 5
    assert max(sizes) < 5_000_000
    assert sum(sizes) == (writer.path / "0.shell/out").stat().st_size


def test_an_idle_commit_writes_only_when_the_clock_steps_or_a_minute_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, _ = start(tmp_path)
    writer.commit()
    journal = writer.path / "journal"
    before = journal.stat().st_size
    writer.commit()
    assert journal.stat().st_size == before
    from sessionlens_recorder.bundle import clock

    pair = clock.now()
    later = ClockPair(pair.monotonic_ns, pair.utc_ns + 3600 * 10**9, pair.boot_id, pair.ntp)
    monkeypatch.setattr(clock, "now", lambda: later)
    writer.commit()
    stepped = journal.stat().st_size
    assert stepped > before
    idle = ClockPair(later.monotonic_ns + 61 * 10**9, later.utc_ns + 61 * 10**9, pair.boot_id, pair.ntp)
    monkeypatch.setattr(clock, "now", lambda: idle)
    writer.commit()
    assert journal.stat().st_size > stepped


def descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def test_descriptors_of_closed_channels_are_given_back(tmp_path: Path) -> None:
    writer = BundleWriter.create(tmp_path, SESSION)
    writer.commit()
    before = descriptors()
    for number in range(20):
        channel = writer.open_channel("exec", command=b"true")
        channel.output(b"x")
        channel.close(number)
        writer.commit()
    assert descriptors() == before
    writer.seal(None)
    assert not check(writer.path).problems
