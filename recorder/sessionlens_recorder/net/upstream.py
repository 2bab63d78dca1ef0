"""The second connection: from the bastion to the target, up to a login there. Nothing of a session passes
before.

The host key has to be one that is pinned or certified (hostkeys.py); only then anything secret is sent.
"""

from __future__ import annotations

import encodings.idna  # noqa: F401  a socket asks for it at the first dialling, and then it may be another
import socket
from collections.abc import Callable

import paramiko
from paramiko import SSHException

from sessionlens_recorder.config import Target
from sessionlens_recorder.net.dialogue import Ask
from sessionlens_recorder.net.hostkeys import check_host_key, shown_blob, wanted_algorithms
from sessionlens_recorder.net.leg import TargetLeg, reason_of_end
from sessionlens_recorder.net.targetlogin import log_in
from sessionlens_recorder.session.policy import host_port

DIAL_S, HANDSHAKE_S = 10.0, 15.0


class Refused(Exception):
    """A login that ends here. The message is for the user; `event` is its name in the log."""

    def __init__(self, event: str, text: str) -> None:
        super().__init__(text)
        self.event = event


Secret = paramiko.PKey | bytes | Ask  # a key, a password, or whom to ask


def connect(target: Target, account: str, secret: Secret, ended: Callable[[], None]) -> TargetLeg:
    """Dial, compare the host key, log in with a key, a password, or what a user answers. Raises Refused."""
    leg = _dial(target)
    leg.ended = ended
    try:
        _shake_hands(leg, target)
        _log_in(leg, target, account, secret)
    except BaseException:
        leg.kill()
        raise
    return leg


def _dial(target: Target) -> TargetLeg:
    try:
        sock = socket.create_connection(target.address, timeout=DIAL_S)
    except OSError as error:
        where = host_port(*target.address)
        why = error.strerror or str(error)
        raise Refused("target-unreachable", f"{target.name} ({where}) cannot be reached: {why}") from error
    return TargetLeg(sock)


def _shake_hands(leg: TargetLeg, target: Target) -> None:
    leg.expect_host_keys(wanted_algorithms(target))
    try:
        leg.start_client(timeout=HANDSHAKE_S)
    except (SSHException, EOFError, OSError) as error:
        raise Refused(
            "target-handshake", f"no SSH connection to {target.name}: {error or 'it hung up'}"
        ) from error
    if not leg.initial_kex_done:
        raise Refused(
            "target-handshake", f"{target.name} does not answer: no key exchange in {HANDSHAKE_S:g} s"
        )
    problem = check_host_key(target, shown_blob(leg.get_remote_server_key()))
    if problem is not None:
        advice = "Nothing was sent to it. Tell whoever runs this bastion."
        raise Refused("target-host-key", f"{problem}. {advice}")


def _log_in(leg: TargetLeg, target: Target, account: str, secret: Secret) -> None:
    try:
        more = log_in(leg, target.name, account, secret)
    except paramiko.BadAuthenticationType as error:
        wanted = ", ".join(error.allowed_types)
        raise Refused(
            "target-login", f"{target.name} does not let {account} log in like this; it wants {wanted}"
        ) from error
    except paramiko.AuthenticationException as error:
        raise Refused("target-login", f"{target.name} does not let {account} log in") from error
    except (SSHException, EOFError, OSError) as error:
        why = str(error) or reason_of_end(leg)
        raise Refused("target-login", f"the login at {target.name} ended: {why}") from error
    if more:
        raise Refused("target-login", f"{target.name} wants more than that from {account}: {', '.join(more)}")
