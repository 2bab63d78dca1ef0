"""Signatures that `ssh-keygen -Y verify` accepts: SSHSIG (OpenSSH's PROTOCOL.sshsig), Ed25519, namespace
"sessionlens"."""

from __future__ import annotations

import base64
import hashlib
import struct
import textwrap
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import SSHPrivateKeyTypes

NAMESPACE = "sessionlens"
_MAGIC, _VERSION, _HASH = b"SSHSIG", 1, "sha512"


def read_private_key(path: Path) -> SSHPrivateKeyTypes:
    """An OpenSSH private key file without passphrase. ValueError says what is wrong with it."""
    try:
        return serialization.load_ssh_private_key(path.read_bytes(), password=None)
    except TypeError:
        raise ValueError(f"{path} has a passphrase; the recorder needs a key without") from None
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError(f"{path} is not a private key that can be used: {error}") from error


def load_key(path: Path) -> Ed25519PrivateKey:
    """What seals recordings. ValueError."""
    key = read_private_key(path)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} is not an Ed25519 key")
    return key


def signer(key: Ed25519PrivateKey) -> Callable[[bytes], str]:
    """What a bundle is sealed with: MANIFEST in, MANIFEST.sig out."""
    return lambda message: sign(key, message)


def sign(key: Ed25519PrivateKey, message: bytes) -> str:
    """An armoured signature; the same bytes that `ssh-keygen -Y sign -n NAMESPACE` writes."""
    digest = hashlib.new(_HASH, message).digest()
    scope = _string(NAMESPACE.encode()) + _string(b"") + _string(_HASH.encode())
    signature = _string(b"ssh-ed25519") + _string(key.sign(_MAGIC + scope + _string(digest)))
    blob = _MAGIC + struct.pack(">I", _VERSION) + _string(_public_blob(key)) + scope + _string(signature)
    body = "\n".join(textwrap.wrap(base64.b64encode(blob).decode(), 70))
    return f"-----BEGIN SSH SIGNATURE-----\n{body}\n-----END SSH SIGNATURE-----\n"


def allowed_signers_line(key: Ed25519PrivateKey, principal: str) -> str:
    """How others come to trust a bastion's signatures: ssh-keygen(1), ALLOWED SIGNERS."""
    return f'{principal} namespaces="{NAMESPACE}" {public_line(key)}\n'


def public_line(key: Ed25519PrivateKey) -> str:
    """`ssh-ed25519 AAAA…`"""
    return f"ssh-ed25519 {base64.b64encode(_public_blob(key)).decode()}"


def private_text(key: Ed25519PrivateKey) -> bytes:
    """The key as `ssh-keygen -t ed25519 -N ''` would have written it."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )


def _public_blob(key: Ed25519PrivateKey) -> bytes:
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return _string(b"ssh-ed25519") + _string(raw)


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data
