"""What strangers and users try (docs/abuse.md): each is refused, has a bound, and is logged."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import time
from pathlib import Path

import paramiko
import pytest
from paramiko import common
from sessionlens_recorder.bundle import check
from sessionlens_recorder.session.relay import MAX_CHANNELS

from .conftest import DEADLINE_S, BuildSite, Site, channel, is_sealed, stream, wait_for
from .messages import data, opening, request
from .speaker import Heard, client, log_in, send
from .test_faults import needs_proc, process_of, processes_of, sealed_as

pytestmark = pytest.mark.slow

FLOOD, MIB = 400 << 20, 1 << 20


def peak(pid: int) -> int:
    """The most memory that a process has had, in bytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) << 10


def raw(site: Site) -> socket.socket:
    host, _, port = site.server.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=DEADLINE_S)


def read_to_the_end(sock: socket.socket) -> bytes:
    got = b""
    with contextlib.suppress(ConnectionError):
        while part := sock.recv(65536):
            got += part
    return got


def ended(site: Site, why: str) -> None:
    wait_for(lambda: re.search(rf"connection-end .*{why}", site.log()), site.log())


@needs_proc
def test_four_hundred_megabytes_before_the_login(build_site: BuildSite) -> None:
    """Packets as large as they may be: each is looked at and forgotten."""
    site = build_site(server="login_grace = 600").start()
    with client(site) as transport:
        child = process_of(site)
        before, ignored = (
            peak(child),
            bytes([common.MSG_IGNORE]) + struct.pack(">I", 200_000) + bytes(200_000),
        )
        for _ in range(FLOOD // len(ignored)):
            send(transport, ignored)
        log_in(transport, site)
        grown = peak(child) - before
    assert grown < 24 * MIB, f"{grown / MIB:.0f} MiB for 400"


@needs_proc
def test_four_hundred_megabytes_without_a_key_exchange(build_site: BuildSite) -> None:
    site = build_site().start()
    with raw(site) as sock:
        assert sock.recv(100).startswith(b"SSH-2.0-")
        child = process_of(site)
        before, most = peak(child), 0
        sock.sendall(b"SSH-2.0-x\r\n")
        packet = struct.pack(">IB", 100_004, 4) + bytes([common.MSG_IGNORE]) + bytes(100_002)
        with contextlib.suppress(ConnectionError):
            for _ in range(FLOOD // len(packet)):
                sock.sendall(packet)
                with contextlib.suppress(OSError, AssertionError):
                    most = max(most, peak(child))
    assert most - before < 24 * MIB
    wait_for(lambda: "connection-end" in site.log())


def test_a_login_byte_by_byte(build_site: BuildSite) -> None:
    site = build_site(server="login_grace = 2").start()
    began = time.monotonic()
    with raw(site) as sock:
        sock.settimeout(0.2)  # the pace
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - began < 20:
                sock.send(b"S")
                with contextlib.suppress(TimeoutError):
                    if not sock.recv(1000):
                        break
    assert time.monotonic() - began < 15
    ended(site, "no login in time")


class Terrapin(paramiko.Transport):
    """Sends a packet that the key exchange does not need, as the man in the middle of CVE-2023-48795 does."""

    def _send_kex_init(self) -> None:
        super()._send_kex_init()  # type: ignore[misc]
        send(self, bytes([common.MSG_IGNORE]) + struct.pack(">I", 0))


def test_a_packet_smuggled_into_the_key_exchange(build_site: BuildSite) -> None:
    site = build_site().start()
    transport = Terrapin(raw(site))
    with pytest.raises((paramiko.SSHException, EOFError, OSError)):
        transport.start_client(timeout=DEADLINE_S)
    assert transport.agreed_on_strict_kex
    transport.close()
    ended(site, "strict-kex mode")


NAMES = [
    "../../../../tmp/x", "john%../../x", "john\n2026-11-22T00:00:00.000Z info session-start person=root",
    "\x1b]0;owned\x07\x1b[2J", "\u202enhoj", "john\0root", "-oProxyCommand=x", "x" * 200_000,
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_user_names_that_mean_something_elsewhere(build_site: BuildSite, name: str) -> None:
    site = build_site().start()
    before = sorted(path for path in site.folder.rglob("*") if path.name != "log")
    with client(site) as transport:
        key = paramiko.Ed25519Key.from_private_key_file(str(site.key))
        with pytest.raises(paramiko.SSHException):
            transport.auth_publickey(name, key)
    log = wait_for(lambda: re.search("login-(failed|refused)", text := site.log()) and text)
    for line in log.splitlines():
        assert line.isprintable(), line[:200]
        assert len(line) < 10_000
        assert re.match(r"\d{4}-\d\d-\d\dT\S+Z (info|warning|error) ", line)
    assert "session-start" not in re.sub(r'"(?:[^"\\]|\\.)*"', "", log), "no line of its own"
    assert sorted(path for path in site.folder.rglob("*") if path.name != "log") == before


@needs_proc
def test_ten_thousand_channels(build_site: BuildSite) -> None:
    site = build_site().start()
    with client(site) as transport:
        heard = Heard(transport)
        log_in(transport, site)
        child = process_of(site)
        before, descriptors = peak(child), Path(f"/proc/{child}/fd")
        most = 0
        for number in range(10_000):
            send(transport, opening("session", number))
            if number % 500 == 0:
                most = max(most, len(list(descriptors.iterdir())))
        answers = wait_for(lambda: len(heard) >= 10_000 and [p[0] for p in heard], seconds=60)
        assert answers.count(91) <= MAX_CHANNELS
        assert peak(child) - before < 64 * MIB
        assert most < 1500
    (bundle,) = site.bundles()
    wait_for(lambda: is_sealed(bundle), seconds=60)
    sealed_as(bundle, "sealed")
    assert not check(bundle).damaged
    assert "channels open already" in site.log() or answers.count(92) > 9000


def test_more_data_than_the_window_allows(build_site: BuildSite) -> None:
    """Nobody may send what was not asked for: the session ends before it is forwarded."""
    site = build_site().start()
    with client(site) as transport:
        heard = Heard(transport)
        log_in(transport, site)
        send(transport, opening("session", 3))
        confirmed = wait_for(lambda: next((p for p in heard if p[0] == 91), None))
        number, window = struct.unpack(">2I", confirmed[5:13])
        send(transport, request(number, "exec", struct.pack(">I", 8) + b"sleep 60"))
        wait_for(lambda: [p for p in heard if p[0] == 99])
        with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
            for _ in range(window // 30_000 + 200):
                send(transport, data(number, bytes(30_000)))
        wait_for(lambda: not transport.is_active(), "the bastion hangs up")
    (bundle,) = site.bundles()
    sealed_as(bundle, "aborted")
    report = check(bundle)
    assert not report.damaged
    assert "sent more data than it was allowed to" in (report.reason or "")
    allowed = window + sum(struct.unpack(">I", p[5:9])[0] for p in heard if p[0] == 93)
    assert len(stream(channel(bundle, "0.exec"), "in")) <= allowed


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-1.5-1.2.27\r\n",
        b"GET / HTTP/1.1\r\nHost: bastion\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        b"SSH-2.0-x\r\n" + b"\xff" * 4096,
        b"SSH-2.0-x\r\n" + struct.pack(">IB", 0, 0) + bytes(64),
    ],
    ids=["ssh-1", "http", "tls", "length-of-4-gigabytes", "length-of-nothing"],
)
def test_clients_of_other_protocols(build_site: BuildSite, said: bytes) -> None:
    site = build_site().start()
    with raw(site) as sock:
        sock.sendall(said)
        got = read_to_the_end(sock)
    assert got.startswith(b"SSH-2.0-")
    ended(site, "reason=")
    assert site.ssh("true").returncode == 0


def test_banner_lines_without_end(build_site: BuildSite) -> None:
    site = build_site().start()
    sent = 0
    with raw(site) as sock, contextlib.suppress(ConnectionError):
        while sent < 64 * MIB:
            sock.sendall(b"welcome\r\n" * 1000)
            sent += 9000
    assert sent < 16 * MIB, "it hangs up, and does not listen for ever"
    ended(site, "reason=")


@needs_proc
def test_a_fork_for_nobody(build_site: BuildSite) -> None:
    """Connections that are closed at once leave no process behind."""
    site = build_site().start()
    for _ in range(60):
        raw(site).close()
    wait_for(lambda: not processes_of(site), "all processes are gone")
    assert site.process is not None
    assert len(list(Path(f"/proc/{site.process.pid}/fd").iterdir())) < 30
    assert site.ssh("true").returncode == 0
