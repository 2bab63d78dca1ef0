"""What the bastion offers, as ssh-audit (PyPI) judges it."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import DEADLINE_S, BuildSite, Site

# Key exchanges without post-quantum protection have to stay for clients older than 2025, OpenSSH's before 9.9
# among them; paramiko can offer the first, and does so first.
UNAVOIDABLE = {"curve25519-sha256@libssh.org", "diffie-hellman-group16-sha512"}


def audit(address: str) -> dict[str, Any]:
    if importlib.util.find_spec("ssh_audit") is None:
        pytest.skip("needs ssh-audit (PyPI)")
    host, _, port = address.rpartition(":")
    line = [sys.executable, "-m", "ssh_audit", "-jj", "--skip-rate-test", "-p", port, host]
    done = subprocess.run(line, capture_output=True, text=True, timeout=3 * DEADLINE_S, check=False)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def algorithms(report: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in ("kex", "key", "enc", "mac"):
        yield from report[part]


def test_no_failure_and_no_warning_that_can_be_avoided(build_site: BuildSite) -> None:
    site = build_site().start()
    report = audit(site.server)
    names = {one["algorithm"] for one in algorithms(report)}
    assert {"mlkem768x25519-sha256", "ssh-ed25519", "aes128-gcm@openssh.com"} <= names
    failed = {one["algorithm"]: one["notes"]["fail"] for one in algorithms(report) if "fail" in one["notes"]}
    assert failed == {}
    warned = {one["algorithm"]: one["notes"]["warn"] for one in algorithms(report) if "warn" in one["notes"]}
    assert {name: notes for name, notes in warned.items() if name not in UNAVOIDABLE} == {}
    assert all("post-quantum" in " ".join(notes) for notes in warned.values()), warned
    assert not report["cves"]


def test_strict_key_exchange_and_the_post_quantum_one_come_first(site: Site) -> None:
    report = audit(site.targets["web01"])
    offered = [one["algorithm"] for one in report["kex"]]
    assert offered[0] == "mlkem768x25519-sha256"
    assert "kex-strict-s-v00@openssh.com" in offered
    assert report["compression"] == ["none"]
