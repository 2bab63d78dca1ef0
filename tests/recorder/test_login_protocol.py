"""Peers that break the rules before, during and after the login."""

from __future__ import annotations

import contextlib
import inspect
import socket
import struct
from pathlib import Path

import paramiko
import pytest
from paramiko import common
from paramiko.kex_group16 import KexGroup16SHA512
from paramiko.message import Message

from .conftest import DEADLINE_S, BuildSite, Site, channel, events, make_key, wait_for
from .messages import opening, request
from .speaker import Heard, client, log_in, send

pytestmark = pytest.mark.slow


def test_requests_pipelined_together_are_answered_in_order(site: Site) -> None:
    """Three that pass and three that do not, in one go, on a real connection."""
    before = site.bundles()
    with client(site) as transport:
        heard = Heard(transport)
        log_in(transport, site)
        send(transport, opening("session", 3))
        wait_for(lambda: [p for p in heard if p[0] == 91], "the channel is open")
        number = struct.unpack(">I", next(p for p in heard if p[0] == 91)[5:9])[0]
        names = ["env", "x11-req", "env", "auth-agent-req@openssh.com", "x11-req", "exec"]
        rests = {"env": b"\0\0\0\6LC_TOP\0\0\0\1x", "exec": b"\0\0\0\4true"}
        for name in names:
            send(transport, request(number, name, rests.get(name, b"")))
        answers = wait_for(lambda: (got := [p[0] for p in heard if p[0] in (99, 100)])[5:] and got)
        assert answers == [99, 100, 99, 100, 100, 99]
    folder = channel(site.sealed(before), "0.exec")
    assert [event["by"] for event in events(folder) if event["event"] == "refused"] == ["recorder"] * 3


@pytest.mark.parametrize(
    "payload",
    [opening("session", 0), b"\x50\0\0\0\1x\1", b"\x5e\0\0\0\0\0\0\0\1x", request(0, "shell")],
    ids=["open", "global", "data", "request"],
)
def test_nothing_of_a_session_before_the_login(site: Site, payload: bytes) -> None:
    with client(site) as transport:
        send(transport, payload)
        wait_for(lambda: not transport.is_active(), "the bastion hangs up")
    wait_for(lambda: "before the login" in site.log())


def test_an_answer_that_nobody_asked_for(site: Site) -> None:
    with client(site) as transport:
        send(transport, bytes([common.MSG_USERAUTH_INFO_RESPONSE]) + b"\0\0\0\0")
        wait_for(lambda: not transport.is_active(), "the bastion hangs up")
    wait_for(lambda: "an answer to questions that nobody asked" in site.log(), site.log())


def test_message_numbers_that_mean_nothing(site: Site) -> None:
    with client(site) as transport:
        send(transport, bytes([23]))
        send(transport, bytes([192]) + b"ping")
        log_in(transport, site)
        assert transport.is_authenticated()


def test_a_key_type_that_nobody_knows_does_not_end_the_login(site: Site) -> None:
    """A FIDO key in the agent comes first; the next one must still get its turn."""
    with client(site) as transport:
        answers: list[int] = []
        send(transport, b"\x05\0\0\0\x0cssh-userauth")
        kind = b"sk-ssh-ed25519@openssh.com"
        blob = struct.pack(">I", len(kind)) + kind
        offered = Message()
        offered.add_byte(common.cMSG_USERAUTH_REQUEST)
        for part in ("john", "ssh-connection", "publickey"):
            offered.add_string(part)
        offered.add_boolean(False)
        offered.add_string(kind)
        offered.add_string(blob)
        transport._handler_table[common.MSG_USERAUTH_FAILURE] = lambda m: answers.append(51)
        transport._handler_table[common.MSG_SERVICE_ACCEPT] = lambda m: send(transport, offered.asbytes())
        wait_for(lambda: answers, "a failure, and no disconnect")
        del (
            transport._handler_table[common.MSG_USERAUTH_FAILURE],
            transport._handler_table[common.MSG_SERVICE_ACCEPT],
        )
        log_in(transport, site)
        assert transport.is_authenticated()


