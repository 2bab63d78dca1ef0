"""Logging in: stock clients with keys and passwords, what a refusal says, and peers that break the rules."""

from __future__ import annotations

import contextlib
import inspect
import os
import re
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest
from paramiko import common
from paramiko.kex_group16 import KexGroup16SHA512
from paramiko.message import Message
from sessionlens_recorder.net.passwords import hash_password

from .askpass import AskPass
from .conftest import (
    DEADLINE_S,
    ME,
    BuildSite,
    Site,
    channel,
    events,
    facts,
    make_key,
    public,
    wait_for,
)
from .messages import opening, request


def with_password(password: str, *more: str) -> dict[str, str]:
    """An environment in which ssh asks a program, which answers each question with the next password."""
    folder = Path(os.environ["PYTEST_ASKPASS"])
    return os.environ | {
        "SSH_ASKPASS": str(folder),
        "SSH_ASKPASS_REQUIRE": "force",
        "ANSWERS": " ".join((password, *more)),
    }


@pytest.fixture(autouse=True)
def askpass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "askpass"
    script.write_text(
        f"#!/bin/sh\nn=$(cat {tmp_path}/n 2>/dev/null || echo 0)\nn=$((n+1)); echo $n > {tmp_path}/n\n"
        'set -- $ANSWERS\nshift $((n-1)); echo "$1"\n'
    )
    script.chmod(0o700)
    monkeypatch.setenv("PYTEST_ASKPASS", str(script))


BY_PASSWORD = ("-oBatchMode=no", "-oPreferredAuthentications=password", "-oNumberOfPasswordPrompts=3")


def test_a_password(build_site: BuildSite) -> None:
    site = build_site(user='password_file = "users/john.passwd"')
    (site.folder / "users/john.passwd").write_text(hash_password("secret") + "\n")
    site.start()
    done, bundle = site.record(*BY_PASSWORD, "--", "echo in", env=with_password("secret"))
    assert done.stdout == b"in\n"
    assert facts(bundle)["authentication"]["method"] == "password"
    assert facts(bundle)["authentication"]["key_fingerprint"] is None


def test_a_wrong_password(build_site: BuildSite) -> None:
    site = build_site(user='password_file = "users/john.passwd"')
    (site.folder / "users/john.passwd").write_text(hash_password("secret") + "\n")
    site.start()
    done = site.ssh(*BY_PASSWORD, "--", "true", env=with_password("a", "b", "c"))
    assert done.returncode == 255
    assert b"Permission denied" in done.stderr
    assert site.bundles() == []
    assert site.log().count("login-failed") == 3
    assert "secret" not in site.log()


@pytest.mark.parametrize("login", ["john%web01", "john+web01"])
def test_the_target_in_the_name(site: Site, login: str) -> None:
    done, bundle = site.record(f"-oUser={login}", "--", "echo in", target=None)
    assert done.stdout == b"in\n"
    assert facts(bundle)["person"] == "john"


def test_a_target_that_is_none(site: Site) -> None:
    before = site.bundles()
    done = site.ssh("-oUser=john%nowhere", "--", "true", target=None)
    assert done.returncode == 255
    assert done.stderr.count(b"there is no target 'nowhere'; there are: web01") == 1
    assert site.bundles() == before
    assert "login-refused" in site.log()


def test_no_target_at_all(site: Site) -> None:
    """Such a connection is for `ssh -J`; nothing else opens on it."""
    before = site.bundles()
    done = site.ssh("--", "true", target=None)
    assert done.returncode == 255
    assert b"say which target: NAME%TARGET or NAME+TARGET, where TARGET is one of: web01" in done.stderr
    assert site.bundles() == before


def ends_after_one_refusal(site: Site, why: str) -> None:
    """The log says so once, how the connection ended, and nothing of a login that failed."""
    wait_for(lambda: f'reason="the user left (was told: {why}' in site.log(), site.log())
    (refused,) = [line for line in site.log().splitlines() if " login-refused " in line]
    assert re.search(r" client=127\.0\.0\.1 port=\d+ person=john ", refused)
    assert "login-failed" not in site.log()


