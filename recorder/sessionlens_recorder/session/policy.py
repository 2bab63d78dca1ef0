"""What may pass: one decision a question, denied unless something here allows it.

A decision is None (it may) or the reason, in words for the user who reads it. Patterns in `forward` are
`host:port` for -L, -D and -R (there the listening address on the target) or a path for Unix sockets; what
they cover is reaching.py's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sessionlens_recorder.session.reaching import check_port, covers, host_port, matches, spelled
from sessionlens_recorder.session.wire import Reader

__all__ = ["NO_LIMITS", "TARGET", "USER", "Limits", "Policy", "carries_ssh", "host_port", "matches"]

USER, TARGET = 0, 1  # the two sides of a session; 1 - side is the other one

PASSED_GLOBAL_REQUESTS = frozenset({"keepalive@openssh.com", "no-more-sessions@openssh.com"})
CHECKED_REQUESTS = frozenset({"auth-agent-req@openssh.com", "x11-req"})  # on a channel; the others may pass
DROPPED_GLOBAL_REQUESTS = frozenset({"hostkeys-00@openssh.com"})  # the target's keys are not the bastion's


@dataclass(frozen=True, slots=True)
class Limits:
    """What a login itself takes away: a certificate's missing extensions and its force-command."""

    pty: bool = True
    forward: bool = True
    agent: bool = True
    x11: bool = True
    command: str | None = None  # only this one


NO_LIMITS = Limits()


LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Policy:
    """What one target's section of the configuration allows beyond shells, commands and subsystems; `rules`
    is asked about each kind of channel when it is opened, and `limits` are the login's own.
    """

    forward: tuple[str, ...] = ()
    agent: bool = False
    x11: bool = False
    rules: Callable[[str], str | None] = lambda kind: None
    limits: Limits = NO_LIMITS
    targets: frozenset[str] = frozenset()  # of targets, as `spelled`: nothing is ever forwarded to them

    def check_kind(self, side: int, kind: str) -> str | None:
        """May this side open a channel of this kind at all?"""
        if kind == "session" and side == USER:
            return None
        if kind == "x11" and side == TARGET:
            return self._check_x11()
        if kind == "auth-agent@openssh.com" and side == TARGET:
            return self._check_agent()
        return f"channels of type {kind!r} are not allowed"

    def check_forward(self, address: str, *, path: bool = False) -> str | None:
        """May something be forwarded to (or listened for at) this host:port or path?"""
        if not path and (problem := check_port(address)):
            return problem
        if not path and spelled(address) in self.targets:
            return f"{address} is a target: `ssh -J` gets there, with a login that names none"
        if not any(covers(pattern, address, path=path) for pattern in self.forward):
            return f"forwarding of {address} is not allowed through this target"
        return self.rules("forward") if self.limits.forward else _NOT_CERTIFIED.format("forwarding")

    def check_listening(self, address: str, *, path: bool = False) -> str | None:
        """May the target listen there for the user (-R)? `localhost` is each loopback address (RFC 4254,
        7.1), so whoever may have one may have it by each of its names.
        """
        reason = self.check_forward(address, path=path)
        host, _, port = address.rpartition(":")
        if reason is None or path or host.lower() not in LOOPBACK:
            return reason
        answers = [self.check_forward(f"{name}:{port}") for name in LOOPBACK]
        return reason if all(answers) else None

    def check_request(self, name: str, rest: bytes = b"") -> str | None:
        """May a session channel make this request? `rest` is what the name adds."""
        if name == "auth-agent-req@openssh.com":
            return self._check_agent()
        if name == "x11-req":
            return self._check_x11() or _check_cookie(Reader(rest, 0))
        if name == "pty-req" and not self.limits.pty:
            return _NOT_CERTIFIED.format("a terminal")
        if name in ("shell", "exec", "subsystem"):
            return self._check_program(name, Reader(rest, 0).string() if name != "shell" else b"")
        return None

    def _check_program(self, name: str, argument: bytes) -> str | None:
        kind = "sftp" if (name, argument) == ("subsystem", b"sftp") else name
        command = self.limits.command
        if command is not None and (kind, argument) != _forced(command):
            return f"this certificate allows only the command {command!r}"
        return self.rules(kind)

    def _check_agent(self) -> str | None:
        if not self.agent:
            return "agent forwarding is not allowed to this target"
        return self.rules("agent") if self.limits.agent else _NOT_CERTIFIED.format("agent forwarding")

    def _check_x11(self) -> str | None:
        if not self.x11:
            return "X11 forwarding is not allowed to this target"
        return self.rules("x11") if self.limits.x11 else _NOT_CERTIFIED.format("X11 forwarding")

    def check_global_request(self, name: str) -> str | None:
        """May a request that belongs to no channel pass? (Listening for -R: check_listening.)"""
        return None if name in PASSED_GLOBAL_REQUESTS else f"the request {name!r} is not allowed"


def _check_cookie(reader: Reader) -> str | None:
    """It is the one field that is not recorded, so it has to be one: hexadecimal (RFC 4254, 6.3.1), and no
    longer than those of MIT-MAGIC-COOKIE-1 and XDM-AUTHORIZATION-1. ProtocolError if it is cut short.
    """
    reader.boolean()
    reader.string()
    cookie = _COOKIE.fullmatch(reader.string())
    reader.u32()
    return None if cookie else "its cookie is none: that has up to 32 hexadecimal digits"


_COOKIE = re.compile(rb"(?:[0-9A-Fa-f]{2}){0,16}")
_NOT_CERTIFIED = "the certificate of this login does not allow {}"


def _forced(command: str) -> tuple[str, bytes]:
    """As sshd has it, `internal-sftp` (perhaps with arguments) is the subsystem."""
    sftp = command.split()[:1] == ["internal-sftp"]
    return ("sftp", b"sftp") if sftp else ("exec", command.encode())


def carries_ssh(beginning: bytes | bytearray | Sequence[int]) -> bool:
    """Would this forward carry an SSH session that nobody records (RFC 4253, 4.2: both ends begin with
    SSH-)?
    """
    return bytes(beginning[:4]) == b"SSH-"
