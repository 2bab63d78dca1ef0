"""The PROXY protocol: headers as haproxy writes them, garbage, and who may send them to a real bastion."""

from __future__ import annotations

import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sessionlens_recorder.net.proxied import (
    V1_MOST,
    V2,
    BadHeader,
    Header,
    is_trusted,
    parse_header,
    read_networks,
)

from .conftest import DEADLINE_S, BuildSite, Site, facts, wait_for
from .test_faults import needs_proc, processes_of

pytestmark = pytest.mark.slow


def v2(body: bytes, command: int = 0x21, family: int = 0x11) -> bytes:
    return V2 + struct.pack("!BBH", command, family, len(body)) + body


FOUR = socket.inet_aton("203.0.113.7") + socket.inet_aton("192.0.2.1") + struct.pack("!HH", 40000, 22)
SIX = socket.inet_pton(socket.AF_INET6, "2001:db8::7") + bytes(16) + struct.pack("!HH", 40000, 22)
LINE = b"PROXY TCP4 203.0.113.7 192.0.2.1 40000 22\r\n"


@pytest.mark.parametrize(
    ("data", "client"),
    [
        (LINE, ("203.0.113.7", 40000)),
        (b"PROXY TCP6 2001:db8::7 ::1 40000 22\r\n", ("2001:db8::7", 40000)),
        (b"PROXY UNKNOWN\r\n", None),
        (b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", None),
        (v2(FOUR), ("203.0.113.7", 40000)),
        (v2(SIX, family=0x21), ("2001:db8::7", 40000)),
        (v2(FOUR + b"\x03\x00\x04abcd"), ("203.0.113.7", 40000)),
        (v2(b"", command=0x20, family=0), None),
        (v2(FOUR, command=0x20), None),
        (v2(b"", family=0), None),
    ],
)
def test_headers(data: bytes, client: tuple[str, int] | None) -> None:
    """However it comes in pieces, and whatever comes behind it."""
    for cut in range(1, len(data)):
        assert parse_header(data[:cut]) is None
    assert parse_header(data + b"SSH-2.0-x\r\n") == Header(client, len(data))


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"PROXYTCP4 ",
        b"PROXY TCP4 203.0.113.7 192.0.2.1 40000\r\n",
        b"PROXY TCP4 2001:db8::7 ::1 40000 22\r\n",
        b"PROXY TCP6 203.0.113.7 192.0.2.1 40000 22\r\n",
        b"PROXY TCP4 203.0.113.7 192.0.2.1 65536 22\r\n",
        b"PROXY TCP4 203.0.113.7 192.0.2.1 -1 22\r\n",
        b"PROXY TCP6 fe80::1%\x1b[2J ::1 40000 22\r\n",
        b"PROXY TCP4 203.0.113.300 192.0.2.1 40000 22\r\n",
        b"PROXY TCP4 \xff 192.0.2.1 40000 22\r\n",
        b"PROXY \r\n",
        b"PROXY " + b"x" * V1_MOST,
        V2[:-1] + b"x",
        v2(FOUR, command=0x11),
        v2(FOUR, command=0x22),
        v2(FOUR, family=0x12),
        v2(FOUR, family=0x31),
        v2(FOUR[:-1]),
        v2(bytes(5000)),
    ],
)
def test_what_is_no_header(data: bytes) -> None:
    with pytest.raises(BadHeader):
        parse_header(data)


@given(st.sampled_from([b"", b"PROXY ", b"PROXY TCP4 ", V2, V2 + b"\x21\x11"]), st.binary(max_size=200))
def test_random_bytes_raise_nothing_else(start: bytes, data: bytes) -> None:
    try:
        header = parse_header(start + data)
    except BadHeader:
        return
    assert header is None or 0 < header.length <= len(start + data)


def test_who_is_trusted() -> None:
    networks = read_networks(["192.0.2.10", "2001:db8::/64"])
    assert is_trusted(networks, "192.0.2.10")
    assert is_trusted(networks, "::ffff:192.0.2.10")
    assert is_trusted(networks, "2001:db8::1")
    assert not is_trusted(networks, "192.0.2.11")
    assert not is_trusted(networks, "2001:db8:0:1::1")
    assert not is_trusted((), "192.0.2.10")


