"""Decisions: denied unless allowed, and patterns that mean what they say."""

from __future__ import annotations

import pytest
from sessionlens_recorder.session.policy import TARGET, USER, Policy, carries_ssh, host_port, matches


@pytest.mark.parametrize(
    ("pattern", "address", "covered"),
    [
        ("127.0.0.1:80", "127.0.0.1:80", True),
        ("127.0.0.1:80", "127.0.0.1:8080", False),
        ("127.0.0.1:*", "127.0.0.1:8080", True),
        ("127.0.0.1:*", "127.0.0.10:80", False),
        ("127.0.0.1:*", "127a0b0c1:80", False),
        ("*:443", "example.org:443", True),
        ("[::1]:*", "[::1]:22", True),
        ("[::1]:*", "::1:22", False),
        ("/run/*", "/run/docker.sock", True),
        ("/run/*", "/etc/run/x", False),
        ("*", "anything\nat all", True),
    ],
)
def test_patterns(pattern: str, address: str, covered: bool) -> None:
    assert matches(pattern, address) is covered


def test_nothing_is_allowed_by_default() -> None:
    policy = Policy()
    assert policy.check_kind(USER, "session") is None
    assert policy.check_kind(TARGET, "session")
    assert policy.check_kind(USER, "tun@openssh.com")
    assert policy.check_forward("127.0.0.1:80")
    assert policy.check_request("shell") is None
    assert policy.check_request("x11-req")
    assert policy.check_global_request("keepalive@openssh.com") is None
    assert policy.check_global_request("hostkeys-00@openssh.com")


def test_addresses_are_written_so_that_they_can_be_read() -> None:
    assert host_port("::1", 22) == "[::1]:22"
    assert host_port("web01", 22) == "web01:22"


def test_ssh_is_recognised_by_its_first_four_bytes() -> None:
    assert carries_ssh(b"SSH-2.0")
    assert not carries_ssh(b"SSH")
    assert not carries_ssh(b"GET SSH-")
