"""Who can cause events causes a flood of them: each cause has its share, and the rest is counted."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
from pathlib import Path

import paramiko
import pytest
from sessionlens_recorder.counting import Counters
from sessionlens_recorder.losses import Losses
from sessionlens_recorder.net.floods import Floods
from sessionlens_recorder.session import wire
from sessionlens_recorder.sinks.feed import Feed
from sessionlens_recorder.sinks.spool import Spool

from .conftest import DEADLINE_S, BuildSite, Site, wait_for

pytestmark = pytest.mark.slow


def entry(name: str, **fields: object) -> logging.LogRecord:
    made = logging.LogRecord("x", logging.INFO, "", 0, name, None, None)
    made.told = (name, fields)
    return made


def told(floods: Floods, count: int, name: str, **fields: object) -> int:
    """How many of so many events are told."""
    entries = [entry(name, **fields) for _ in range(count)]
    assert all(floods.filter(one) for one in entries), "the counters see them all"
    return sum(not getattr(one, "flood", False) for one in entries)


def test_each_cause_has_its_share(caplog: pytest.LogCaptureFixture) -> None:
    now = [100.0]
    floods = Floods(Counters(), lambda: now[0])
    assert told(floods, 30, "login-failed", client="192.0.2.1", port=1) == 20
    assert told(floods, 30, "login-failed", client="192.0.2.1", port=2) == 0, "a new port is no new cause"
    assert told(floods, 30, "login-failed", client="192.0.2.2", port=1) == 20
    assert told(floods, 15, "login-failed", client="2001:db8::1") == 15
    assert told(floods, 15, "login-failed", client="2001:db8::2") == 5, "one network"
    assert told(floods, 30, "policy-refused", session="5d1c0f3a", what="x") == 20
    assert told(floods, 30, "live-refused", session="5d1c0f3a", by="eve") == 20
    assert told(floods, 30, "live-refused", session="ffffffff", by="eve") == 0
    assert told(floods, 300, "session-start", session="5d1c0f3a") == 300
    now[0] = 101.0
    assert told(floods, 1, "login-failed", client="192.0.2.1", port=1) == 1
    floods.tell()
    found = {tuple(one.told[1].items()) for one in caplog.records}  # type: ignore[attr-defined]
    assert (("what", "login-failed"), ("count", 60)) in found
    assert (("what", "policy-refused"), ("count", 10)) in found
    assert (("what", "live-refused"), ("count", 40)) in found
    caplog.clear()
    floods.tell()
    assert not caplog.records


def test_half_of_the_queue_is_not_for_what_anybody_can_cause(tmp_path: Path) -> None:
    spool, losses = Spool(tmp_path, 1 << 20, segment=1 << 14), Losses()
    feed = Feed(spool, "b", losses)
    feed.emit(entry("session-start", session="5d1c0f3a"))
    for number in range(6000):
        feed.emit(entry("policy-refused", session="ffffffff", what="x" * 200, reason=str(number)))
        spool._looked = 0.0  # as if a second had gone by
    size = sum(segment.size for segment in spool.segments())
    assert (1 << 19) <= size < (1 << 19) + (1 << 15)
    assert losses.take() > 0
    feed.emit(entry("session-end", session="5d1c0f3a"))
    assert losses.take() == 0
    assert '"session-start"' in spool.path(1).read_text()
    assert '"session-end"' in spool.path(spool.segments()[-1].number).read_text()


class Raw:
    """Bytes as paramiko sends messages."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def asbytes(self) -> bytes:
        return self._data


def client(site: Site) -> paramiko.Transport:
    """In, and deaf to refusals."""
    host, _, port = site.targets["web01"].rpartition(":")
    transport = paramiko.Transport((host, int(port)))
    transport.start_client(timeout=DEADLINE_S)
    transport.auth_publickey("john", paramiko.Ed25519Key.from_private_key_file(str(site.key)))
    refused = {paramiko.common.MSG_CHANNEL_OPEN_FAILURE: lambda *_: None}
    transport._channel_handler_table = {**transport._channel_handler_table, **refused}  # type: ignore[attr-defined]
    return transport


def counted(site: Site, name: str) -> int:
    """Of events-more, about this kind of event."""
    lines = [line for line in site.log().splitlines() if f"events-more what={name} " in line]
    return sum(int(line.rpartition("count=")[2]) for line in lines)


def test_a_user_who_asks_thousands_of_times_for_what_they_may_not(build_site: BuildSite) -> None:
    site = build_site(target='forward = ["192.0.2.4:5"]').start()
    number = lambda n: n.to_bytes(4, "big")  # noqa: E731
    opened = bytes((wire.CHANNEL_OPEN,)) + wire.string(b"direct-tcpip") + number(99) + number(1 << 20)
    opened += number(32768) + wire.string(b"h" * 8000) + number(1) + wire.string(b"o") + number(2)
    transport = client(site)
    transport.open_session()
    for _ in range(2000):
        transport._send_user_message(Raw(opened))  # type: ignore[attr-defined]
    wait_for(lambda: counted(site, "policy-refused") + site.log().count(" policy-refused ") == 2000)
    transport.close()
    site.sealed([])
    assert site.log().count(" policy-refused ") < 1000
    assert len(site.log()) < 1 << 20, "and each is cut"
    (folder,) = site.bundles()[0].glob("*.connection")
    lines = (folder / "events.jsonl").read_text().splitlines()
    assert sum(json.loads(line)["event"] == "refused" for line in lines) == 2000, "the recording has them all"


@pytest.mark.skipif(os.getuid() != 0, reason="becomes another user")
def test_a_unix_user_who_knocks_and_knocks(build_site: BuildSite, tmp_path: Path) -> None:
    folder = Path("/tmp") / f"sl-{os.getpid()}"
    folder.mkdir()
    folder.chmod(0o755)
    try:
        live = f'[live]\nsocket = "{folder}/live.sock"\nwatchers = ["nobody"]\n[recording]'
        site = build_site().replaced("[recording]", live).start()
        program = f"""
import os, socket
os.setgid(1); os.setuid(1)
for _ in range(2000):
    with socket.socket(socket.AF_UNIX) as knock:
        knock.connect({str(folder / "live.sock")!r})
        assert b"neither" in knock.recv(4096)
"""
        subprocess.run([sys.executable, "-c", program], check=True)
        wait_for(lambda: counted(site, "live-refused") + site.log().count(" live-refused ") == 2000)
        assert site.log().count(" live-refused ") < 1000
        assert site.ssh("echo ok").stdout == b"ok\n"
    finally:
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


def test_one_unix_user_does_not_take_all_answers(build_site: BuildSite) -> None:
    site = build_site().start()
    (path,) = site.folder.rglob("*.sock")
    knocks = []
    cwd = Path.cwd()  # a path of a socket is short
    os.chdir(path.parent)
    try:
        for _ in range(9):
            knocks.append(socket.socket(socket.AF_UNIX))
            knocks[-1].connect(path.name)
    finally:
        os.chdir(cwd)
    knocks[-1].settimeout(DEADLINE_S)
    assert b"is being answered 8 times already" in knocks[-1].recv(4096)
    for knock in knocks:
        knock.close()
