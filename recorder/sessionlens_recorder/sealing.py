"""Sealed input, the writing side: keys that can only lock. The private half never lies on the bastion.

A channel's key is made when the channel is opened and wrapped as an age file (C2SP, age.md, "X25519") for
every recipient, so that `age -d` opens it too; the records are AES-256-GCM under what HKDF makes of it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import textwrap
from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sessionlens_recorder.bundle import Sealer, bech32

PUBLIC, PRIVATE = "age", "age-secret-key-"
PRIVATE_MARK = b"AGE-SECRET-KEY-1"
_ARMOR = "-----{} AGE ENCRYPTED FILE-----"


def new_identity() -> tuple[str, str]:
    """A key pair: the text of the private key's file, as age-keygen writes it, and the recipient `age1…`."""
    key = X25519PrivateKey.generate()
    recipient = bech32.encode(PUBLIC, key.public_key().public_bytes_raw())
    private = bech32.encode(PRIVATE, key.private_bytes_raw()).upper()
    return (
        f"# opens what users typed; keep it off the bastion\n# public key: {recipient}\n{private}\n",
        recipient,
    )


def recipient_of(private: str) -> str:
    """`age1…` of an `AGE-SECRET-KEY-1…`; ValueError."""
    prefix, raw = bech32.decode(private)
    if prefix != PRIVATE or len(raw) != 32:
        raise ValueError("not an X25519 private key of age")
    return bech32.encode(PUBLIC, X25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw())


def read_recipients(lines: Sequence[str], folder: Path) -> tuple[str, ...]:
    """Recipients, given each as `age1…` or as a file of such lines, relative to the folder.

    Raises ValueError and OSError.
    """
    found: list[str] = []
    for line in lines:
        if line.startswith("age1") or PRIVATE_MARK.decode() in line.upper():
            found.append(_checked(line))
            continue
        text = (folder / line).read_text(encoding="utf-8", errors="replace")
        keys = [key for row in text.splitlines() if (key := row.strip()) and not key.startswith("#")]
        if not keys:
            raise ValueError(f"{line} has no recipient in it: a line `age1…` each")
        found += map(_checked, keys)
    return tuple(dict.fromkeys(found))


def _checked(text: str) -> str:
    if PRIVATE_MARK.decode() in text.upper():
        raise ValueError(
            "that is the private half, which must not be on the bastion; give the one that is age1…"
        )
    try:
        prefix, raw = bech32.decode(text)
    except ValueError as error:
        raise ValueError(f"{text[:70]!r} is not a recipient age1…: {error}") from None
    if prefix != PUBLIC or len(raw) != 32:
        raise ValueError(f"{text[:20]!r}… is no X25519 recipient: these are age1 and 58 more characters")
    armoured([text], b"")  # ValueError for a key that would encrypt nothing
    return text


def sealing(recipients: Sequence[str]) -> Callable[[bytes], Sealer]:
    """What makes the Sealer of each channel."""
    return lambda context: ChannelSealer(recipients, context)


class ChannelSealer:
    """One channel's key: made here, wrapped for the recipients, gone with the process."""

    def __init__(self, recipients: Sequence[str], context: bytes) -> None:
        key = secrets.token_bytes(32)
        self.facts: dict[str, Any] = {"recipients": list(recipients), "key": armoured(recipients, key)}
        self._aead = AESGCM(_derived(key, b"", context))

    def seal(self, number: int, plain: bytes) -> bytes:
        return self._aead.encrypt(number.to_bytes(12, "big"), plain, None)


def armoured(recipients: Sequence[str], data: bytes) -> str:
    """An age file over some bytes, in its ASCII armour."""
    lines = textwrap.wrap(b64encode(_age_file(recipients, data)).decode(), 64)
    return "\n".join([_ARMOR.format("BEGIN"), *lines, _ARMOR.format("END"), ""])


def _age_file(recipients: Sequence[str], data: bytes) -> bytes:
    file_key, nonce = secrets.token_bytes(16), secrets.token_bytes(16)
    stanzas = "".join(_stanza(bech32.decode(recipient)[1], file_key) for recipient in recipients)
    header = f"age-encryption.org/v1\n{stanzas}---".encode()
    mac = hmac.new(_derived(file_key, b"", b"header"), header, hashlib.sha256).digest()
    payload = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
    only_chunk = payload.encrypt(bytes(11) + b"\x01", data, None)
    return b"".join([header, b" ", _base64(mac), b"\n", nonce, only_chunk])


def _stanza(recipient: bytes, file_key: bytes) -> str:
    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
    wrap = ChaCha20Poly1305(_derived(shared, share + recipient, b"age-encryption.org/v1/X25519"))
    body = wrap.encrypt(bytes(12), file_key, None)
    return f"-> X25519 {_base64(share).decode()}\n{_base64(body).decode()}\n"


def _derived(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


def _base64(data: bytes) -> bytes:
    return b64encode(data).rstrip(b"=")
