"""Signatures that ssh-keygen accepts and would have made."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from sessionlens_recorder import signing

from .conftest import make_key


@pytest.mark.parametrize("message", [b"", b"a manifest\n", bytes(range(256)) * 100])
def test_the_same_bytes_as_ssh_keygen(tmp_path: Path, message: bytes) -> None:
    path = make_key(tmp_path / "key")
    (tmp_path / "m").write_bytes(message)
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", path, "-n", "sessionlens", tmp_path / "m"], check=True
    )
    assert signing.sign(signing.load_key(path), message) == (tmp_path / "m.sig").read_text()


def test_a_key_that_cannot_be_used(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", locked], check=True)
    with pytest.raises(ValueError, match="passphrase"):
        signing.load_key(locked)
    other = tmp_path / "other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", other], check=True)
    with pytest.raises(ValueError, match="not an Ed25519 key"):
        signing.load_key(other)
    (tmp_path / "x").write_text("x")
    with pytest.raises(ValueError):
        signing.load_key(tmp_path / "x")
