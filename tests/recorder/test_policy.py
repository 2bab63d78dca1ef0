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


@pytest.mark.parametrize(
    ("pattern", "address", "covered"),
    [
        ("10.0.0.*:443", "10.0.0.7:443", True),
        ("10.0.0.*:443", "10.0.0.7.attacker.example:443", False),
        ("10.0.0.*:443", "10.0.0.7.443:443", False),
        ("10.*:443", "10.1.2.3:443", True),
        ("10.0.0.5:443", "10.5:443", True),
        ("10.0.0.5:443", "[::ffff:10.0.0.5]:443", True),
        ("[fd00:*]:443", "[fd00::1]:443", True),
        ("[fd00:*]:443", "fd00:443", False),
        ("127.0.0.1:*", "127.0.0.1:80", True),
        ("db-*:5432", "DB-1:5432", True),
        ("db-*:5432", "db-1.attacker.example:5432", False),
        ("*.example.org:*", "a.b.example.org:443", True),
        ("*.example.org:*", "x:1/y.example.org:443", False),
        ("web*:80", "web\n:80", False),
        ("*:443", "any thing:443", True),
        ("localhost:*", ":80", False),
        ("/tmp/*", "127.0.0.1:80", False),
        ("example.org", "example.org:80", False),
    ],
)
def test_patterns_of_tcp(pattern: str, address: str, covered: bool) -> None:
    assert (Policy(forward=(pattern,)).check_forward(address) is None) is covered


@pytest.mark.parametrize(
    ("pattern", "address", "covered"),
    [
        ("localhost:7081", "127.0.0.1:7081", True),
        ("localhost:7081", "[::1]:7081", True),
        ("127.0.0.1:*", "localhost:7081", True),
        ("127.0.0.1:*", "LOCALHOST:7081", True),
        ("127.0.0.1:7081", "localhost:7082", False),
        ("localhost:*", ":7081", False),
        ("localhost:*", "0.0.0.0:7081", False),
        ("127.0.0.1:*", "10.0.0.5:7081", False),
        ("10.0.0.5:*", "localhost:7081", False),
    ],
)
def test_loopback_has_several_names_where_one_listens(pattern: str, address: str, covered: bool) -> None:
    """As a destination they are three: what `localhost` is there, the target's resolver says."""
    policy = Policy(forward=(pattern,))
    assert (policy.check_listening(address) is None) is covered
    if covered:
        assert policy.check_forward(address) is not None


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("/run/*", "/run/docker.sock", True),
        ("/run/*", "/run/../etc/x", False),
        ("/run/*", "/run//x", False),
        ("127.0.0.1:*", "127.0.0.1:/../../run/docker.sock", False),
        ("*:*", "/run/docker.sock", False),
        ("run/*", "run/x", False),
        ("*", "run/x", True),
    ],
)
def test_patterns_of_unix_sockets(pattern: str, path: str, covered: bool) -> None:
    assert (Policy(forward=(pattern,)).check_forward(path, path=True) is None) is covered


@pytest.mark.parametrize(
    "address",
    ["10.0.0.5:443", "10.5:443", "10.0.0.05:443", "167772165:443", "0xa.5:443", "[::ffff:10.0.0.5]:443",
     "WEB01:443", "web01.:443"],
)  # fmt: skip
def test_a_target_is_a_target_however_it_is_spelled(address: str) -> None:
    policy = Policy(forward=("*",), targets=frozenset({"10.0.0.5:443", "web01:443"}))
    assert "is a target" in str(policy.check_forward(address))
    assert policy.check_forward(address.replace("443", "444")) is None


def test_a_port_has_sixteen_bits() -> None:
    """Older servers take 65558 for 22."""
    assert Policy(forward=("*",)).check_forward("h:65558") == "there is no port 65558"


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
