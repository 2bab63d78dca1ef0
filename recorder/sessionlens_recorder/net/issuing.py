"""upstream "ca": a new key and a certificate for it, for one person, one session and one minute.

The target needs `TrustedUserCAKeys` with the CA's public half, and nothing for each person. Nothing of this
lies on a disk; the key lives as long as the login.
"""

from __future__ import annotations

import io
import secrets
import time
from pathlib import Path

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import SSHCertificateBuilder, SSHCertificateType

from sessionlens_recorder.session.policy import Policy
from sessionlens_recorder.signing import read_private_key

VALID_S, EARLY_S = 60, 60  # early: for a target whose clock is slow
Authority = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def load_authority(path: Path) -> Authority:
    """ValueError says what cannot be used."""
    key = read_private_key(path)
    if not isinstance(key, Authority):
        raise ValueError(f"{path} is not a key of a kind that can sign certificates; use Ed25519")
    return key


def issue(authority: Authority, key_id: str, account: str, policy: Policy) -> paramiko.PKey:
    """A private key that carries its certificate."""
    private = ed25519.Ed25519PrivateKey.generate()
    now = int(time.time())
    builder = (
        SSHCertificateBuilder()
        .public_key(private.public_key())
        .serial(secrets.randbits(63) | 1)
        .type(SSHCertificateType.USER)
        .key_id(key_id.encode())
        .valid_principals([account.encode()])
        .valid_after(now - EARLY_S)
        .valid_before(now + VALID_S)
    )
    for extension in _extensions(policy):
        builder = builder.add_extension(extension, b"")
    line = builder.sign(authority).public_bytes().decode()
    text = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    key = paramiko.Ed25519Key.from_private_key(io.StringIO(text.decode()))
    key.load_certificate(line)
    return key


def public_line(authority: Authority) -> str:
    """For TrustedUserCAKeys."""
    encoding, form = serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    return authority.public_key().public_bytes(encoding, form).decode()


def _extensions(policy: Policy) -> list[bytes]:
    """What the recorder would let pass; in the order of their names, as the format wants it."""
    wanted = {
        b"permit-X11-forwarding": policy.x11 and policy.limits.x11,
        b"permit-agent-forwarding": policy.agent and policy.limits.agent,
        b"permit-port-forwarding": bool(policy.forward) and policy.limits.forward,
        b"permit-pty": policy.limits.pty,
        b"permit-user-rc": True,
    }
    return [name for name, allowed in sorted(wanted.items()) if allowed]
