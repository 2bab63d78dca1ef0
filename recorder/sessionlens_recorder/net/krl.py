"""OpenSSH key revocation lists (PROTOCOL.krl), and lists of public keys in their place, as for sshd's
RevokedKeys.

Reads what `ssh-keygen -k` writes. What cannot be read to its end is a ValueError: half a list would let in
whom the other half keeps out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from sessionlens_recorder.net.authorized_keys import parse_public_key
from sessionlens_recorder.net.certificates import Certificate, is_certificate, parse_certificate
from sessionlens_recorder.session.wire import Reader

MAGIC = b"SSHKRL\n\0"


@dataclass(slots=True)
class Authority:
    """What is revoked of one CA's certificates; of every CA's where its key is empty."""

    serials: set[int] = field(default_factory=set)
    ranges: list[tuple[int, int]] = field(default_factory=list)
    bitmaps: list[tuple[int, int]] = field(default_factory=list)  # first serial, bits
    key_ids: set[str] = field(default_factory=set)

    def covers(self, certificate: Certificate) -> str | None:
        """Serial 0 means that the CA does not number: it is never revoked by number."""
        serial = certificate.serial
        if certificate.key_id in self.key_ids:
            return f"the key id {certificate.key_id!r} is revoked"
        if serial == 0:
            return None
        listed = serial in self.serials or any(low <= serial <= high for low, high in self.ranges)
        marked = any(serial >= first and bits >> (serial - first) & 1 for first, bits in self.bitmaps)
        return f"the serial {serial} is revoked" if listed or marked else None


@dataclass(slots=True)
class RevokedKeys:
    """A list that was read."""

    keys: set[bytes] = field(default_factory=set)
    sha1: set[bytes] = field(default_factory=set)
    sha256: set[bytes] = field(default_factory=set)
    authorities: dict[bytes, Authority] = field(default_factory=dict)

    def check(self, key: bytes, certificate: Certificate | None) -> str | None:
        """None if neither key, nor certificate, nor its CA is revoked, or what is."""
        if self._lists(key):
            return "this key is revoked"
        if certificate is None:
            return None
        if self._lists(certificate.ca):
            return "its CA is revoked"
        for ca in (b"", certificate.ca):
            if ca in self.authorities and (reason := self.authorities[ca].covers(certificate)):
                return reason
        return None

    def _lists(self, blob: bytes) -> bool:
        return (
            blob in self.keys
            or hashlib.sha256(blob).digest() in self.sha256
            or hashlib.sha1(blob, usedforsecurity=False).digest() in self.sha1
        )

    def authority(self, ca: bytes) -> Authority:
        return self.authorities.setdefault(ca, Authority())


def read_revoked_keys(data: bytes) -> RevokedKeys:
    """A KRL, or lines of public keys and certificates. ValueError says what cannot be read."""
    return _read_krl(data) if data.startswith(MAGIC) else _read_lines(data)


def _read_lines(data: bytes) -> RevokedKeys:
    revoked = RevokedKeys()
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            _, blob = parse_public_key(line)
            revoked.keys.add(parse_certificate(blob).key if is_certificate(blob) else blob)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
    return revoked


def _read_krl(data: bytes) -> RevokedKeys:
    reader = Reader(data, len(MAGIC))
    if (version := reader.u32()) != 1:
        raise ValueError(f"a KRL of format {version}, and only 1 is known")
    for _ in range(6):  # its version, date and flags, 64 bits each
        reader.u32()
    reader.string(), reader.string()  # reserved, comment
    revoked = RevokedKeys()
    while reader.more():
        kind, section = reader.byte(), reader.string()
        match kind:
            case 1:  # certificates
                _read_certificates(revoked, section)
            case 2:  # keys
                revoked.keys.update(_strings(section))
            case 3:  # their SHA-1
                revoked.sha1.update(_strings(section))
            case 5:  # their SHA-256
                revoked.sha256.update(_strings(section))
            case 255:  # an extension
                _check_extension(section)
            case _:  # 4, a signature, which OpenSSH does not take either
                raise ValueError(f"a KRL with a section of type {kind}, which is not known")
    return revoked


def _read_certificates(revoked: RevokedKeys, section: bytes) -> None:
    reader = Reader(section, 0)
    authority = revoked.authority(reader.string())
    reader.string()  # reserved
    while reader.more():
        kind, part = reader.byte(), Reader(reader.string(), 0)
        match kind:
            case 0x20:  # serials
                while part.more():
                    authority.serials.add(_u64(part))
            case 0x21:  # a range of them
                authority.ranges.append((_u64(part), _u64(part)))
            case 0x22:  # a bit for each
                authority.bitmaps.append((_u64(part), int.from_bytes(part.string(), "big")))
            case 0x23:  # key ids
                while part.more():
                    authority.key_ids.add(part.text())
            case 0x39:  # an extension
                _check_extension(part.rest())
            case _:
                raise ValueError(f"a KRL with a certificate section of type {kind}, which is not known")


def _check_extension(section: bytes) -> None:
    """One that is critical has to be understood, and none is."""
    reader = Reader(section, 0)
    name, critical = reader.text(), reader.boolean()
    if critical:
        raise ValueError(f"a KRL with the critical extension {name!r}, which is not known")


def _strings(data: bytes) -> Iterator[bytes]:
    reader = Reader(data, 0)
    while reader.more():
        yield reader.string()


def _u64(reader: Reader) -> int:
    return reader.u32() << 32 | reader.u32()
