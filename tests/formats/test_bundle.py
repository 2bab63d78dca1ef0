"""Bundles as recordings: everything that was said of a session, and the ways in which one is incomplete."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sessionlens_recorder.bundle import BundleWriter, ClockPair, clock, recover

from sessionlens.errors import FormatError
from sessionlens.evidence import verify
from sessionlens.formats import Source, open_source
from sessionlens.recording import Recording

SESSION: dict[str, Any] = {
    "person": "john",
    "authentication": {"method": "publickey", "key_fingerprint": "SHA256:abc", "certificate_id": None},
    "account": "deploy",
    "client": {"address": "192.0.2.7", "port": 51000, "version": "SSH-2.0-OpenSSH_9.2"},
    "target": {"name": "web01", "address": "198.51.100.1:22", "host_key_fingerprint": "SHA256:def"},
    "bastion": "bastion1",
    "recorder_version": "0.1.0",
    "actor": {"kind": "interactive", "why": "a pty was asked for"},
}


def record(root: Path) -> BundleWriter:
    writer = BundleWriter.create(root, SESSION)
    shell = writer.open_channel("shell", pty={"term": "xterm", "columns": 80, "rows": 24})
    shell.output(b"$ ")
    shell.input(b"ls\r")
    writer.commit()
    shell.stderr(b"oops")
    shell.resize(100, 30)
    shell.signal("INT")
    shell.output(b"\r\n$ ")
    shell.close(44)
    job = writer.open_channel("exec", command=b"tar c \xff")
    job.output(b"data")
    job.close(None, "TERM")
    writer.open_channel("forward", to="127.0.0.1:80").close()
    return writer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    writer = record(tmp_path)
    writer.seal(lambda manifest: "signature\n")
    return writer.path


def shell(path: Path) -> Recording:
    return open_source(path).channels[0].load()


def kinds(source: Source) -> list[tuple[str, str]]:
    return [(gap.kind, gap.file) for gap in source.gaps]


def test_info_merges_session_channel_and_end(path: Path) -> None:
    source = open_source(path)
    info = source.info
    assert source.gaps == []
    assert (source.session, source.name) == (path.name[-8:], path.name)
    assert (info.person, info.account, info.method, info.key_fingerprint) == (
        "john",
        "deploy",
        "publickey",
        "SHA256:abc",
    )
    assert (info.target, info.target_address, info.client) == ("web01", "198.51.100.1:22", "192.0.2.7:51000")
    assert (info.term, info.columns, info.rows, info.exit_code, info.command) == ("xterm", 80, 24, 44, None)
    assert (info.channel, info.channels, info.kind, info.actor) == (0, 3, "shell", "interactive")
    assert (info.recorder_version, info.input, info.source_format) == ("0.1.0", "plain", "bundle")
    assert info.started_ns == clock.parse_utc(
        json.loads((path / "session.json").read_text())["started"]["utc"]
    )


def test_all_channels_are_listed_with_what_they_were(path: Path) -> None:
    source = open_source(path)
    assert [(c.name, c.recorded, c.interactive) for c in source.channels] == [
        ("0.shell", True, True), ("1.exec", True, False), ("2.forward", False, False),
    ]  # fmt: skip
    job = source.channels[1].load().info
    assert (job.command, job.exit_code, job.exit_signal) == (r"tar c \xff", None, "TERM")
    assert source.channels[0].load() is source.channels[0].load()
    only = open_source(path / "1.exec")
    assert [c.name for c in only.channels] == ["1.exec"]
    assert only.info.command == r"tar c \xff"
    assert only.session == source.session


def test_events_are_in_order_with_file_offsets(path: Path) -> None:
    recording = shell(path)
    assert bytes(recording.stream) == b"oioersox"
    assert [recording.data(i) for i in range(8)] == [
        b"$ ",
        b"ls\r",
        b"oops",
        b"oops",
        b"",
        b"",
        b"\r\n$ ",
        b"",
    ]
    assert recording.notes == ["INT"]
    assert recording.offset[7] == 44
    raw = (path / "0.shell/out").read_bytes()
    first = int(recording.offset[0])
    assert raw[first:].startswith(b"$ oops")
    assert recording.raw("o") == b"$ oops\r\n$ "
    assert recording.gaps == []
    assert recording.has_input


def test_a_window_of_any_size_is_written_and_read_back(tmp_path: Path) -> None:
    writer = BundleWriter.create(tmp_path, SESSION)
    channel = writer.open_channel("shell", pty={"term": "xterm", "columns": 80, "rows": 24})
    channel.output(b"before")
    channel.resize(2**32 - 1, 2**32 - 1)
    channel.output(b"after")
    channel.close(0)
    writer.seal(lambda manifest: "signature\n")
    recording = shell(writer.path)
    assert recording.gaps == []
    at = bytes(recording.stream).index(b"r")
    assert (recording.offset[at], recording.size[at]) == (2**32 - 1, 2**32 - 1)
    assert recording.raw("o") == b"beforeafter"


def test_later_channels_count_from_the_start_of_the_session(path: Path) -> None:
    first, second = (channel.load() for channel in open_source(path).channels[:2])
    assert second.info.opened_ns > first.info.opened_ns > 0
    assert second.t_ns[0] > first.t_ns[0]
    assert first.info.started_ns == second.info.started_ns


def test_a_wrong_byte_is_a_gap_with_its_block(path: Path) -> None:
    out = path / "0.shell/out"
    raw = out.read_bytes()
    out.write_bytes(raw.replace(b"oops", b"OOPS"))
    source = open_source(path)
    [gap] = source.gaps
    assert (gap.kind, gap.file) == ("tampered", "0.shell/out")
    assert gap.offset is not None
    assert gap.length is not None
    assert gap.offset <= raw.index(b"oops") < gap.offset + gap.length
    assert source.channels[0].load().raw("o") == b"$ OOPS\r\n$ "


@pytest.mark.parametrize("name", ["session.json", "0.shell/channel.json", "0.shell/events.jsonl", "journal"])
@pytest.mark.parametrize("how", ["missing", "garbage", "directory"])
def test_without_a_document_it_still_opens_and_says_so(path: Path, name: str, how: str) -> None:
    file = path / name
    file.unlink()
    if how == "garbage":
        file.write_bytes(b'{"x": [1,')
    elif how == "directory":
        file.mkdir()
    source = open_source(path)
    recording = source.channels[0].load()
    assert recording.raw("o") == b"$ oops\r\n$ "
    assert source.session == path.name[-8:]
    said = [(gap.file, gap.text) for gap in (*source.gaps, *recording.gaps)]
    assert name in [file for file, _ in said]
    assert all(text for _, text in said)


@pytest.mark.parametrize("damage", ["missing", "garbage", "no command"])
def test_a_command_is_known_from_its_request_too(tmp_path: Path, damage: str) -> None:
    writer = BundleWriter.create(tmp_path, SESSION)
    job = writer.open_channel("exec", command=b"tar c /srv")
    job.event("exec", by="user", command=b"true")
    job.event("exec", by="user", command=b"tar c /srv")
    job.event("exec", by="target", command=b"forged")
    job.output(b"data")
    job.close(0)
    writer.seal(lambda manifest: "signature\n")
    document = writer.path / "0.exec/channel.json"
    meta = json.loads(document.read_text())
    document.unlink()
    if damage != "missing":
        document.write_text("{" if damage == "garbage" else json.dumps(meta | {"command": None}))
    source = open_source(writer.path)
    assert source.info.command == source.channels[0].load().info.command == "tar c /srv"
    assert "0.exec/channel.json" in [gap.file for gap in source.gaps]
    assert not any("command" in gap.text for gap in source.gaps)
    document.write_text(json.dumps(meta | {"command": "as recorded"}))
    assert open_source(writer.path).info.command == "as recorded"


def test_hostile_documents_do_no_harm(path: Path) -> None:
    session = json.loads((path / "session.json").read_text())
    for odd in ([], 3, None, {"base64": 3}, {"a": {}}, "x" * 100_000, -(2**70), 1e400):
        for key in ("person", "authentication", "client", "target", "started", "session", "actor", "account"):
            (path / "session.json").write_text(json.dumps(session | {key: odd}))
            open_source(path).channels[0].load()
    channel = json.loads((path / "0.shell/channel.json").read_text())
    for odd in ([], 3, None, {"base64": 3}, {"columns": "x", "utc": 1, "monotonic_ns": 2**80}, "x", 2**70):
        for key in ("pty", "opened", "input", "command", "env", "stream", "kind", "channel"):
            (path / "0.shell/channel.json").write_text(json.dumps(channel | {key: odd}))
            source = open_source(path)
            assert source.info.person == "john" or source.gaps
            if source.channels[0].recorded:
                source.channels[0].load()
    events = [
        {"t_ns": 1, "event": "stderr", "offset": -5, "length": 10**30},
        {"t_ns": 1, "event": "stderr", "offset": "x", "length": None},
        {"t_ns": 2**61, "event": "signal", "name": {"base64": "/w=="}},
        {"t_ns": -1, "event": "close", "exit_code": 2**90},
        {"t_ns": 1, "event": "close", "exit_code": 2**90, "signal": []},
    ]
    (path / "0.shell/events.jsonl").write_text("\n".join([*map(json.dumps, events), "[]", "{", "null"]))
    recording = shell(path)
    assert [gap.kind for gap in recording.gaps].count("broken") == 5
    assert recording.raw("o") == b"$ oops\r\n$ "


def test_another_version_is_refused_with_what_to_do(path: Path) -> None:
    session = json.loads((path / "session.json").read_text())
    (path / "session.json").write_text(json.dumps(session | {"version": 2}))
    with pytest.raises(FormatError, match=r"version 2.*newer"):
        open_source(path)


@pytest.mark.parametrize(("stored", "word"), [("sealed", "no key for it"), ("off", "not recorded")])
def test_input_that_is_not_plain_is_a_gap_and_not_read(path: Path, stored: str, word: str) -> None:
    channel = json.loads((path / "0.shell/channel.json").read_text())
    (path / "0.shell/channel.json").write_text(json.dumps(channel | {"input": stored}))
    recording = shell(path)
    assert not recording.has_input
    assert recording.raw("i") == b""
    [gap] = recording.gaps
    assert (gap.kind, gap.file) == (f"{stored} input", "0.shell/in")
    assert word in gap.text


def test_live_unsealed_and_aborted_are_told_apart(tmp_path: Path) -> None:
    writer = record(tmp_path)
    assert kinds(open_source(writer.path)) == [("live", "journal")]
    dead = tmp_path / "dead" / writer.name
    shutil.copytree(writer.path, dead)
    source = open_source(dead)
    assert kinds(source)[0] == ("unsealed", "journal")
    assert {kind for kind, _ in kinds(source)} == {"unsealed", "torn"}
    assert source.channels[0].load().raw("o") == b"$ oops\r\n$ "
    writer.seal(None, "abort", "disk full")
    [gap, unsigned] = open_source(writer.path).gaps
    assert (gap.kind, unsigned.kind) == ("aborted", "unsigned")
    assert "disk full" in gap.text


def test_a_seal_without_a_signature_is_a_gap(path: Path) -> None:
    assert kinds(open_source(path)) == []
    (path / "MANIFEST.sig").unlink()
    [gap] = open_source(path).gaps
    assert (gap.kind, gap.file, gap.offset) == ("unsigned", "MANIFEST.sig", None)
    assert "nobody signed this recording: who sealed it cannot be told" in gap.text


def test_what_a_recovery_set_aside_is_a_gap(tmp_path: Path) -> None:
    writer = record(tmp_path)
    dead = tmp_path / "dead" / writer.name
    shutil.copytree(writer.path, dead)
    writer.seal(None)
    with (dead / "0.shell/events.jsonl").open("ab") as events:
        events.write(b'{"t_ns": 1, "ev')
    recover(dead, lambda manifest: "signature\n", "the process was killed")
    source = open_source(dead)
    assert [(gap.kind, gap.file, gap.length) for gap in source.gaps] == [
        ("aborted", "journal", None), ("torn", "torn/0.shell.events.jsonl", 15),
    ]  # fmt: skip
    assert source.channels[0].load().gaps == []


def test_a_moved_wall_clock_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = BundleWriter.create(tmp_path, SESSION)
    channel = writer.open_channel("shell", pty={"term": "xterm", "columns": 80, "rows": 24})
    channel.output(b"before")
    writer.commit()
    now = clock.now
    hour = 3600 * 10**9

    def an_hour_back() -> ClockPair:
        pair = now()
        return ClockPair(pair.monotonic_ns, pair.utc_ns - hour, pair.boot_id, pair.ntp)

    monkeypatch.setattr(clock, "now", an_hour_back)
    channel.output(b"after")
    writer.commit()
    channel.close(0)
    writer.seal(None)
    recording = shell(writer.path)
    [gap] = recording.gaps
    assert (gap.kind, gap.file) == ("clock", "journal")
    assert gap.t_ns is not None
    assert 0 <= gap.t_ns <= recording.duration_ns
    assert "-01:00:00" in gap.text or "-00:59:59" in gap.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.integers(0, 2**32),
    st.sampled_from(["flip", "cut", "insert", "remove"]),
    st.binary(min_size=1, max_size=9),
)
def test_no_damage_makes_anything_fail_or_goes_unnoticed(path: Path, at: int, how: str, data: bytes) -> None:
    copy = shutil.copytree(path, path.parent / "copy" / path.name)
    files = sorted(p for p in copy.rglob("*") if p.is_file() and p.name != "MANIFEST.sig")
    file = files[at % len(files)]
    raw = file.read_bytes()
    place = at % len(raw)
    damaged = {
        "flip": raw[:place] + bytes([raw[place] ^ (data[0] or 1)]) + raw[place + 1 :],
        "cut": raw[:place],
        "insert": raw[:place] + data + raw[place:],
        "remove": None,
    }[how]
    file.unlink() if damaged is None else file.write_bytes(damaged)
    source = open_source(copy)
    assert source.gaps
    for channel in source.channels:
        if channel.recorded:
            recording = channel.load()
            if file.name not in ("out", "channel.json"):
                assert len(recording.raw("o")) == {"0.shell": 10, "1.exec": 4}[channel.name]
    assert verify(copy).exit_code == 1
    shutil.rmtree(copy)