def asked(tmp_path: Path) -> int:
    """How many questions ssh has put to the person."""
    return int((tmp_path / "n").read_text()) if (tmp_path / "n").exists() else 0


def test_a_right_password_with_a_wrong_target_is_asked_for_once(
    build_site: BuildSite, tmp_path: Path
) -> None:
    site = build_site(user='password_file = "users/john.passwd"')
    (site.folder / "users/john.passwd").write_text(hash_password("secret") + "\n")
    site.start()
    passwords = with_password("secret", "secret", "secret")
    done = site.ssh("-oUser=john%nope", *BY_PASSWORD, "--", "true", env=passwords, target=None)
    assert done.returncode == 255
    assert asked(tmp_path) == 1
    assert done.stderr.count(b"there is no target 'nope'; there are: web01") == 1
    assert b"Permission denied" in done.stderr
    ends_after_one_refusal(site, "there is no target 'nope'")


@pytest.mark.parametrize("broken", ["name", "host key", "target"])
def test_a_right_key_that_is_refused_leads_to_no_password_prompt(
    build_site: BuildSite, tmp_path: Path, broken: str
) -> None:
    """Where others may log in with a password."""
    other = public(make_key(tmp_path / "pinned"))
    changes, name, said = {
        "name": ({}, "john%nope", "there is no target 'nope'"),
        "host key": ({"host_key": f'"{other}"'}, "john%web01", "the host key of web01 HAS CHANGED"),
        "target": ({"key": f'"{make_key(tmp_path / "wrong")}"'}, "john%web01", "web01 does not let"),
    }[broken]
    site = build_site(user='password_file = "users/john.passwd"', **changes)
    (site.folder / "users/john.passwd").write_text(hash_password("secret") + "\n")
    site.start()
    passwords = with_password("secret", "secret", "secret")
    done = site.ssh("-oBatchMode=no", f"-oUser={name}", "--", "true", env=passwords, target=None)
    assert done.returncode == 255
    assert asked(tmp_path) == 0
    assert done.stderr.count(said.encode()) == 1
    ends_after_one_refusal(site, said)


def test_a_refusal_ends_with_a_disconnect_that_says_why(site: Site) -> None:
    """For clients that show no banners; requests that were on their way are not answered."""
    host, _, port = site.server.rpartition(":")
    transport = paramiko.Transport(socket.create_connection((host, int(port))))
    heard: list[str] = []
    transport._parse_disconnect = lambda m: heard.append((m.get_int(), m.get_text())[1])
    try:
        transport.start_client(timeout=DEADLINE_S)
        with pytest.raises(paramiko.SSHException):
            transport.auth_publickey("john%nope", paramiko.Ed25519Key.from_private_key_file(str(site.key)))
        wait_for(lambda: not transport.is_active(), "the bastion hangs up")
    finally:
        transport.close()
        transport.join()
    assert heard == ["there is no target 'nope'; there are: web01"]


def test_a_stranger_is_told_nothing(site: Site, tmp_path: Path) -> None:
    other = make_key(tmp_path / "other")
    for login, key in (("mallory", other), ("mallory%nowhere", other), ("john", other)):
        done = site.ssh(f"-oUser={login}", "--", "true", key=key, target=None)
        assert b"Permission denied (publickey)" in done.stderr
        assert b"target" not in done.stderr
    hostile = site.ssh("-oUser=x\x1b[2Jy", "--", "true", key=other, target=None)
    assert hostile.returncode == 255
    assert "\x1b" not in site.log()


def test_a_changed_host_key_of_the_target(build_site: BuildSite, tmp_path: Path) -> None:
    pinned = public(make_key(tmp_path / "pinned"))
    site = build_site(host_key=f'"{pinned}"').start()
    done = site.ssh("true")
    assert done.returncode == 255
    assert b"the host key of web01 HAS CHANGED" in done.stderr
    assert b"Nothing was sent to it" in done.stderr
    assert "why=target-host-key" in site.log()
    assert site.bundles() == []


