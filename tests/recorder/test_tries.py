"""Guessing passwords and one-time codes is slow, however many connections do it."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest
from sessionlens_recorder.net.passwords import hash_password
from sessionlens_recorder.net.totp import code_at, new_secret, read_totp_file
from sessionlens_recorder.net.tries import FREE, LONGEST_S, Tries

from .conftest import DEADLINE_S, BuildSite, Site
from .dialling import own_key

pytestmark = pytest.mark.slow

NOW = 1_700_000_000.0


def test_the_wait_grows_and_a_right_one_ends_it(tmp_path: Path) -> None:
    tries, now, waits = Tries(tmp_path / "secret"), NOW, list[float]()
    assert [tries.begin(now) for _ in range(FREE)] == [None] * FREE
    for _ in range(7):
        refused = tries.begin(now)
        assert refused
        waits.append(float(refused.split()[-2]))
        now += waits[-1]
        assert tries.begin(now) is None
    assert waits == [60, 120, 240, 480, 960, LONGEST_S, LONGEST_S]
    assert tries.begin(now - 10 * LONGEST_S) is None, "a clock that was set locks nobody out for ever"
    tries.right()
    assert [tries.begin(now) for _ in range(FREE)] == [None] * FREE


def test_the_tenth_wrong_one_locks_for_half_an_hour(tmp_path: Path) -> None:
    tries, now = Tries(tmp_path / "secret"), NOW
    looked_at = 0
    while looked_at < 10:
        looked_at += tries.begin(now) is None
        now += 1
    assert tries.begin(now + LONGEST_S - 10) is not None
    assert tries.begin(now + LONGEST_S) is None


def test_many_at_once_are_no_more(tmp_path: Path) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: Tries(tmp_path / "secret").begin(NOW), range(100)))
    assert answers.count(None) == FREE


@contextmanager
def guessing(site: Site) -> Iterator[paramiko.Transport]:
    host, _, port = site.targets["web01"].rpartition(":")
    transport = paramiko.Transport(socket.create_connection((host, int(port))))
    try:
        transport.start_client(timeout=DEADLINE_S)
        yield transport
    finally:
        transport.close()
        transport.join()


def with_code(transport: paramiko.Transport, site: Site, codes: list[str]) -> bool:
    """The key, and then these, one after the other."""
    assert transport.auth_publickey("john", own_key(site)) == ["keyboard-interactive"]
    for code in codes:
        try:
            transport.auth_interactive("john", lambda title, text, prompts, code=code: [code])
        except paramiko.AuthenticationException:
            continue
    return transport.is_authenticated()


def test_codes_are_not_guessed(build_site: BuildSite) -> None:
    site = build_site(user='totp_file = "users/john.totp"\nlogin = ["publickey", "totp"]')
    file = site.folder / "users/john.totp"
    file.touch(0o600)
    file.write_text(new_secret() + "\n")
    site.start()
    with guessing(site) as transport:
        assert not with_code(transport, site, ["12345"] * FREE)
    right = code_at(read_totp_file(file), int(time.time()) // 30)
    with guessing(site) as transport:
        assert not with_code(transport, site, [right]), "from nowhere, not even the right one"
    assert f"{FREE} wrong ones in a row" in site.log()
    file.with_name("john.totp.tries").unlink()
    right = code_at(read_totp_file(file), int(time.time()) // 30)
    with guessing(site) as transport:
        assert with_code(transport, site, ["12345", right]), "whoever looks after the bastion unlocks"


def test_passwords_are_not_guessed(build_site: BuildSite) -> None:
    site = build_site(user='password_file = "users/john.passwd"')
    file = site.folder / "users/john.passwd"
    file.touch(0o600)
    file.write_text(hash_password("secret") + "\n")
    site.start()
    for given, holds in ((["wrong"] * (FREE - 1) + ["secret"], True), (["wrong"] * FREE + ["secret"], False)):
        with guessing(site) as transport:
            for password in given:
                try:
                    transport.auth_password("john", password)
                except paramiko.AuthenticationException:
                    continue
            assert transport.is_authenticated() is holds
    assert f"{FREE} wrong ones in a row" in site.log()
    with guessing(site) as transport, pytest.raises(paramiko.AuthenticationException):
        transport.auth_password("jane", "secret")
