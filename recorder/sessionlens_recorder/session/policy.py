"""What may pass: one decision a question, denied unless something here allows it.

A decision is None (it may) or the reason, in words for the user who reads it. Patterns in `forward` are
`host:port` for -L, -D and -R (there the listening address on the target) or a path for Unix sockets; `*`
stands for anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

USER, TARGET = 0, 1  # the two sides of a session; 1 - side is the other one

PASSED_GLOBAL_REQUESTS = frozenset({"keepalive@openssh.com", "no-more-sessions@openssh.com"})
CHECKED_REQUESTS = frozenset({"auth-agent-req@openssh.com", "x11-req"})  # on a channel; the others may pass
DROPPED_GLOBAL_REQUESTS = frozenset({"hostkeys-00@openssh.com"})  # the target's keys are not the bastion's


@dataclass(frozen=True, slots=True)
class Policy:
    """What one target's section of the configuration allows beyond shells, commands and subsystems."""

    forward: tuple[str, ...] = ()
    agent: bool = False
    x11: bool = False

    def check_kind(self, side: int, kind: str) -> str | None:
        """May this side open a channel of this kind at all?"""
        if kind == "session" and side == USER:
            return None
        if kind == "x11" and side == TARGET:
            return None if self.x11 else "X11 forwarding is not allowed to this target"
        if kind == "auth-agent@openssh.com" and side == TARGET:
            return None if self.agent else "agent forwarding is not allowed to this target"
        return f"channels of type {kind!r} are not allowed"

    def check_forward(self, address: str) -> str | None:
        """May something be forwarded to (or listened for at) this host:port or path?"""
        if any(matches(pattern, address) for pattern in self.forward):
            return None
        return f"forwarding of {address} is not allowed to this target"

    def check_request(self, name: str) -> str | None:
        """May a session channel make this request?"""
        if name == "auth-agent-req@openssh.com" and not self.agent:
            return "agent forwarding is not allowed to this target"
        if name == "x11-req" and not self.x11:
            return "X11 forwarding is not allowed to this target"
        return None

    def check_global_request(self, name: str) -> str | None:
        """May a request that belongs to no channel pass? (Listening for -R is asked with check_forward.)"""
        return None if name in PASSED_GLOBAL_REQUESTS else f"the request {name!r} is not allowed"


def matches(pattern: str, address: str) -> bool:
    """Does `127.0.0.1:*` cover `127.0.0.1:8080`? `*` is the only special character; brackets are IPv6's."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), address, re.DOTALL) is not None


def host_port(host: str, port: int) -> str:
    """How an address is written in patterns, messages and recordings."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def carries_ssh(beginning: bytes | bytearray | Sequence[int]) -> bool:
    """Would this forward carry an SSH session that nobody records (RFC 4253, 4.2: both ends begin with
    SSH-)?
    """
    return bytes(beginning[:4]) == b"SSH-"
