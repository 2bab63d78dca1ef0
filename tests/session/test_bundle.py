"""A bundle with several channels through the public face: one time axis, nothing forgotten or garbled."""

from __future__ import annotations

from pathlib import Path

import pytest
from sessionlens_recorder.bundle import BundleWriter

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
    copy = writer.open_channel("sftp", pty=None, command=None, env=[], stream=True)
    copy.input(b"\x00\x00\x00\x05\x01\x00\x00\x00\x03needle")
    copy.output(b"needle")
    copy.close()
    tunnel = writer.open_channel("forward", pty=None, command=None, env=[], stream=False)
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


def test_a_protocol_is_not_text_and_the_coverage_says_so(bundle: Path) -> None:
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
    fake = writer.open_channel("sftp", pty=None, command=None, env=[], stream=True)
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
