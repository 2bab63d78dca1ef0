"""SSHSIG: what ssh-keygen makes is read, and nothing else is taken for a signature."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.evidence.sshsig import MAGIC, SignatureError, UnsupportedSignature, parse


def string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def armored(blob: bytes) -> bytes:
    text = base64.b64encode(blob).decode()
    return f"-----BEGIN SSH SIGNATURE-----\n{text}\n-----END SSH SIGNATURE-----\n".encode()


def blob(
    *, kind: bytes = b"ssh-ed25519", algorithm: bytes = b"ssh-ed25519", hash_name: bytes = b"sha512"
) -> bytes:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signature = string(algorithm) + string(bytes(64))
    fields = [string(kind) + string(raw), b"sessionlens", b"", hash_name, signature]
    return MAGIC + b"\x00\x00\x00\x01" + b"".join(map(string, fields))


def test_a_signature_of_zeros_is_well_formed_and_wrong() -> None:
    signature = parse(armored(blob()))
    assert (signature.key_type, signature.namespace, signature.hash_name) == (
        "ssh-ed25519",
        "sessionlens",
        "sha512",
    )
    assert signature.fingerprint.startswith("SHA256:")
    with pytest.raises(SignatureError, match="does not fit"):
        signature.check(b"data", "sessionlens")


def test_other_hashes_algorithms_and_keys_are_refused_or_unsupported() -> None:
    with pytest.raises(SignatureError, match="hash"):
        parse(armored(blob(hash_name=b"md5"))).check(b"", "sessionlens")
    with pytest.raises(SignatureError, match="do not fit"):
        parse(armored(blob(algorithm=b"ssh-rsa"))).check(b"", "sessionlens")
    for kind in (b"sk-ssh-ed25519@openssh.com", b"ssh-ed25519-cert-v01@openssh.com"):
        with pytest.raises(UnsupportedSignature, match="ssh-keygen"):
            parse(armored(blob(kind=kind))).check(b"", "sessionlens")
    with pytest.raises(SignatureError, match="cannot be read"):
        parse(armored(blob(kind=b"ssh-unheard-of"))).check(b"", "sessionlens")


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"x", armored(b""), armored(b"SSHSIG\x00\x00\x00\x02"), armored(blob()[:-1]),
        armored(blob() + b"x"),
     b"-----BEGIN SSH SIGNATURE-----\n!\n-----END SSH SIGNATURE-----", b"-----BEGIN SSH SIGNATURE-----"],
)  # fmt: skip
def test_what_is_no_signature_is_refused(raw: bytes) -> None:
    with pytest.raises(SignatureError):
        parse(raw)


@given(st.integers(0, len(blob()) - 1), st.integers(1, 255))
def test_a_changed_signature_is_never_good_and_never_fails_otherwise(at: int, flip: int) -> None:
    raw = bytearray(blob())
    raw[at] ^= flip
    with pytest.raises((SignatureError, UnsupportedSignature)):
        parse(armored(bytes(raw))).check(b"data", "sessionlens")
