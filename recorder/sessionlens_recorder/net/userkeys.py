"""May this public key let this person in, and does the signature hold? RFC 4252, section 7."""

from __future__ import annotations

from datetime import UTC, datetime

import paramiko
from paramiko.message import Message

from sessionlens_recorder.config import User
from sessionlens_recorder.net.authorized_keys import read_authorized_keys

Key = type[paramiko.Ed25519Key] | type[paramiko.ECDSAKey] | type[paramiko.RSAKey]

LEAST_RSA_BITS = 2048
ALGORITHMS: dict[str, dict[str, Key]] = {
    "ssh-ed25519": {"ssh-ed25519": paramiko.Ed25519Key},
    "ecdsa-sha2-nistp256": {"ecdsa-sha2-nistp256": paramiko.ECDSAKey},
    "ecdsa-sha2-nistp384": {"ecdsa-sha2-nistp384": paramiko.ECDSAKey},
    "ecdsa-sha2-nistp521": {"ecdsa-sha2-nistp521": paramiko.ECDSAKey},
    "ssh-rsa": {"rsa-sha2-512": paramiko.RSAKey, "rsa-sha2-256": paramiko.RSAKey},
}
"""By the kind of key, the signatures that are accepted of it: no SHA-1."""


def check_key(user: User | None, algorithm: str, blob: bytes, client: str) -> str | None:
    """None if this key may let this person in from there, or why not. The signature is another matter."""
    if user is None or user.authorized_keys is None:
        return "no such person, or no keys"
    try:
        keys, _ = read_authorized_keys(user.authorized_keys)
    except OSError as error:
        return f"{error.filename}: {error.strerror}"
    for key in keys:
        if key.blob == blob:
            if algorithm not in ALGORITHMS.get(key.kind, {}):
                return f"the algorithm {algorithm} is not accepted"
            return key.check(client, datetime.now(UTC))
    return "not an authorized key"


def signature_holds(algorithm: str, blob: bytes, signature: bytes, signed: bytes) -> bool:
    """Was `signed` signed by that key, with that very algorithm?"""
    classes = {name: kind for names in ALGORITHMS.values() for name, kind in names.items()}
    try:
        if algorithm not in classes or Message(signature).get_binary() != algorithm.encode():
            return False
        key = classes[algorithm](Message(blob))
        if isinstance(key, paramiko.RSAKey) and key.get_bits() < LEAST_RSA_BITS:
            return False
        return bool(key.verify_ssh_sig(signed, Message(signature)))
    except (paramiko.SSHException, ValueError):  # a blob that is no key, or a signature that is none
        return False
