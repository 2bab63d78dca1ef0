"""Private keys that open sealed input: files as `age-keygen` and `sessionlens-recorder init` write them.

A recording's key is an age file (C2SP, age.md) in channel.json; of it only what a recorder writes is read:
one chunk, X25519 recipients. What a recording says is hostile: anything odd is "cannot be opened".
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sessionlens_recorder.bundle import bech32

from sessionlens.errors import IdentityError

_LIMIT = 1 << 16  # bytes of a file of keys, and of a wrapped key
_ARMOUR = re.compile(
    r"-----BEGIN AGE ENCRYPTED FILE-----\n([A-Za-z0-9+/=\n]+)-----END AGE ENCRYPTED FILE-----\s*"
)
_HEADER = re.compile(
    rb"age-encryption\.org/v1\n(?:-> [!-~ ]+\n(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{0,63}\n)+---"
)
_STANZA = re.compile(rb"\n-> X25519 ([A-Za-z0-9+/]{43})\n([A-Za-z0-9+/]{43})(?=\n)")
_REST = re.compile(rb" ([A-Za-z0-9+/]{43})\n", re.DOTALL)


Identity: TypeAlias = "str | PathLike[str] | Iterable[str | PathLike[str]]"
"""A file of private keys, or several of them."""


@dataclass(frozen=True, slots=True)
class Identities:
    """The private keys of some files; what is printed of them is their public halves."""

    paths: tuple[Path, ...]
    recipients: tuple[str, ...]
    """`age1…` of each."""
    _keys: tuple[X25519PrivateKey, ...] = field(repr=False)

    @classmethod
    def read(cls, identity: Identity) -> Identities:
        """Each file has lines `AGE-SECRET-KEY-1…` and comments. Raises IdentityError."""
        files = [identity] if isinstance(identity, str | PathLike) else list(identity)
        if not files:
            raise IdentityError(f"no file of private keys was named; {_WANTED}")
        found = [cls._of(Path(file)) for file in files]
        keys = tuple(key for each in found for key in each._keys)
        return cls(tuple(map(Path, files)), tuple(key for each in found for key in each.recipients), keys)

    @classmethod
    def _of(cls, place: Path) -> Identities:
        try:
            with place.open("rb") as file:
                raw = file.read(_LIMIT + 1)
        except OSError as error:
            raise IdentityError(f"{place} cannot be read: {error.strerror or error}") from error
        if raw.startswith((b"age-encryption.org/", b"-----BEGIN AGE")):
            raise IdentityError(f"{place} is itself encrypted: decrypt it first, `age -d {place}`")
        if len(raw) > _LIMIT:
            raise IdentityError(f"{place} is no file of private keys, but a large one; {_WANTED}")
        lines = [line.strip() for line in raw.decode("utf-8", "replace").splitlines()]
        keys = [_private(place, line) for line in lines if line and not line.startswith("#")]
        if not keys:
            raise IdentityError(f"{place} is no file of private keys: {_WANTED}")
        public = (key.public_key().public_bytes_raw() for key in keys)
        return cls((place,), tuple(bech32.encode("age", raw) for raw in public), tuple(keys))

    def open(self, armoured: object) -> bytes | None:
        """What an age file in its armour holds, if one of these keys opens it; else None."""
        found = _ARMOUR.fullmatch(armoured) if isinstance(armoured, str) and len(armoured) < _LIMIT else None
        if found is None:
            return None
        try:
            raw = b64decode(found[1].replace("\n", ""), validate=True)
        except binascii.Error:
            return None
        header = _HEADER.match(raw)
        mac = _REST.match(raw, header.end()) if header else None
        if header is None or mac is None:
            return None
        for file_key in self._file_keys(header[0]):
            right = hmac.new(derived(file_key, b"", b"header"), header[0], hashlib.sha256).digest()
            if hmac.compare_digest(right, _base64(mac[1])):
                return _payload(file_key, raw[mac.end() :])
        return None

    def _file_keys(self, header: bytes) -> Iterator[bytes]:
        for share, body in _STANZA.findall(header):
            for key in self._keys:
                try:
                    yield _unwrapped(key, _base64(share), _base64(body))
                except (InvalidTag, ValueError):  # somebody else's
                    continue


_WANTED = "it has to have a line AGE-SECRET-KEY-1…, as age-keygen and `sessionlens-recorder init` write it"


def _private(place: Path, line: str) -> X25519PrivateKey:
    """The key of a line; what is said of a wrong one never has a character of it."""
    if line.startswith("age1"):
        raise IdentityError(f"{place} holds the public half, age1…, which only seals: {_WANTED}")
    try:
        prefix, raw = bech32.decode(line)
    except ValueError as error:
        what = (
            f"has a key that cannot be used: {error}"
            if line.startswith("AGE-")
            else "is another kind of file"
        )
        raise IdentityError(f"{place} {what}; {_WANTED}") from None
    if prefix != "age-secret-key-" or len(raw) != 32:
        raise IdentityError(f"{place} has a key of another kind; {_WANTED}")
    return X25519PrivateKey.from_private_bytes(raw)


def refusal(where: str, identities: Identities, recipients: Sequence[str]) -> IdentityError:
    """What was typed is sealed for others."""
    whose = ", ".join(recipients) or "nobody that it names"
    one, alone = len(identities.paths) == 1, len(identities.recipients) == 1
    files = ", ".join(map(str, identities.paths))
    held = f"the key{'' if alone else 's'} in {'that file' if one else 'those files'}"
    return IdentityError(
        f"{where}: {files} {'does' if one else 'do'} not open what was typed: it is sealed for {whose}; "
        f"{held}: {', '.join(identities.recipients)}"
    )


def derived(key: bytes, salt: bytes, info: bytes) -> bytes:
    """HKDF-SHA-256, 32 bytes."""
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


def _unwrapped(key: X25519PrivateKey, share: bytes, body: bytes) -> bytes:
    shared = key.exchange(X25519PublicKey.from_public_bytes(share))
    salt = share + key.public_key().public_bytes_raw()
    wrap = ChaCha20Poly1305(derived(shared, salt, b"age-encryption.org/v1/X25519"))
    return wrap.decrypt(bytes(12), body, None)


def _payload(file_key: bytes, raw: bytes) -> bytes | None:
    nonce, chunk = raw[:16], raw[16:]
    try:
        return ChaCha20Poly1305(derived(file_key, nonce, b"payload")).decrypt(
            bytes(11) + b"\x01", chunk, None
        )
    except InvalidTag:
        return None


def _base64(text: bytes) -> bytes:
    return b64decode(text + b"=")
