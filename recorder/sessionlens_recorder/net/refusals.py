"""Connections that are not served: what their clients read, and one line in the log for many of them."""

from __future__ import annotations

import contextlib
import socket

from sessionlens_recorder import logs
from sessionlens_recorder.net.admission import Complaints

TOO_MANY = b"SessionLens: too many connections; try again later\r\n"


class Refusals:
    """Nothing here waits for a client."""

    def __init__(self) -> None:
        self._complaints = Complaints()

    def turn_away(self, sock: socket.socket, client: str, source: str, reason: str) -> None:
        """As sshd does: a line in place of the version, and the end."""
        count = self._complaints.due(source)
        if count is not None:
            logs.warning("connection-refused", client=client, source=source, count=count, reason=reason)
        say(sock, TOO_MANY)

    def no_accept(self, error: OSError) -> None:
        """It is gone again, or no descriptors are left."""
        if self._complaints.due("accept") is not None:
            logs.warning("accept-failed", reason=error)

    def no_process(self, sock: socket.socket, client: str, error: OSError) -> None:
        """No process, descriptor or memory is left."""
        logs.error("fork-failed", client=client, reason=error)
        say(sock, TOO_MANY)

    def no_header(self, balancer: str, reason: str) -> None:
        """It is closed already."""
        count = self._complaints.due(f"proxy {balancer}")
        if count is not None:
            logs.warning("proxy-refused", client=balancer, count=count, reason=reason)


def say(sock: socket.socket, text: bytes) -> None:
    """Without waiting; what the client has said is read first, since closing over it would take back ours."""
    sock.setblocking(False)
    with contextlib.suppress(OSError):
        sock.send(text)
        sock.shutdown(socket.SHUT_WR)
    with contextlib.suppress(OSError):
        sock.recv(4096)
