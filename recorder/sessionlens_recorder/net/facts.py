"""session.json: what is known of a session at its start and cannot be added later."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sessionlens_recorder import __version__
from sessionlens_recorder.bundle.clock import now
from sessionlens_recorder.config import ELSEWHERE, Config, User
from sessionlens_recorder.net.authorized_keys import fingerprint
from sessionlens_recorder.net.credentials import describe
from sessionlens_recorder.net.hostkeys import host_key
from sessionlens_recorder.net.identity import Identity, Proof
from sessionlens_recorder.net.leg import Leg
from sessionlens_recorder.session.policy import host_port

PROGRAMS = (
    "paramiko",
    "libssh",
    "Go",
    "JSCH",
    "AsyncSSH",
    "russh",
    "Net::SSH",
    "SSHJ",
    "phpseclib",
    "ssh2js",
)
PEOPLE = ("PuTTY", "Termius", "SecureCRT", "MobaXterm", "Bitvise")


def jump_facts(proof: Proof, client: tuple[str, int]) -> dict[str, Any]:
    """Of a connection that names no target, for who lists sessions."""
    return {
        "person": proof.user.name,
        "account": None,
        "client": {"address": client[0], "port": client[1]},
        "target": {"name": None},
        "started": {"utc": now().utc},
    }


def session_facts(
    config: Config,
    identity: Identity,
    client: tuple[str, int],
    user: Leg,
    target: Leg,
    notice_sent: datetime | None,
    allowed: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "person": identity.user.name,
        "authentication": _authentication(identity),
        "account": identity.account,
        "client": {"address": client[0], "port": client[1], "version": user.remote_version},
        "target": {
            "name": identity.target.name,
            "address": host_port(*identity.target.address),
            "host_key_fingerprint": fingerprint(host_key(target.get_remote_server_key())),
            "version": target.remote_version,
        },
        "bastion": config.server.name,
        "recorder_version": __version__,
        "config_sha256": config.sha256,
        "notice": _notice(config.server.notice, notice_sent),
        "acknowledged": identity.acknowledged,
        "reason": identity.reason,
        "allowed": allowed,
        "actor": actor(identity.user, user.remote_version),
    }


def _authentication(identity: Identity) -> dict[str, Any]:
    """`method` is the first factor, `second_factor` what came after it; all of them are in `methods`."""
    factors = identity.proof.factors
    return {
        "method": identity.method,
        "key_fingerprint": identity.key_fingerprint,
        **describe(identity.proof.credential),
        "second_factor": "+".join(factors[1:]) or None,
        "methods": list(factors),
        "groups": list(identity.proof.groups),
        "through_jump": identity.proof.jumped,
    }


def _notice(text: str, sent: datetime | None) -> dict[str, Any]:
    elsewhere = text.startswith(ELSEWHERE)
    return {
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "sent": sent.isoformat(timespec="milliseconds").replace("+00:00", "Z") if sent else None,
        "given_elsewhere": text.removeprefix(ELSEWHERE).strip() if elsewhere else None,
    }


def actor(user: User, version: str) -> dict[str, str]:
    """A person at a keyboard or a program? As far as it can be known at the login; else channel.json tells
    more.
    """
    if user.actor is not None:
        return {"kind": user.actor, "reason": "the configuration says so of this user"}
    software = version.partition("-")[2].partition("-")[2]
    for kind, names in (("automated", PROGRAMS), ("interactive", PEOPLE)):
        for name in names:
            if software.lower().startswith(name.lower()):
                return {"kind": kind, "reason": f"the client calls itself {name}"}
    return {
        "kind": "unknown",
        "reason": "neither the configuration nor the client says; see the channels' pty",
    }
