"""FIDO keys: the stock client with an agent, and signatures that say too little."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sessionlens_recorder.net.userkeys import SK_ECDSA, SK_ED25519, check_signature

from .agent import Agent, SecurityKey
from .certs import certify
from .conftest import BuildSite, Site, facts, make_key, public

KINDS = [SK_ED25519, SK_ECDSA]
LogIn = Callable[[Site, SecurityKey], tuple[int, str]]


@pytest.fixture
def log_in(tmp_path: Path) -> Iterator[Callable[..., int]]:
    """Log in with nothing but the agent's key; the answer is ssh's exit code."""
    agents: list[Agent] = []

    def run(site: Site, key: SecurityKey) -> int:
        agents.append(Agent(tmp_path / f"agent{len(agents)}", key))
        environment = os.environ | {"SSH_AUTH_SOCK": str(agents[-1].path)}
        options = ("-oIdentitiesOnly=no", "-oIdentityFile=none")
        return site.ssh(*options, "--", "true", env=environment, key=Path("/dev/null")).returncode

    yield run
    for agent in agents:
        agent.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_touched_key_lets_in_and_an_untouched_one_does_not(
    site: Site, log_in: Callable[..., int], kind: str
) -> None:
    key = SecurityKey(kind)
    file = site.folder / "users/john.pub"
    before = file.read_text()
    bundles = site.bundles()
    file.write_text(f"{before}{key.line} token\n")
    try:
        assert log_in(site, key) == 0
        assert facts(site.sealed(bundles))["authentication"]["methods"] == ["publickey"]
        key.flags = 0
        assert log_in(site, key) == 255
        assert "nobody touched the security key" in site.log()
        file.write_text(f"{before}no-touch-required {key.line} token\n")
        assert log_in(site, key) == 0
        file.write_text(f"{before}verify-required {key.line} token\n")
        key.flags = 1
        assert log_in(site, key) == 255
        assert "did not ask for its PIN" in site.log()
        key.flags = 5
        assert log_in(site, key) == 0
    finally:
        file.write_text(before)


@pytest.mark.parametrize("kind", KINDS)
def test_a_certificate_of_a_security_key(
    build_site: BuildSite, log_in: Callable[..., int], tmp_path: Path, kind: str
) -> None:
    ca = make_key(tmp_path / "ca")
    site = build_site(server=f'user_ca = "{public(ca)}"').start()
    key = SecurityKey(kind)
    (tmp_path / "token.pub").write_text(key.line + "\n")

    def certified(*options: str) -> None:
        certify(ca, tmp_path / "token", *options)
        key.shown = base64.b64decode((tmp_path / "token-cert.pub").read_text().split()[1])

    certified()
    assert log_in(site, key) == 0
    key.flags = 0
    assert log_in(site, key) == 255
    certified("-O", "no-touch-required")
    assert log_in(site, key) == 0
    certified("-O", "verify-required")
    key.flags = 1
    assert log_in(site, key) == 255
    key.flags = 5
    assert log_in(site, key) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_signatures_that_do_not_hold(kind: str) -> None:
    key = SecurityKey(kind)
    good = key.sign(b"message")
    assert check_signature(kind, key.blob, good, b"message") is None
    counter_changed = good[:-1] + bytes([good[-1] ^ 1])
    flags_changed = good[:-5] + b"\x05" + good[-4:]
    for broken in (counter_changed, flags_changed, good + b"x", good[:-1], good[:30], b""):
        assert check_signature(kind, key.blob, broken, b"message"), broken
    assert check_signature(kind, key.blob, good, b"another message")
    assert check_signature(kind, SecurityKey(kind).blob, good, b"message")
    assert check_signature("ssh-ed25519", key.blob, good, b"message")
