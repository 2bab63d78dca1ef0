"""A bundle with several channels through the public face: one time axis, nothing forgotten or garbled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sessionlens_recorder.bundle import BundleWriter, clock

import sessionlens as sl


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    writer = BundleWriter.create(
        tmp_path,
        {
            "person": "john",
            "account": "deploy",
            "target": {"name": "web01", "address": "192.0.2.7", "port": 22},
        },
    )
    pty = {"term": "xterm", "columns": 80, "rows": 24}
    shell = writer.open_channel("shell", pty=pty, command=None, env=[])
    shell.output(b"deploy@web01:~$ ")
    for key in b"id":
        shell.input(bytes([key]))
        shell.output(bytes([key]))
    shell.input(b"\r")
    shell.output(b"\r\nuid=1000(deploy)\r\ndeploy@web01:~$ ")
    run = writer.open_channel("exec", pty=None, command=b"ls -1 /srv", env=[])
    run.output(b"one\ntwo\nthree\n")
    run.stderr(b"ls: cannot open directory\n")
    run.close(exit_code=2)
    copy = writer.open_channel("sftp", pty=None, command=None, env=[])
    copy.file(n=0, event="request", operation="open", path="/srv/plan.txt", flags=["read"])
    copy.file(n=1, event="request", operation="remove", path=b"/srv/caf\xe9")
    passed: dict[str, object] = {
        "direction": "to user",
        "offset": 0,
        "size": 6,
        "hashed": 6,
        "sha256": "ab" * 32,
    }
    copy.file(n=1, event="result", operation="remove", path=b"/srv/caf\xe9", began_ns=9, result="SSH_FX_OK")
    copy.file(
        n=0,
        event="result",
        operation="download",
        path="/srv/plan.txt",
        began_ns=7,
        result="SSH_FX_OK",
        **passed,
    )
    copy.file(n=2, event="request", operation="open", path="/srv/half", flags=["write"])
    copy.file(n=2, event="progress", operation="upload", path="/srv/half", direction="to target", size=100)
    copy.close()
    tunnel = writer.open_channel(
        "forward", pty=None, command=None, env=[], stream=False, address="192.0.2.9:22"
    )
    tunnel.event("refused", what="channel direct-tcpip 192.0.2.9:22", reason="not allowed")
    tunnel.event("bytes", user=10, target=20)
    tunnel.close()
    shell.close(exit_code=0)
    writer.seal(None)
    return writer.path


def test_all_channels_are_listed(bundle: Path) -> None:
    channels = sl.open(bundle).channels
    assert list(channels["kind"]) == ["shell", "exec", "sftp", "forward"]
    assert list(channels["interactive"]) == [True, False, False, False]
    assert channels["command"].iloc[1] == "ls -1 /srv"


def test_commands_of_all_channels_on_one_clock(bundle: Path) -> None:
    commands = sl.open(bundle).commands
    assert list(commands["command"]) == ["id", "ls -1 /srv"]
    assert list(commands["channel"]) == [0, 1]
    assert commands["start"].is_monotonic_increasing
    assert commands["exit_code"].iloc[1] == 2
    assert (commands["person"] == "john").all()


def test_output_without_a_terminal_reads_as_its_user_saw_it(bundle: Path) -> None:
    s = sl.open(bundle)
    assert {"one", "two", "three"} <= set(s.lines["text"])
    stderr = s.events[s.events["kind"] == "stderr"]
    assert list(stderr["text"]) == ["ls: cannot open directory\n"]


def test_what_passed_by_sftp_is_a_table(bundle: Path) -> None:
    transfers = sl.open(bundle).transfers
    assert list(transfers["operation"]) == ["download", "remove", "upload"]
    assert list(transfers["path"]) == ["/srv/plan.txt", "/srv/caf\\xe9", "/srv/half"]
    assert list(transfers["size"].fillna(-1)) == [6, -1, 100]
    down, *_ = transfers.itertuples()
    assert (down.direction, down.sha256, down.protocol, down.person) == (
        "download",
        "ab" * 32,
        "sftp",
        "john",
    )
    assert down.start < down.end
    assert transfers["result"].isna().tolist() == [False, False, True], "nobody said how that one ended"


def test_names_of_files_are_found(bundle: Path) -> None:
    found = sl.open(bundle).search("plan.txt")
    assert list(found["where"]) == ["file"]
    assert list(found["text"]) == ["download /srv/plan.txt"]
    assert "3 file operations" in repr(found)


def test_a_damaged_list_of_files_is_a_gap_and_the_rest_is_read(bundle: Path) -> None:
    file = bundle / "2.sftp" / "files.jsonl"
    lines = file.read_bytes().split(b"\n")
    hostile = b'{"t_ns": 5, "event": "result", "n": [], "operation": 7, "size": "x", "path": {"base64": "!"}}'
    file.write_bytes(b"\n".join([b"{half a li", hostile, *lines]))
    s = sl.open(bundle)
    assert len(s.transfers) == 4
    assert "broken" in set(s.gaps["kind"])


def test_a_tunnel_has_its_address_its_bytes_and_its_time(bundle: Path) -> None:
    channels = sl.open(bundle).channels
    tunnel = channels[channels["kind"] == "forward"].iloc[0]
    assert (tunnel["address"], tunnel["sent"], tunnel["received"]) == ("192.0.2.9:22", 10, 20)
    assert tunnel["duration"].total_seconds() >= 0


def test_what_is_not_kept_cannot_be_found_and_the_coverage_says_so(bundle: Path) -> None:
    found = sl.open(bundle).search("needle")
    assert len(found) == 0
    assert "channel 2 (sftp)" in repr(found)
    assert "channel 3 (forward)" in repr(found)


def test_one_channel_can_be_chosen(bundle: Path) -> None:
    s = sl.open(bundle, channel=1)
    assert s.info.kind == "exec"
    assert "three" in s.at(s.recording.duration_ns / 1e9).text
    with pytest.raises(sl.NotFoundError, match="channel 3"):
        sl.open(bundle, channel=3)


def test_verify_and_gaps(bundle: Path) -> None:
    s = sl.open(bundle)
    assert s.verify().status == "CANNOT TELL"
    assert list(s.gaps["kind"]) == ["unsigned"]
    out = bundle / "0.shell" / "out"
    data = bytearray(out.read_bytes())
    data[100] ^= 1
    out.write_bytes(bytes(data))
    s = sl.open(bundle)
    assert s.verify().status == "DAMAGED"
    assert "tampered" in set(s.gaps["kind"])
    assert "1 gap in 1 session" in repr(s.search("uid"))


def test_refusals_of_channels_without_a_stream_are_events(bundle: Path) -> None:
    events = sl.open(bundle).events
    (refused,) = events[events["kind"] == "refused"].itertuples()
    assert refused.channel == 3
    assert "192.0.2.9:22" in refused.text
    assert refused.t >= events["t"].min()


def test_what_only_calls_itself_sftp_is_text(tmp_path: Path) -> None:
    writer = BundleWriter.create(tmp_path, {"person": "john"})
    fake = writer.open_channel("sftp", pty=None, command=None, env=[])
    fake.event("not-understood", reason="user: a packet of 1768172130 bytes", user_bytes=0, target_bytes=0)
    fake.begin_stream()
    fake.input(b"id\n")
    fake.output(b"uid=0(root)\n")
    fake.close()
    writer.seal(lambda manifest: "signature\n")
    s = sl.open(writer.path)
    assert len(s.search("uid=0")) == 1
    assert s.coverage.complete


def test_nothing_is_written_into_a_recording(bundle: Path) -> None:
    s = sl.open(bundle)
    before = (bundle / "session.json").read_bytes()
    for path in (bundle / "session.json", bundle / "x.mp4", bundle / "0.shell" / "x.mp4"):
        with pytest.raises(sl.UsageError):
            s.render(path)
    assert (bundle / "session.json").read_bytes() == before
    assert not (bundle / "x.mp4").exists()


def test_a_channel_that_was_opened_late_has_its_own_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = BundleWriter.create(tmp_path, {"person": "john"})
    hour = 3_600_000_000_000
    pair = clock.now
    monkeypatch.setattr(clock, "now", lambda: replace(pair(), monotonic_ns=pair().monotonic_ns + hour))
    writer.open_channel("shell", pty={"term": "xterm", "columns": 80, "rows": 24}).output(b"$ ")
    writer.seal(None)
    session = sl.open(writer.path)
    assert session.info.opened_ns >= hour
    assert session.channels["duration"].iloc[0].total_seconds() < 60
