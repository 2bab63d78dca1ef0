"""Tunnels: what their channels and requests name, and where the target listens for the user.

RFC 4254 section 7 (TCP/IP), OpenSSH's PROTOCOL section 2.4 (Unix sockets) and RFC 4254 section 6.3 (X11).
What may pass is policy.py's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sessionlens_recorder.session.policy import TARGET, USER, host_port
from sessionlens_recorder.session.wire import Open, Reader, Request


@dataclass(frozen=True, slots=True)
class Forward:
    """A tunnel's channel: `kind` names its folder, `address` is what policy is asked about, `by` who may
    open it.
    """

    by: int
    kind: str
    address: str
    port: int | None
    fields: dict[str, Any]


def read_forward(opened: Open) -> Forward | None:
    """The tunnel that a channel opens, or None if it is none."""
    reader = Reader(opened.rest, 0)
    match opened.kind:
        case "direct-tcpip" | "forwarded-tcpip":
            host, port = reader.text(), reader.u32()
            address, origin = host_port(host, port), _origin(reader)
            by = USER if opened.kind == "direct-tcpip" else TARGET
            return Forward(by, "forward", address, port, {"address": address, "origin": origin})
        case "direct-streamlocal@openssh.com":
            path, origin = reader.text(), _origin(reader)
            return Forward(USER, "forward", path, None, {"address": path, "origin": origin})
        case "forwarded-streamlocal@openssh.com":
            path, reserved = reader.text(), reader.text()
            reader.end()
            return Forward(TARGET, "forward", path, None, {"address": path, "reserved": reserved})
        case "x11":
            origin = _origin(reader)
            return Forward(TARGET, "x11", origin, None, {"origin": origin})
        case "auth-agent@openssh.com":
            reader.end()
            return Forward(TARGET, "agent", "", None, {})
    return None


def _origin(reader: Reader) -> str:
    """Who connects, as the opener says: the last fields."""
    origin = host_port(reader.text(), reader.u32())
    reader.end()
    return origin


class Listening:
    """Where the target listens because the user asked for it (-R): the only origins of tunnels from the
    target.
    """

    def __init__(self) -> None:
        self._addresses: dict[str, int | None] = {}  # host:port or path -> port

    @staticmethod
    def address(request: Request) -> str | None:
        """The listening address that a global request is about; None if it is about something else."""
        reader = Reader(request.rest, 0)
        if request.name in ("tcpip-forward", "cancel-tcpip-forward"):
            address = host_port(reader.text(), reader.u32())
        elif request.name in ("streamlocal-forward@openssh.com", "cancel-streamlocal-forward@openssh.com"):
            address = reader.text()
        else:
            return None
        reader.end()
        return address

    @staticmethod
    def ends(request: Request) -> bool:
        return request.name.startswith("cancel-")

    def granted(self, request: Request, answer: bytes = b"") -> str:
        """The target agreed: remember or forget. Port 0 asks the target for one; its answer names it."""
        address = self.address(request) or ""
        if self.ends(request):
            self._addresses.pop(address, None)
            return address
        port = None
        if request.name == "tcpip-forward":
            reader = Reader(request.rest, 0)
            host, port = reader.text(), reader.u32()
            if port == 0 and answer:
                port = Reader(answer, 0).u32()
            address = host_port(host, port)
        self._addresses[address] = port
        return address

    def check_cancelled(self, address: str) -> str | None:
        return None if address in self._addresses else f"the target does not listen at {address} for you"

    def check_opened(self, forward: Forward) -> str | None:
        """May the target open this tunnel? TCP is recognised by its port, since a server may spell the
        host its way.
        """
        known = self._addresses.values() if forward.port is not None else self._addresses.keys()
        wanted = forward.port if forward.port is not None else forward.address
        return None if wanted in known else f"nobody asked the target to listen at {forward.address}"