def test_the_public_half_of_a_key_is_not_enough(site: Site, tmp_path: Path) -> None:
    """The right public key, signed with another one."""
    other = paramiko.Ed25519Key.from_private_key_file(str(make_key(tmp_path / "other")))
    with client(site) as transport:
        right = paramiko.Ed25519Key.from_private_key_file(str(site.key))
        right.sign_ssh_data = lambda data, algorithm=None: other.sign_ssh_data(data)  # type: ignore[method-assign]
        with pytest.raises(paramiko.AuthenticationException):
            transport.auth_publickey("john", right)
    assert "the signature does not hold" in site.log()


def test_a_number_that_would_keep_the_bastion_busy_before_the_login(site: Site) -> None:
    """The client's half of a Diffie-Hellman exchange: six bytes that announce a megabyte of it."""
    host, _, port = site.targets["web01"].partition(":")
    transport = paramiko.Transport(socket.create_connection((host, int(port))))
    transport._preferred_kex = ("diffie-hellman-group16-sha512",)
    transport._kex_info = transport._kex_info | {"diffie-hellman-group16-sha512": _Announcing}
    try:
        with pytest.raises((paramiko.SSHException, EOFError)):
            transport.start_client(timeout=DEADLINE_S)
    finally:
        transport.close()
        transport.join()
    wait_for(lambda: "a number of 1048575 bytes, where 2056 is the limit" in site.log(), site.log())


class _Announcing(KexGroup16SHA512):
    def start_kex(self) -> None:
        send(self.transport, b"\x1e\0\x0f\xff\xff\1")
        self.transport._expect_packet(31)


def test_paramiko_still_needs_its_numbers_mended() -> None:
    """When this fails, paramiko has learned it: take net/mpint.py out."""
    assert len(Message(b"\0\x0f\xff\xff").get_binary()) == 0xFFFFF, "what is not there is zeros"
    assert "range(0, len(s), 4)" in inspect.getsource(paramiko.util.inflate_long), "quadratic"


def test_a_packet_of_four_hundred_megabytes_is_refused_at_its_length(site: Site) -> None:
    host, _, port = site.targets["web01"].partition(":")
    with socket.create_connection((host, int(port)), timeout=DEADLINE_S) as sock:
        assert sock.recv(100).startswith(b"SSH-2.0-")
        sock.sendall(b"SSH-2.0-x\r\n" + struct.pack(">I", 400_000_004) + bytes(12))
        with contextlib.suppress(ConnectionError):
            while sock.recv(65536):
                pass
    wait_for(lambda: "262144 is the limit" in site.log())


def test_an_endless_version_line_is_refused(site: Site) -> None:
    host, _, port = site.targets["web01"].partition(":")
    with socket.create_connection((host, int(port)), timeout=DEADLINE_S) as sock:
        sock.sendall(b"x" * 5000)
        with contextlib.suppress(ConnectionError):
            while sock.recv(65536):
                pass


def test_the_time_to_log_in_is_limited(build_site: BuildSite) -> None:
    site = build_site(server="login_grace = 6").start()  # within which a busy machine lets somebody in
    with client(site) as transport:
        wait_for(lambda: not transport.is_active(), "the bastion hangs up")
    wait_for(lambda: "no login in time" in site.log())
    done = site.ssh("sleep 6.5; echo still here")
    assert done.stdout == b"still here\n", "it is a limit for the login, not for the session"


def test_a_protocol_error_ends_the_session_and_is_told(site: Site) -> None:
    before = site.bundles()
    with client(site) as transport:
        heard = Heard(transport)
        log_in(transport, site)
        send(transport, opening("session", 3))
        wait_for(lambda: [p for p in heard if p[0] == 91])
        send(transport, opening("session", 3))
        wait_for(lambda: not transport.is_active(), "the bastion hangs up")
    sealed = site.sealed(before)
    assert "abort" in (sealed / "journal").read_text().splitlines()[-1]


def test_strict_key_exchange_is_on(site: Site) -> None:
    """Terrapin (CVE-2023-48795)."""
    done = site.ssh("-vvv", "--", "true")
    assert b"kex-strict-s-v00@openssh.com" in done.stderr
    for weak in (b"3des", b"-cbc", b"hmac-sha1", b"hmac-md5", b"group14", b"group-exchange", b"nistp"):
        (kex,) = [line for line in _proposal(done.stderr) if b"KEX algorithms" in line]
        assert weak not in kex


def _proposal(err: bytes) -> list[bytes]:
    return err.partition(b"peer server KEXINIT proposal")[2].splitlines()[:8]
