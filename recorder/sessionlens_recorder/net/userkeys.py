"""Which signatures are accepted, and does one hold? RFC 4252 section 7, RFC 8332, RFC 8709, and OpenSSH's
PROTOCOL.u2f for FIDO keys.

Whose keys these are is credentials.py's; what a certificate says is certificates.py's.
"""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm

from sessionlens_recorder.session.wire import Reader

LEAST_RSA_BITS, MOST_RSA_BITS = 2048, 16384
SK_ED25519, SK_ECDSA = "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"
ALGORITHMS: dict[str, tuple[str, ...]] = {
    "ssh-ed25519": ("ssh-ed25519",),
    SK_ED25519: (SK_ED25519,),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    SK_ECDSA: (SK_ECDSA,),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),
}
"""By the kind of key, the signatures that are accepted of it: no SHA-1."""

OFFERED = tuple(name for names in ALGORITHMS.values() for name in names)
"""What clients are told in server-sig-algs (RFC 8308)."""

TOUCHED, VERIFIED = 0x01, 0x04  # flags of a FIDO signature: somebody was there, and was asked for a PIN
_CURVES: dict[str, tuple[ec.EllipticCurve, HashAlgorithm]] = {
    "nistp256": (ec.SECP256R1(), SHA256()),
    "nistp384": (ec.SECP384R1(), SHA384()),
    "nistp521": (ec.SECP521R1(), SHA512()),
}


def check_signature(
    algorithm: str, blob: bytes, signature: bytes, signed: bytes, *, touch: bool = True, verify: bool = False
) -> str | None:
    """None if `signed` was signed by the key `blob` with that very algorithm, or why not.

    A FIDO key has to say that somebody touched it (unless `touch` is false) and, with `verify`, that it knew
    who. The counter is part of what is signed and not compared: a key may serve on many bastions.
    """
    try:
        kind = Reader(blob, 0).text()
        if algorithm not in ALGORITHMS.get(kind, ()) or Reader(signature, 0).text() != algorithm:
            return f"the algorithm {algorithm} is not accepted"
        if kind in (SK_ED25519, SK_ECDSA):
            return _check_security_key(kind, blob, signature, signed, touch, verify)
        _verify(algorithm, blob, signature, signed)
    except _NOT_HELD:
        return "the signature does not hold"
    return None


_NOT_HELD = (
    ValueError,
    KeyError,
    ArithmeticError,
    InvalidSignature,
    UnsupportedAlgorithm,
)  # no key, or not its own


def _verify(algorithm: str, blob: bytes, signature: bytes, signed: bytes) -> None:
    """Raises where it does not hold. paramiko's key classes are not asked: they take a signature of 20 bytes
    that names a number of a megabyte, and compute on it for a minute.
    """
    key, reader = Reader(blob, 0), Reader(signature, 0)
    kind, _ = key.text(), reader.string()
    inner = reader.string()
    if reader.more():
        raise ValueError("something behind the signature")
    if kind == "ssh-ed25519":
        Ed25519PublicKey.from_public_bytes(key.string()).verify(inner, signed)
    elif kind == "ssh-rsa":
        public = _rsa_key(key.string(), key.string())
        padded = inner.rjust(public.key_size // 8, b"\0")  # some clients leave zeros out, as sshd knows
        hashed = SHA512() if algorithm == "rsa-sha2-512" else SHA256()
        public.verify(padded, signed, padding.PKCS1v15(), hashed)
    else:
        curve, hash_ = _CURVES[key.text()]
        point = ec.EllipticCurvePublicKey.from_encoded_point(curve, key.string())
        point.verify(_dss(inner), signed, ec.ECDSA(hash_))


def _rsa_key(e: bytes, n: bytes) -> rsa.RSAPublicKey:
    modulus = int.from_bytes(n, "big", signed=True)
    if not LEAST_RSA_BITS <= modulus.bit_length() <= MOST_RSA_BITS or len(e) > 8:
        raise ValueError("an RSA key of a size that is not accepted")
    return rsa.RSAPublicNumbers(int.from_bytes(e, "big", signed=True), modulus).public_key()


def _check_security_key(
    kind: str, blob: bytes, signature: bytes, signed: bytes, touch: bool, verify: bool
) -> str | None:
    """The authenticator signs the application, its flags and counter, and the message's hash."""
    reader = Reader(signature, 0)
    reader.string()
    inner, flags, counter = reader.string(), reader.byte(), reader.u32()
    if reader.more():
        return "the signature does not hold"
    key = Reader(blob, 0)
    key.string()
    if kind == SK_ECDSA and key.string() != b"nistp256":
        return "the signature does not hold"
    point, application = key.string(), key.string()
    message = hashlib.sha256(application).digest() + bytes((flags,)) + counter.to_bytes(4, "big")
    message += hashlib.sha256(signed).digest()
    if kind == SK_ED25519:
        Ed25519PublicKey.from_public_bytes(point).verify(inner, message)
    else:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        public.verify(_dss(inner), message, ec.ECDSA(SHA256()))
    if touch and not flags & TOUCHED:
        return "nobody touched the security key"
    if verify and not flags & VERIFIED:
        return "the security key did not ask for its PIN"
    return None


def _dss(inner: bytes) -> bytes:
    """RFC 5656, 3.1.2: two mpints."""
    reader = Reader(inner, 0)
    r, s = (int.from_bytes(reader.string(), "big", signed=True) for _ in range(2))
    if reader.more() or r <= 0 or s <= 0:
        raise ValueError("not an ECDSA signature")
    return encode_dss_signature(r, s)
