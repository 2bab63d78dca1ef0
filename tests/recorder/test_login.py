"""Logging in: stock clients with keys and passwords, and what a refusal says."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest
from paramiko import common
from sessionlens_recorder.net.passwords import hash_password

from .askpass import AskPass
from .conftest import (
    DEADLINE_S,
    ME,
    BuildSite,
    Site,
    facts,
    make_key,
    public,
    wait_for,
    write_secret,
)


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
    write_secret(site.folder / "users/john.passwd", hash_password("secret"))
    site.start()
    done, bundle = site.record(*BY_PASSWORD, "--", "echo in", env=with_password("secret"))
    assert done.stdout == b"in\n"
    assert facts(bundle)["authentication"]["method"] == "password"
    assert facts(bundle)["authentication"]["key_fingerprint"] is None


def test_a_wrong_password(build_site: BuildSite) -> None:
    site = build_site(user='password_file = "users/john.passwd"')
    write_secret(site.folder / "users/john.passwd", hash_password("secret"))
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
    write_secret(site.folder / "users/john.passwd", hash_password("secret"))
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
    write_secret(site.folder / "users/john.passwd", hash_password("secret"))
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
    write_secret(site.folder / "users/john.passwd", hash_password("secret"))
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
