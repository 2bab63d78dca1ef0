"""A peer that is gone without a word (pulled cable, lost NAT entry, black hole) is noticed by TCP: keepalive
probes when nothing is sent (tcp(7)), TCP_USER_TIMEOUT when nobody acknowledges what is (RFC 5482).
"""

from __future__ import annotations

import socket
from contextlib import suppress

PROBES = 3


def notice_absence(sock: object, seconds: float) -> None:
    """After about so many seconds the connection fails. Nothing to do for a socket that is no network's."""
    if not isinstance(sock, socket.socket) or sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    idle = max(1, int(seconds / 2))
    options = {
        "TCP_KEEPIDLE": idle,
        "TCP_KEEPINTVL": max(1, int((seconds - idle) / PROBES)),
        "TCP_KEEPCNT": PROBES,
        "TCP_USER_TIMEOUT": int(seconds * 1000),
    }
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in options.items():
        option = getattr(socket, name, None)
        if option is not None:
            with suppress(OSError):  # a system that knows the name only
                sock.setsockopt(socket.IPPROTO_TCP, option, value)
