"""Which lines of an authorized_keys file let somebody in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sessionlens_recorder.net.authorized_keys import (
    fingerprint,
    from_allows,
    parse_line,
    parse_public_key,
    read_authorized_keys,
)

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_plain_key() -> None:
    key = parse_line(f"{KEY} john@laptop with words")
    assert (key.kind, key.comment) == ("ssh-ed25519", "john@laptop with words")
    assert key.check("10.0.0.1", NOW) is None
    assert fingerprint(key.blob) == "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"


@pytest.mark.parametrize(
    ("patterns", "address", "allowed"),
    [
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.0.0.0/8,!10.1.0.0/16", "10.1.2.3", False),
        ("!10.1.2.3,*", "10.1.2.4", True),
        ("!10.1.2.3,*", "10.1.2.3", False),
        ("10.0.0.0/8, !10.1.2.3", "10.1.2.3", False),
        ("!10.1.2.3", "10.1.2.4", False),
        ("192.168.1.?", "192.168.1.5", True),
        ("192.168.1.?", "192.168.1.55", False),
        ("192.168.*", "::ffff:192.168.7.7", True),
        ("2001:db8::/32", "2001:db8::1", True),
        ("bastion.example.org", "10.0.0.1", False),
        ("10.0.0.0/99", "10.0.0.1", False),
    ],
)
def test_from(patterns: str, address: str, allowed: bool) -> None:
    assert from_allows(patterns, address) is allowed
    key = parse_line(f'from="{patterns}" {KEY}')
    assert (key.check(address, NOW) is None) is allowed


def test_expiry() -> None:
    assert parse_line(f'expiry-time="20261123Z" {KEY}').check("10.0.0.1", NOW) is None
    assert "expired" in (parse_line(f'expiry-time="202611221159Z" {KEY}').check("10.0.0.1", NOW) or "")


@pytest.mark.parametrize(
    "options",
    [
        'command="/bin/true"',
        "restrict",
        "no-pty",
        "cert-authority",
        'from="10.0.0.0/8",no-port-forwarding',
        'permitopen="host:80"',
        "from",
        'expiry-time="tomorrow"',
        'environment="A=\\"b\\""',
        "something-new",
    ],
)
def test_a_key_with_what_is_not_honoured_is_refused(options: str) -> None:
    with pytest.raises(ValueError, match=r"option|expiry-time"):
        parse_line(f"{options} {KEY}")


@pytest.mark.parametrize(
    "line",
    ["ssh-ed25519 !!!", "ssh-ed25519", "ssh-rsa " + KEY.split()[1], "nonsense", 'from="x' + KEY, "-", '"'],
)
def test_what_is_no_key_is_refused(line: str) -> None:
    with pytest.raises(ValueError):
        parse_line(line)
    with pytest.raises(ValueError):
        parse_public_key(line)


def test_a_file_tells_keys_and_refused_lines_apart(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"# comment\n\n{KEY}\nrestrict {KEY}\n\xff\n")
    keys, refused = read_authorized_keys(file)
    assert len(keys) == 1
    assert [line.number for line in refused] == [4, 5]


def test_a_comment_holds_no_second_key(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f'from="10.0.0.0/8" {KEY} john\u2028{KEY}\x0b{KEY}\x85{KEY}\r\n')
    (key,), refused = read_authorized_keys(file)
    assert (key.sources, refused) == ("10.0.0.0/8", [])