RELAY = """
import os, socket, sys, threading
header, host, port = bytes.fromhex(sys.argv[1]), sys.argv[2], int(sys.argv[3])
sock = socket.create_connection((host, port))
def out():
    while data := sock.recv(65536):
        os.write(1, data)
threading.Thread(target=out).start()
pieces = [header[:7], header[7:]]
for piece in pieces:
    sock.sendall(piece)
while data := os.read(0, 65536):
    sock.sendall(data)
sock.shutdown(socket.SHUT_WR)
"""


def through(site: Site, tmp_path: Path, header: bytes) -> str:
    """The option by which ssh goes through a balancer that says this first."""
    script = tmp_path / "relay.py"
    script.write_text(RELAY)
    host, _, port = site.targets["web01"].rpartition(":")
    return f"-oProxyCommand={sys.executable} {script} {header.hex()} {host} {port}"


@pytest.fixture
def balanced(build_site: BuildSite) -> Site:
    return build_site(server='proxy_from = ["127.0.0.1"]\nlogin_grace = 30').start()


@pytest.mark.parametrize("header", [LINE, v2(FOUR)], ids=["v1", "v2"])
def test_the_client_is_who_the_header_says(balanced: Site, tmp_path: Path, header: bytes) -> None:
    done, bundle = balanced.record(through(balanced, tmp_path, header), "--", "echo in")
    assert done.stdout == b"in\n", done.stderr
    client = facts(bundle)["client"]
    assert (client["address"], client["port"]) == ("203.0.113.7", 40000)
    assert "client=203.0.113.7 port=40000" in balanced.log()


def test_where_a_key_may_be_used_from_and_how_often(build_site: BuildSite, tmp_path: Path) -> None:
    site = build_site(server='proxy_from = ["127.0.0.0/8"]')
    keys = site.folder / "users/john.pub"
    keys.write_text(f'from="203.0.113.7" {keys.read_text()}')
    site.replaced("[recording]", "[limits]\nper_source = 1\n[recording]").start()
    assert site.ssh(through(site, tmp_path, LINE), "--", "true").returncode == 0
    elsewhere = LINE.replace(b"203.0.113.7", b"203.0.113.8")
    assert b"Permission denied" in site.ssh(through(site, tmp_path, elsewhere), "--", "true").stderr
    host, _, port = site.targets["web01"].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=DEADLINE_S) as first:
        first.sendall(LINE)
        assert first.recv(7) == b"SSH-2.0", "nothing of what comes behind the header is lost or awaited"
        with socket.create_connection((host, int(port)), timeout=DEADLINE_S) as second:
            second.sendall(LINE)
            assert b"too many connections" in second.recv(100)
        with socket.create_connection((host, int(port)), timeout=DEADLINE_S) as other:
            other.sendall(LINE.replace(b"203.0.113.7", b"203.0.113.9"))
            assert other.recv(7) == b"SSH-2.0", "another client of the same balancer"
    assert "source=203.0.113.7" in site.log()


def test_a_health_check_is_the_balancers_own(balanced: Site, tmp_path: Path) -> None:
    local = v2(b"", command=0x20, family=0)
    _, bundle = balanced.record(through(balanced, tmp_path, local), "--", "true")
    assert facts(bundle)["client"]["address"] == "127.0.0.1"


LOCAL = v2(b"", command=0x20, family=0)
OF_OURS = b"PROXY TCP4 127.0.0.9 127.0.0.1 5555 22\r\n"


def asking(site: Site, data: bytes) -> socket.socket:
    """A connection on which that has been sent."""
    host, _, port = site.targets["web01"].rpartition(":")
    sock = socket.create_connection((host, int(port)), timeout=DEADLINE_S)
    sock.sendall(data)
    return sock


@needs_proc
def test_health_checks_fill_no_log(balanced: Site) -> None:
    """One a second, of each balancer, is no event, even if it ends by a reset; the same from a client is."""
    for reset in (False, True):
        for header in (LOCAL, b"PROXY UNKNOWN\r\n", LINE):
            with asking(balanced, header) as sock:
                assert sock.recv(100).startswith(b"SSH-2.0-")
                if reset:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wait_for(lambda: balanced.log().count("connection-end client=203.0.113.7") == 2, balanced.log())
    wait_for(lambda: not processes_of(balanced), "all are through")
    assert balanced.log().count("connection-end") == 2


