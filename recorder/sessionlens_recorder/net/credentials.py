"""May this public key or certificate let this person in, from there and now? The signature is another matter.

Everything is read at each login: authorized_keys files, what authorized_keys_command prints, revoked_keys.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sessionlens_recorder import logs
from sessionlens_recorder.config import Config, User
from sessionlens_recorder.net.authorized_keys import (
    AuthorizedKey,
    fingerprint,
    parse_authorized_keys,
    read_authorized_keys,
)
from sessionlens_recorder.net.certificates import (
    USER,
    Certificate,
    certificate_name,
    check_certificate,
    is_certificate,
    option_text,
    parse_certificate,
    plain_name,
)
from sessionlens_recorder.net.keyscommand import run_command
from sessionlens_recorder.net.revocation import Revocations
from sessionlens_recorder.net.userkeys import ALGORITHMS
from sessionlens_recorder.session.policy import NO_LIMITS, Limits
from sessionlens_recorder.session.wire import Reader

_OPTIONS = frozenset({"force-command", "source-address", "verify-required"})


class KeyRefused(ValueError):
    """Why a key or certificate does not let in: for the log, never for the stranger who offered it."""


@dataclass(frozen=True, slots=True)
class Credential:
    """One that may let in, once `algorithm` has signed with `key`."""

    algorithm: str
    key: bytes
    touch: bool  # a FIDO key has to be touched
    verify: bool  # and to ask for its PIN
    certificate: Certificate | None = None
    limits: Limits = NO_LIMITS
    groups: tuple[str, ...] = ()  # principals, where one of the server's own CAs says so
    offered: bytes = b""  # the key, or the whole certificate


class Credentials:
    """One connection's keeper of keys."""

    def __init__(self, config: Config, revocations: Revocations, address: str) -> None:
        self._config, self._revocations, self._address = config, revocations, address
        self._printed: tuple[str, bytes, list[AuthorizedKey]] | None = None  # by the command, last

    def find(self, user: User | None, algorithm: str, blob: bytes, now: datetime) -> Credential:
        """Raises KeyRefused."""
        if user is None:
            raise KeyRefused("no such person, or no keys")
        try:
            certified = is_certificate(blob)
            found = self._certified if certified else self._listed
            credential = found(user, plain_name(algorithm), blob, now)
            kind = Reader(credential.key, 0).text()
        except (OSError, ValueError) as error:
            raise error if isinstance(error, KeyRefused) else KeyRefused(str(error)) from error
        if credential.algorithm not in ALGORITHMS.get(kind, ()) or certified is (
            plain_name(algorithm) == algorithm
        ):
            raise KeyRefused(f"the algorithm {algorithm} is not accepted")
        if problem := self._revocations.check_key(credential.key, credential.certificate):
            raise KeyRefused(problem)
        return credential

    def check_again(self, user: User, credential: Credential) -> str | None:
        """Why it would not let in now, though it did: expired, taken away, revoked."""
        name = credential.algorithm
        if credential.certificate is not None:
            name = certificate_name(name)
        try:
            self.find(user, name, credential.offered, datetime.now(UTC))
        except KeyRefused as refused:
            return str(refused)
        return None

    def _listed(self, user: User, algorithm: str, blob: bytes, now: datetime) -> Credential:
        for source in (self._from_file, self._from_command):
            for key in source(user, blob):
                if key.blob == blob:
                    if problem := key.check(self._address, now):
                        raise KeyRefused(problem)
                    return Credential(algorithm, blob, key.touch, key.verify, offered=blob)
        raise KeyRefused("not an authorized key")

    def _from_file(self, user: User, blob: bytes) -> list[AuthorizedKey]:
        return read_authorized_keys(user.authorized_keys)[0] if user.authorized_keys else []

    def _from_command(self, user: User, blob: bytes) -> list[AuthorizedKey]:
        """A key is offered, then signed with: the command is asked once for both."""
        words = self._config.server.authorized_keys_command
        if not words:
            return []
        if self._printed is None or self._printed[:2] != (user.name, blob):
            try:
                keys, _ = parse_authorized_keys(run_command(words, user.name, blob))
            except (OSError, ValueError) as error:
                logs.error("authorized-keys-command-failed", person=user.name, reason=error)
                keys = []
            self._printed = (user.name, blob, keys)
        return self._printed[2]

    def _certified(self, user: User, algorithm: str, blob: bytes, now: datetime) -> Credential:
        certificate = parse_certificate(blob)
        authorities = (*self._config.server.user_ca, *user.user_ca)
        names = (user.name, *user.principals)
        if problem := check_certificate(certificate, USER, names, authorities, now):
            raise KeyRefused(f"the certificate {certificate.key_id!r} does not let in: {problem}")
        self._check_options(certificate)
        everybodys = certificate.ca in self._config.server.user_ca
        return Credential(
            algorithm, certificate.key, "no-touch-required" not in certificate.extensions,
            "verify-required" in certificate.options, certificate, _limits(certificate),
            certificate.principals if everybodys else (), blob,
        )  # fmt: skip

    def _check_options(self, certificate: Certificate) -> None:
        """Critical ones: what is not known here forbids."""
        for name in certificate.options.keys() - _OPTIONS:
            raise KeyRefused(f"the certificate has the critical option {name!r}, which is not known")
        sources = certificate.options.get("source-address")
        if sources is not None and not _covers(option_text(sources), self._address):
            raise KeyRefused(f"the certificate may not be used from {self._address}")


def _covers(networks: str, address: str) -> bool:
    """CIDR only, as sshd takes it in certificates; what is none is a ValueError."""
    found = ipaddress.ip_address(address)
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain in ipaddress.ip_network(part.strip(), strict=False) for part in networks.split(","))


def _limits(certificate: Certificate) -> Limits:
    has: Callable[[str], bool] = certificate.extensions.__contains__
    command = certificate.options.get("force-command")
    return Limits(
        pty=has("permit-pty"),
        forward=has("permit-port-forwarding"),
        agent=has("permit-agent-forwarding"),
        x11=has("permit-X11-forwarding"),
        command=option_text(command) if command is not None else None,
    )


def describe(credential: Credential | None) -> dict[str, str | int | None]:
    """For session.json."""
    certificate = credential.certificate if credential else None
    return {
        "certificate_id": certificate.key_id if certificate else None,
        "certificate_serial": certificate.serial if certificate else None,
        "certificate_ca": fingerprint(certificate.ca) if certificate else None,
    }
