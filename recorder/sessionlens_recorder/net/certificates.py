"""OpenSSH certificates (PROTOCOL.certkeys): what one says, and whether that holds here and now.

paramiko parses them and checks nothing. A certificate is believed only after `check_certificate`: its type,
its names, its dates and the signature of a CA that is trusted. Chained certificates do not exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sessionlens_recorder.net.authorized_keys import fingerprint
from sessionlens_recorder.net.userkeys import ALGORITHMS, SK_ECDSA, SK_ED25519, check_signature
from sessionlens_recorder.session.wire import Reader, string

USER: Literal[1] = 1
HOST: Literal[2] = 2
_SUFFIX = "-cert-v01@openssh.com"
_FIELDS = {  # how many strings a public key has after its type
    "ssh-ed25519": 1, "ecdsa-sha2-nistp256": 2, "ecdsa-sha2-nistp384": 2, "ecdsa-sha2-nistp521": 2,
    "ssh-rsa": 2, SK_ED25519: 2, SK_ECDSA: 3,
}  # fmt: skip


def certificate_name(kind: str) -> str:
    """`ssh-ed25519` → `ssh-ed25519-cert-v01@openssh.com`; also of a signature algorithm."""
    return kind.removesuffix("@openssh.com") + _SUFFIX


def plain_name(kind: str) -> str:
    """The other way; a name that is none of a certificate stays."""
    plain = kind.removesuffix(_SUFFIX)
    return f"{plain}@openssh.com" if plain != kind and plain.startswith("sk-") else plain


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says. `key` is the plain public key in it, `ca` that of the signer."""

    kind: str
    key: bytes
    serial: int
    type: int
    key_id: str
    principals: tuple[str, ...]
    after: int  # valid from this second on
    before: int  # and until before this one
    options: Mapping[str, bytes]  # critical
    extensions: frozenset[str]
    ca: bytes
    signed: bytes
    signature: bytes


def is_certificate(blob: bytes) -> bool:
    return Reader(blob, 0).text().endswith(_SUFFIX)


def parse_certificate(blob: bytes) -> Certificate:
    """ValueError if it is not one, or none that can be read to its end."""
    reader = Reader(blob, 0)
    kind = plain_name(reader.text())
    if kind not in _FIELDS or not is_certificate(blob):
        raise ValueError("not a certificate of a kind that is accepted")
    reader.string()  # the nonce
    fields = [reader.string() for _ in range(_FIELDS[kind])]
    serial, type_, key_id = _u64(reader), reader.u32(), reader.text()
    principals = _strings(reader.string())
    after, before = _u64(reader), _u64(reader)
    options, extensions = _options(reader.string()), _options(reader.string())
    reader.string()  # reserved
    ca, signature = reader.string(), reader.string()
    if reader.more():
        raise ValueError("a certificate with something behind its signature")
    return Certificate(
        kind, string(kind) + b"".join(map(string, fields)), serial, type_, key_id,
        tuple(name.decode("utf-8", "backslashreplace") for name in principals),
        after, before, options, frozenset(extensions), ca, blob[: -len(string(signature))], signature,
    )  # fmt: skip


def check_certificate(
    certificate: Certificate,
    type_: Literal[1, 2],
    names: Iterable[str],
    authorities: Iterable[bytes],
    now: datetime,
) -> str | None:
    """None if a CA that is trusted vouches for one of these names at this time, or why not.

    An empty list of principals, which stands for any, is refused as sshd does for a user. Critical options
    are the caller's to check.
    """
    if certificate.type != type_:
        return "it is a host's certificate" if certificate.type == HOST else "it is not a host's certificate"
    if certificate.ca not in set(authorities):
        return f"its CA is not trusted: {fingerprint(certificate.ca)}"
    if problem := _check_ca_signature(certificate):
        return problem
    if not certificate.principals:
        return "it names no principal"
    if not set(names) & set(certificate.principals):
        return f"it is for {', '.join(certificate.principals)}"
    second = int(now.timestamp())
    if second < certificate.after:
        return f"it is not valid before {_moment(certificate.after)}"
    if second >= certificate.before:
        return f"it expired at {_moment(certificate.before)}"
    return None


def _check_ca_signature(certificate: Certificate) -> str | None:
    try:
        algorithm = Reader(certificate.signature, 0).text()
        kind = Reader(certificate.ca, 0).text()
    except ValueError:
        return "its CA's signature cannot be read"
    if algorithm not in ALGORITHMS.get(kind, ()):
        return f"its CA signed with {algorithm}, which is not accepted"
    held = check_signature(algorithm, certificate.ca, certificate.signature, certificate.signed, touch=False)
    return None if held is None else f"its CA's signature: {held}"


def option_text(data: bytes) -> str:
    """The text in an option's data, which is a string within a string."""
    reader = Reader(data, 0)
    text = reader.string().decode()
    if reader.more():
        raise ValueError("an option with something behind its value")
    return text


def _options(data: bytes) -> dict[str, bytes]:
    """Names in ascending order, each once: a second one that is read last could undo the first."""
    reader, options, previous = Reader(data, 0), dict[str, bytes](), ""
    while reader.more():
        name, value = reader.text(), reader.string()
        if name <= previous:
            raise ValueError("a certificate's options are not in order")
        options[name], previous = value, name
    return options


def _strings(data: bytes) -> list[bytes]:
    reader, found = Reader(data, 0), list[bytes]()
    while reader.more():
        found.append(reader.string())
    return found


def _u64(reader: Reader) -> int:
    return reader.u32() << 32 | reader.u32()


def _moment(second: int) -> str:
    if second >= 253402300800:  # the year 10000
        return "the end of time"
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%SZ}"