@pytest.mark.parametrize("data", [b"", b"SSH-2.0-x\r\n" + b"\xff" * 64], ids=["silence", "garbage"])
@pytest.mark.parametrize("header", [LOCAL, OF_OURS, LINE], ids=["its own", "of proxy_from", "a client's"])
def test_a_login_that_fails_is_an_event_whoever_it_is(
    build_site: BuildSite, header: bytes, data: bytes
) -> None:
    site = build_site(server='proxy_from = ["127.0.0.0/8"]\nlogin_grace = 1').start()
    with asking(site, header + data) as sock, suppress(ConnectionResetError):
        while sock.recv(1000):
            pass
    reason = "no login in time" if not data else "the user left"
    wait_for(lambda: f'reason="{reason}' in site.log().replace("No login", "no login"), site.log())


def test_a_client_of_an_address_in_proxy_from_that_leaves_is_an_event(build_site: BuildSite) -> None:
    """A machine may be a balancer and have users too."""
    site = build_site(server='proxy_from = ["127.0.0.0/8"]').start()
    with asking(site, OF_OURS) as sock:
        assert sock.recv(100).startswith(b"SSH-2.0-")
    wait_for(lambda: "connection-end client=127.0.0.9 port=5555" in site.log(), site.log())


@pytest.mark.parametrize("data", [b"SSH-2.0-OpenSSH_9.9\r\n", b"PROXY " + b"x" * 200, b""], ids=repr)
def test_a_balancer_that_says_nothing_of_use_is_left(balanced: Site, data: bytes) -> None:
    host, _, port = balanced.targets["web01"].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=DEADLINE_S) as sock:
        sock.sendall(data)
        with suppress(ConnectionResetError):  # what was sent is not read any more
            assert sock.recv(100) == b""
    wait_for(lambda: "proxy-refused client=127.0.0.1" in balanced.log(), balanced.log())
    assert balanced.ssh("true").returncode == 255, "even ssh itself has to come through the balancer"


def test_a_header_that_does_not_come_delays_no_end(balanced: Site) -> None:
    host, _, port = balanced.targets["web01"].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=DEADLINE_S) as sock:
        sock.sendall(LINE[:9])
        assert balanced.stop() == 0
        with suppress(ConnectionResetError):  # what was sent is not read any more
            assert sock.recv(100) == b""


def test_of_nobody_else_is_it_believed(site: Site, tmp_path: Path) -> None:
    """It counts as a line before the client's version, which means nothing."""
    _, bundle = site.record(through(site, tmp_path, LINE), "--", "true")
    assert facts(bundle)["client"]["address"] == "127.0.0.1"
    assert "203.0.113.7" not in site.log()


def test_what_is_no_address_is_refused(build_site: BuildSite) -> None:
    with pytest.raises(AssertionError, match=r"proxy_from: 'balancer' does not appear to be"):
        build_site(server='proxy_from = ["balancer"]').start()


def test_a_binary_header_of_nobody_we_trust_ends_it_with_a_reason(build_site: BuildSite) -> None:
    """As any other client that talks nonsense; the reason names the setting that is perhaps missing."""
    site = build_site(server="login_grace = 5").start()
    host, _, port = site.targets["web01"].rpartition(":")
    for more in (b"", b"SSH-2.0-x\r\n"):
        with socket.create_connection((host, int(port)), timeout=DEADLINE_S) as sock:
            sock.sendall(v2(FOUR) + more)
            with suppress(ConnectionResetError):  # what was sent is not read any more
                while sock.recv(1000):
                    pass
    reason = "a NUL byte came, as of a balancer that is not in server.proxy_from"
    wait_for(lambda: site.log().count(reason) == 2, site.log())


def test_half_a_header_of_nobody_we_trust_lasts_as_long_as_the_grace(build_site: BuildSite) -> None:
    site = build_site(server="login_grace = 1").start()
    host, _, port = site.targets["web01"].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=DEADLINE_S) as sock:
        sock.sendall(v2(FOUR)[:4])
        with suppress(ConnectionResetError):
            while sock.recv(1000):
                pass
    wait_for(lambda: "no login in time" in site.log(), site.log())
