"""Is this the target? Its host key is one that is pinned, or a host CA vouches for it by a certificate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import paramiko

from sessionlens_recorder.config import Target
from sessionlens_recorder.net.authorized_keys import fingerprint
from sessionlens_recorder.net.certificates import (
    HOST,
    certificate_name,
    check_certificate,
    is_certificate,
    parse_certificate,
)

_CERTIFIED = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")
_RSA = ("rsa-sha2-512", "rsa-sha2-256")


def wanted_algorithms(target: Target) -> tuple[str, ...]:
    """Ask for a kind that can be checked, whatever else the target has: certificates first."""
    certified = map(certificate_name, (*_CERTIFIED, *_RSA)) if target.host_cas else ()
    return tuple(dict.fromkeys((*certified, *_pinned(target))))


def _pinned(target: Target) -> Iterator[str]:
    for kind, _ in target.host_keys:
        yield from _RSA if kind == "ssh-rsa" else (kind,)


def shown_blob(key: paramiko.PKey) -> bytes:
    """What the target showed: the certificate, if its key came in one."""
    return key.public_blob.key_blob if key.public_blob is not None else key.asbytes()


def host_key(key: paramiko.PKey) -> bytes:
    """The plain key, whether or not it came in a certificate."""
    shown = shown_blob(key)
    return parse_certificate(shown).key if is_certificate(shown) else shown


def check_host_key(target: Target, shown: bytes) -> str | None:
    """None if it is the target's, or what is wrong with it; for the user, in words."""
    if is_certificate(shown):
        return _check_host_certificate(target, shown)
    if shown in {blob for _, blob in target.host_keys}:
        return None
    expected = " or ".join(fingerprint(blob) for _, blob in target.host_keys)
    return (
        f"the host key of {target.name} HAS CHANGED: it shows {fingerprint(shown)}, "
        f"expected was {expected or 'a certificate of its host CA'}"
    )


def _check_host_certificate(target: Target, shown: bytes) -> str | None:
    """The names are the target's own here, and the host of its address. There are no critical options."""
    try:
        certificate = parse_certificate(shown)
    except ValueError as error:
        return f"the host certificate of {target.name} cannot be read: {error}"
    names = (target.name, target.address[0])
    problem = check_certificate(certificate, HOST, names, target.host_cas, datetime.now(UTC))
    if problem is None and certificate.options:
        problem = f"it has a critical option, {min(certificate.options)!r}, and none is known"
    if problem is None:
        return None
    return f"the host certificate of {target.name} ({certificate.key_id}) IS NOT VALID: {problem}"