def test_a_target_that_does_not_answer(build_site: BuildSite) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        site = build_site(address=f'"127.0.0.1:{unused.getsockname()[1]}"').start()
        done = site.ssh("true")
    assert b"web01 (127.0.0.1:" in done.stderr
    assert b"cannot be reached: Connection refused" in done.stderr
    assert "why=target-unreachable" in site.log()


def test_a_target_that_refuses_the_login(build_site: BuildSite, tmp_path: Path) -> None:
    site = build_site(key=f'"{make_key(tmp_path / "wrong")}"').start()
    done = site.ssh("true")
    assert f"web01 does not let {ME} log in".encode() in done.stderr
    assert site.bundles() == []


def test_a_key_with_from_and_one_with_what_is_not_honoured(build_site: BuildSite) -> None:
    site = build_site()
    key = (site.folder / "users/john.pub").read_text()
    site.start()
    for options, let_in in (('from="127.0.0.0/8" ', True), ('from="10.0.0.0/8" ', False), ("no-pty ", False)):
        (site.folder / "users/john.pub").write_text(options + key)  # read at each login
        assert (site.ssh("true").returncode == 0) is let_in, options


@pytest.mark.parametrize(("kind", "bits"), [("rsa", ["-b", "2048"]), ("ecdsa", [])])
def test_other_kinds_of_keys(site: Site, tmp_path: Path, kind: str, bits: list[str]) -> None:
    key = tmp_path / kind
    subprocess.run(["ssh-keygen", "-q", "-t", kind, *bits, "-N", "", "-f", key], check=True)
    file = site.folder / "users/john.pub"
    before = file.read_text()
    file.write_text(before + public(key) + "\n")
    try:
        assert site.ssh("true", key=key).returncode == 0
    finally:
        file.write_text(before)


def test_no_notice_where_it_is_given_elsewhere(build_site: BuildSite) -> None:
    site = build_site(server='notice = "given elsewhere: work contract, section 7"').start()
    done, bundle = site.record("true")
    assert done.stderr == b""
    assert facts(bundle)["notice"]["given_elsewhere"] == "work contract, section 7"
    assert facts(bundle)["notice"]["sent"] is None


