"""authorized_keys files (sshd(8), AUTHORIZED_KEYS FILE FORMAT): which keys may log in, and from where.

`from=`, `expiry-time=`, and for FIDO keys `no-touch-required` and `verify-required`, are honoured. A line
with any other option is refused, since each of them restricts something (command=, restrict, no-pty …) and
ignoring it would allow more than its author meant.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import ipaddress
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_OPTION = re.compile(r'([A-Za-z0-9-]+)(?:="((?:[^"\\]|\\.)*)")?')
_KEY_TYPE = re.compile(r"(ssh|ecdsa|sk)-[a-z0-9@.-]+")
_HONOURED = frozenset({"from", "expiry-time", "no-touch-required", "verify-required"})
_WITH_VALUE = frozenset({"from", "expiry-time"})


@dataclass(frozen=True, slots=True)
class AuthorizedKey:
    """One line that may be used. `sources` is the pattern list of from=, or None for anywhere."""

    kind: str
    blob: bytes
    comment: str
    sources: str | None = None
    expires: datetime | None = None
    touch: bool = True  # a FIDO key has to be touched
    verify: bool = False  # and has to ask for its PIN

    def check(self, address: str, now: datetime) -> str | None:
        """None if the key may be used from there and now, or why not."""
        if self.sources is not None and not from_allows(self.sources, address):
            return f"this key may not be used from {address}"
        if self.expires is not None and now >= self.expires:
            return f"this key expired at {self.expires:%Y-%m-%dT%H:%M:%SZ}"
        return None


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """One line that is not used, and why: for the log."""

    number: int
    reason: str


def read_authorized_keys(path: Path) -> tuple[list[AuthorizedKey], list[RefusedLine]]:
    return parse_authorized_keys(path.read_text("utf-8", "replace"))


def parse_authorized_keys(text: str) -> tuple[list[AuthorizedKey], list[RefusedLine]]:
    keys: list[AuthorizedKey] = []
    refused: list[RefusedLine] = []
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        try:
            keys.append(parse_line(line))
        except ValueError as error:
            refused.append(RefusedLine(number, str(error)))
    return keys, refused


def parse_line(line: str) -> AuthorizedKey:
    """`[options] type base64 [comment]`. ValueError says why the line is not used."""
    options: dict[str, str | None] = {}
    if not _KEY_TYPE.match(line):
        options, line = _parse_options(line)
    kind, blob, comment = _parse_key(line)
    for name in options:
        if name not in _HONOURED:
            raise ValueError(f"the option {name} is not supported, so the key is refused")
        if (options[name] is None) is (name in _WITH_VALUE):
            raise ValueError(f"the option {name} has {'no' if name in _WITH_VALUE else 'a'} value")
    expires = options.get("expiry-time")
    return AuthorizedKey(
        kind, blob, comment, options.get("from"), _parse_time(expires) if expires else None,
        touch="no-touch-required" not in options, verify="verify-required" in options,
    )  # fmt: skip


def fingerprint(blob: bytes) -> str:
    """As OpenSSH shows it: SHA256:…"""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def parse_public_key(text: str) -> tuple[str, bytes]:
    """`ssh-ed25519 AAAA… [comment]` as type and blob. ValueError says what is wrong."""
    kind, blob, _ = _parse_key(text.strip())
    return kind, blob


def from_allows(patterns: str, address: str) -> bool:
    """PATTERNS in ssh_config(5) and CIDR, on the address: no names are looked up. A negated match refuses."""
    plain = _plain(ipaddress.ip_address(address))
    allowed = False
    for pattern in patterns.split(","):
        pattern = pattern.strip()
        negated, pattern = pattern.startswith("!"), pattern.lstrip("!")
        if _source_matches(pattern, plain):
            if negated:
                return False
            allowed = True
    return allowed


def _source_matches(pattern: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if "/" in pattern:
        try:
            return address in ipaddress.ip_network(pattern, strict=False)
        except ValueError:
            return False
    regex = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern)
    return re.fullmatch(regex, str(address)) is not None


def _plain(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _parse_options(line: str) -> tuple[dict[str, str | None], str]:
    options: dict[str, str | None] = {}
    position = 0
    while match := _OPTION.match(line, position):
        value = match.group(2)
        options[match.group(1).lower()] = None if value is None else re.sub(r'\\(["\\])', r"\1", value)
        position = match.end()
        if line[position : position + 1] != ",":
            break
        position += 1
    rest = line[position:]
    if not options or not rest[:1].isspace():
        raise ValueError("neither a key nor options that can be read")
    return options, rest.strip()


def _parse_key(text: str) -> tuple[str, bytes, str]:
    kind, _, rest = text.partition(" ")
    encoded, _, comment = rest.strip().partition(" ")
    try:
        blob = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise ValueError("the key is not base64") from None
    size = int.from_bytes(blob[:4], "big")
    if not _KEY_TYPE.fullmatch(kind) or blob[4 : 4 + size] != kind.encode():
        raise ValueError("not a public key")
    return kind, blob, comment.strip()


def _parse_time(text: str) -> datetime:
    """YYYYMMDD[HHMM[SS]][Z]; without Z it is local time, as in sshd."""
    digits = text.removesuffix("Z")
    formats = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
    if len(digits) not in formats or not digits.isdigit():
        raise ValueError(f"expiry-time {text!r} is not YYYYMMDD[HHMM[SS]]Z")
    moment = datetime.strptime(digits, formats[len(digits)])
    return moment.replace(tzinfo=UTC) if text.endswith("Z") else moment.astimezone(UTC)
