"""SSH signatures (OpenSSH PROTOCOL.sshsig), as `ssh-keygen -Y sign` makes them: parsed and checked.

Whether the signer is one to trust is signers.py's question. Ed25519, ECDSA (NIST curves) and RSA with SHA-2;
certificates and security keys are recognised and reported as unsupported, never taken for good or bad.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

MAGIC = b"SSHSIG"
_ARMOR = re.compile(rb"-----BEGIN SSH SIGNATURE-----\n((?:[A-Za-z0-9+/=]+\n)+)-----END SSH SIGNATURE-----\n?")
_RSA = {b"rsa-sha2-256": hashes.SHA256(), b"rsa-sha2-512": hashes.SHA512()}
_ECDSA = {"secp256r1": hashes.SHA256(), "secp384r1": hashes.SHA384(), "secp521r1": hashes.SHA512()}


class SignatureError(ValueError):
    """Not a signature, or not a good one over these data."""


class UnsupportedSignature(Exception):
    """A signature of a kind that cannot be checked here; ssh-keygen may be able to."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A parsed SSHSIG."""

    key: bytes
    """The public key as on the wire (RFC 4253, 6.6)."""
    namespace: str
    hash_name: str
    algorithm: bytes
    blob: bytes

    @property
    def key_type(self) -> str:
        """Such as ssh-ed25519."""
        return _string(self.key, 0)[0].decode("ascii", "replace")

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -l` shows it: SHA256:…"""
        digest = base64.b64encode(hashlib.sha256(self.key).digest()).decode("ascii")
        return f"SHA256:{digest.rstrip('=')}"

    def check(self, data: bytes, namespace: str) -> None:
        """Raise SignatureError unless this is a good signature over data, UnsupportedSignature if unclear."""
        if self.namespace != namespace:
            raise SignatureError(f"the signature is for {self.namespace!r}, not for {namespace!r}")
        if self.hash_name not in ("sha256", "sha512"):
            raise SignatureError(
                f"the signature names the hash {self.hash_name!r}, which the format does not allow"
            )
        digest = hashlib.new(self.hash_name, data).digest()
        fields = (namespace.encode(), b"", self.hash_name.encode(), digest)
        _check(self, MAGIC + b"".join(struct.pack(">I", len(field)) + field for field in fields))


def parse(armored: bytes) -> Signature:
    """Read an armored signature. Raises SignatureError."""
    match = _ARMOR.fullmatch(armored)
    if match is None:
        raise SignatureError("not an SSH signature: it does not have the form of one")
    text = match[1].replace(b"\n", b"")
    try:
        blob = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise SignatureError(f"the signature is not base64: {error}") from error
    if base64.b64encode(blob) != text:
        raise SignatureError("the signature is not base64 as anybody would write it: it was changed")
    if blob[:10] != MAGIC + struct.pack(">I", 1):
        raise SignatureError("not an SSH signature of version 1")
    offset, fields = 10, []
    for _ in range(5):
        field, offset = _string(blob, offset)
        fields.append(field)
    if offset != len(blob):
        raise SignatureError("the signature is longer than it says")
    key, namespace, _, hash_name, signature = fields
    algorithm, at = _string(signature, 0)
    raw, at = _string(signature, at)
    if at != len(signature) and not algorithm.startswith(b"sk-"):
        raise SignatureError("the signature is longer than it says")
    return Signature(
        key, namespace.decode("utf-8", "replace"), hash_name.decode("ascii", "replace"), algorithm, raw
    )


def _check(signature: Signature, signed: bytes) -> None:
    key = _load(signature)
    try:
        if isinstance(key, ed25519.Ed25519PublicKey) and signature.algorithm == b"ssh-ed25519":
            key.verify(signature.blob, signed)
        elif isinstance(key, rsa.RSAPublicKey) and signature.algorithm in _RSA:
            key.verify(signature.blob, signed, padding.PKCS1v15(), _RSA[signature.algorithm])
        elif (
            isinstance(key, ec.EllipticCurvePublicKey) and signature.algorithm == signature.key_type.encode()
        ):
            key.verify(_ecdsa(signature.blob), signed, ec.ECDSA(_ECDSA[key.curve.name]))
        else:
            raise SignatureError(
                f"key and signature do not fit: {signature.key_type}, {signature.algorithm!r}"
            )
    except InvalidSignature as error:
        raise SignatureError(
            "the signature does not fit: what was signed, or the signature, was changed"
        ) from error


def _load(signature: Signature) -> object:
    kind = signature.key_type
    if kind.startswith("sk-") or "-cert-v01@" in kind:
        raise UnsupportedSignature(
            f"signatures by {kind} keys cannot be checked here; ssh-keygen -Y verify can"
        )
    try:
        return load_ssh_public_key(kind.encode() + b" " + base64.b64encode(signature.key))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SignatureError(f"the signature's public key cannot be read: {error}") from error


def _ecdsa(blob: bytes) -> bytes:
    r, offset = _string(blob, 0)
    s, _ = _string(blob, offset)
    return encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))


def _string(blob: bytes, offset: int) -> tuple[bytes, int]:
    """One length-prefixed string (RFC 4251, 5) and where the next begins."""
    start = offset + 4
    length = int.from_bytes(blob[offset:start], "big")
    if len(blob) < start or len(blob) < start + length:
        raise SignatureError(f"the signature is cut off at byte {offset}")
    return blob[start : start + length], start + length
