"""Writing a bundle: design section 4 on disk, whatever the user sends, and never a byte that is not there."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sessionlens_recorder.bundle import (
    BundleError,
    BundleWriteError,
    BundleWriter,
    ChannelWriter,
    as_bytes,
    check,
    read_channel,
    read_events,
    read_session,
    read_timing,
)

SESSION: dict[str, Any] = {"person": "john", "account": "deploy", "target": {"name": "web01"}}
PTY = {"term": "xterm-256color", "columns": 80, "rows": 24, "modes": {"ECHO": 1}}


def start(root: Path, **pty: Any) -> tuple[BundleWriter, ChannelWriter]:
    writer = BundleWriter.create(root / "recordings", SESSION)
    return writer, writer.open_channel("shell", pty=PTY | pty)


def test_the_directory_is_dated_named_and_private(tmp_path: Path) -> None:
    writer, _ = start(tmp_path)
    parts = writer.path.relative_to(tmp_path / "recordings").parts
    assert re.fullmatch(r"\d{4}/\d{2}/\d{2}", "/".join(parts[:3]))
    assert re.fullmatch(r"\d{8}T\d{6}Z-john-web01-[0-9a-f]{8}", parts[3])
    assert writer.name.endswith(writer.session_id)
    writer.seal(lambda manifest: "signature\n")
    for path in writer.path.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert all(stat.S_IMODE((writer.path / up).stat().st_mode) == 0o700 for up in (".", "..", "../.."))


def test_the_files_are_those_of_the_design(tmp_path: Path) -> None:
    writer, _ = start(tmp_path)
    writer.open_channel("sftp").close()
    writer.seal(lambda manifest: "signature\n")
    assert sorted(p.relative_to(writer.path).as_posix() for p in writer.path.rglob("*") if p.is_file()) == [
        "0.shell/channel.json", "0.shell/events.jsonl", "0.shell/in", "0.shell/out", "0.shell/timing",
        "1.sftp/channel.json", "1.sftp/events.jsonl", "MANIFEST", "MANIFEST.sig", "journal", "session.json",
    ]  # fmt: skip


def test_session_and_channel_say_what_they_were_told_and_when(tmp_path: Path) -> None:
    writer = BundleWriter.create(tmp_path, SESSION | {"format": "not mine", "session": "nor this"})
    channel = writer.open_channel(
        "exec", command=b"echo \xff", env=[[b"LANG", b"C"], [b"\xfe", b"x"]], reason="r"
    )
    session, meta = read_session(writer.path), read_channel(writer.path, channel.name)
    assert session["format"] == "sessionlens-bundle"
    assert session["version"] == 1
    assert session["session"] == writer.session_id
    assert session["account"] == "deploy"
    assert set(session["started"]) == {"utc", "monotonic_ns", "boot_id", "ntp"}
    assert as_bytes(meta["command"]) == b"echo \xff"
    assert [[as_bytes(part) for part in pair] for pair in meta["env"]] == [[b"LANG", b"C"], [b"\xfe", b"x"]]
    assert (meta["reason"], meta["input"], meta["stream"], meta["pty"]) == ("r", "plain", True, None)
    assert meta["opened"]["monotonic_ns"] >= session["started"]["monotonic_ns"]


def test_data_and_time_are_on_disk_before_the_call_returns(tmp_path: Path) -> None:
    writer, channel = start(tmp_path)
    channel.output(b"hello")
    assert (writer.path / "0.shell/out").read_bytes().endswith(b"]\nhello")
    assert re.search(rb"\nO \d+\.\d{6} 5\n\Z", (writer.path / "0.shell/timing").read_bytes())
    channel.input(b"x")
    assert re.search(rb"\nI \d+\.\d{6} 1\n\Z", (writer.path / "0.shell/timing").read_bytes())


def test_nothing_is_written_for_nothing(tmp_path: Path) -> None:
    writer, channel = start(tmp_path)
    channel.output(b"")
    channel.input(b"")
    channel.stderr(b"")
    timing = read_timing((writer.path / "0.shell/timing").read_bytes())
    assert len(timing) == 0
    assert read_events(writer.path, "0.shell") == ([], [])


def test_stderr_is_in_the_output_and_its_range_in_the_events(tmp_path: Path) -> None:
    writer, channel = start(tmp_path)
    channel.output(b"out")
    channel.stderr(b"error")
    [event], _ = read_events(writer.path, "0.shell")
    raw = (writer.path / "0.shell/out").read_bytes()
    assert event["event"] == "stderr"
    assert raw[event["offset"] : event["offset"] + event["length"]] == b"error"


def test_resizes_signals_and_the_end_are_recorded(tmp_path: Path) -> None:
    writer, channel = start(tmp_path)
    channel.resize(100, 30)
    channel.signal("INT")
    channel.event("env", name="LANG", accepted=False)
    channel.close(44)
    channel.close(45)
    timing = (writer.path / "0.shell/timing").read_bytes()
    assert re.search(rb"\nS \d+\.\d{6} SIGWINCH ROWS=30 COLS=100\n", timing)
    assert re.search(rb"\nH 0.000000 DURATION \d+\.\d{6}\nH 0.000000 EXIT_CODE 44\n\Z", timing)
    for name in ("in", "out"):
        raw = (writer.path / "0.shell" / name).read_bytes()
        stamp = rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00"
        assert re.match(
            rb"Script started on " + stamp + rb' \[TERM="xterm-256color" COLUMNS="80" LINES="24"\]\n', raw
        )
        assert re.search(rb"\nScript done on " + stamp + rb' \[COMMAND_EXIT_CODE="44"\]\n\Z', raw)
    events, _ = read_events(writer.path, "0.shell")
    assert [event["event"] for event in events] == ["signal", "env", "close"]
    assert (events[1]["name"], events[2]["exit_code"]) == ("LANG", 44)


def test_a_channel_without_stream_has_events_only(tmp_path: Path) -> None:
    writer = BundleWriter.create(tmp_path, SESSION)
    channel = writer.open_channel("forward", to="127.0.0.1:80")
    channel.resize(1, 2)
    channel.close()
    with pytest.raises(BundleError, match="closed"):
        channel.output(b"x")
    assert sorted(p.name for p in (writer.path / "0.forward").iterdir()) == ["channel.json", "events.jsonl"]
    with pytest.raises(BundleError, match="no stream"):
        writer.open_channel("x11").output(b"x")


HOSTILE = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b'x"\nO 0.000000 5\n', b"\r\nI 1.0 1", b"../../etc/passwd", b"\xff\xfe", b"a" * 100_000, b"\x1b]0;"]
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_nothing_that_a_user_names_injects_or_escapes(
    tmp_path: Path, person: bytes, target: bytes, term: bytes, command: bytes
) -> None:
    names = [value.decode("utf-8", "surrogateescape") for value in (person, target)]
    writer = BundleWriter.create(tmp_path / "r", {"person": names[0], "target": {"name": names[1]}})
    assert writer.path.resolve().is_relative_to((tmp_path / "r").resolve())
    assert re.fullmatch(r"[A-Za-z0-9._-]+", writer.name)
    assert len(writer.name) < 120
    channel = writer.open_channel("exec", pty={"term": term, "columns": 80, "rows": 24}, command=command)
    channel.output(b"12345")
    channel.close(0)
    writer.seal(None)
    timing = read_timing((writer.path / "0.exec/timing").read_bytes())
    assert (bytes(timing.kind), list(timing.size), timing.problems) == (b"O", [5], [])
    raw = (writer.path / "0.exec/out").read_bytes()
    assert raw[raw.index(b"\n") + 1 :].startswith(b"12345\nScript done on ")
    assert as_bytes(read_channel(writer.path, "0.exec")["command"]) == command
    assert not check(writer.path).problems


def test_a_kind_is_a_word(tmp_path: Path) -> None:
    writer = BundleWriter.create(tmp_path, SESSION)
    for kind in ("../x", "", "A", "shell\n", "a/b"):
        with pytest.raises(BundleError, match="kind"):
            writer.open_channel(kind)


def test_existing_files_are_never_written_over(tmp_path: Path) -> None:
    writer = BundleWriter.create(tmp_path, SESSION)
    (writer.path / "0.shell").mkdir()
    with pytest.raises(BundleWriteError, match="exists"):
        writer.open_channel("shell")


def test_the_manifest_is_sorted_and_lists_everything_else(tmp_path: Path) -> None:
    writer, _ = start(tmp_path)
    writer.seal(lambda manifest: "signature\n")
    names = [line.split("  ")[1] for line in (writer.path / "MANIFEST").read_text().splitlines()]
    on_disk = {p.relative_to(writer.path).as_posix() for p in writer.path.rglob("*") if p.is_file()}
    assert names == sorted(on_disk - {"MANIFEST", "MANIFEST.sig"})
    assert json.loads((writer.path / "session.json").read_text())["person"] == "john"