class PasswordTarget(paramiko.ServerInterface):
    """A target that knows one password, and says what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.key_path = make_key(folder / "target")
        self.asked: list[tuple[str, str]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._transports: list[paramiko.Transport] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                transport = paramiko.Transport(sock)
                transport.add_server_key(paramiko.Ed25519Key.from_private_key_file(str(self.key_path)))
                transport.start_server(event=threading.Event(), server=self)
                self._transports.append(transport)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for transport in self._transports:
            transport.close()
            transport.join()

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_auth_password(self, username: str, password: str) -> int:
        self.asked.append((username, password))
        return common.AUTH_SUCCESSFUL if password == "tärget" else common.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return common.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        def answer() -> None:
            channel.sendall(b"ran " + command)
            channel.send_exit_status(5)
            channel.close()

        threading.Thread(target=answer).start()
        return True


@pytest.fixture
def password_target(tmp_path: Path) -> Iterator[PasswordTarget]:
    target = PasswordTarget(tmp_path)
    yield target
    target.close()


def passthrough(build_site: BuildSite, target: PasswordTarget, **more: str) -> Site:
    address, host_key = f'"127.0.0.1:{target.port}"', f'"{public(target.key_path)}"'
    return build_site(address=address, host_key=host_key, upstream='"passthrough"', key="", **more)


def test_passthrough_after_a_key(build_site: BuildSite, password_target: PasswordTarget) -> None:
    site = passthrough(build_site, password_target).start()
    done, bundle = site.record("-oBatchMode=no", "--", "id", env=with_password("tärget"))
    assert done.stdout == b"ran id"
    assert done.returncode == 5
    assert f"web01 asks for the password of {ME}".encode() in done.stderr
    assert password_target.asked == [(ME, "tärget")]
    everything = b"".join(path.read_bytes() for path in bundle.rglob("*") if path.is_file())
    assert "tärget".encode() not in everything + site.log().encode(), "never stored or logged"


def test_passthrough_with_a_wrong_password_first(
    build_site: BuildSite, password_target: PasswordTarget
) -> None:
    site = passthrough(build_site, password_target).start()
    done = site.ssh("-oBatchMode=no", "--", "id", env=with_password("wrong", "tärget"))
    assert done.stdout == b"ran id"
    assert f"web01 does not let {ME} log in".encode() in done.stderr
    assert [password for _, password in password_target.asked] == ["wrong", "tärget"]


@pytest.mark.parametrize("method", ["password", "keyboard-interactive"])
def test_passthrough_with_an_empty_password(
    build_site: BuildSite, password_target: PasswordTarget, tmp_path: Path, method: str
) -> None:
    site = passthrough(build_site, password_target).start()
    answers = AskPass(tmp_path / "ask", "")
    options = ("-oBatchMode=no", "-oNumberOfPasswordPrompts=1")
    methods = f"-oPreferredAuthentications=publickey,{method}"
    done = site.ssh(*options, methods, "--", "id", env=answers.environment)
    assert done.returncode == 255
    assert password_target.asked == [(ME, "")]
    assert "crash" not in site.log()


def test_passthrough_asks_nothing_before_the_bastions_own_factor(
    build_site: BuildSite, password_target: PasswordTarget
) -> None:
    site = passthrough(build_site, password_target, user='password_file = "users/john.passwd"')
    (site.folder / "users/john.passwd").write_text(hash_password("secret") + "\n")
    site.start()
    done = site.ssh(*BY_PASSWORD, "--", "id", env=with_password("tärget", "secret", "tärget"))
    assert done.stdout == b"ran id"
    assert password_target.asked == [(ME, "tärget")]


def test_passthrough_with_a_changed_host_key_sends_no_password(
    build_site: BuildSite, password_target: PasswordTarget, tmp_path: Path
) -> None:
    site = passthrough(build_site, password_target)
    site.replaced(public(password_target.key_path), public(make_key(tmp_path / "other"))).start()
    done = site.ssh("-oBatchMode=no", "--", "id", env=with_password("tärget", "tärget", "tärget"))
    assert done.stderr.count(b"HAS CHANGED") == 1, "and it is not asked for again"
    assert password_target.asked == []


# peers that break the rules: a client of our own, on paramiko's handshake


@contextlib.contextmanager
def client(site: Site) -> Iterator[paramiko.Transport]:
    host, _, port = site.targets["web01"].partition(":")
    transport = paramiko.Transport(socket.create_connection((host, int(port))))
    transport.start_client(timeout=DEADLINE_S)
    try:
        yield transport
    finally:
        transport.close()
        transport.join()


class Heard(list[bytes]):
    """What the bastion sent on the connection protocol."""

    def __init__(self, transport: paramiko.Transport) -> None:
        super().__init__()
        for number in range(80, 101):
            transport._handler_table[number] = lambda m, n=number: self.append(bytes([n]) + m.asbytes())


def send(transport: paramiko.Transport, payload: bytes) -> None:
    m = Message()
    m.add_bytes(payload)
    transport._send_message(m)


def log_in(transport: paramiko.Transport, site: Site) -> None:
    transport.auth_publickey("john", paramiko.Ed25519Key.from_private_key_file(str(site.key)))


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
    site = build_site(server="login_grace = 1").start()
    with client(site) as transport:
        wait_for(lambda: not transport.is_active(), "the bastion hangs up")
    wait_for(lambda: "no login in time" in site.log())
    done = site.ssh("sleep 1.5; echo still here")
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
