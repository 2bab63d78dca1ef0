"""The listeners: one for the server, one for each target that has its own, and perhaps one for Prometheus."""

from __future__ import annotations

import errno
import json
import os
import socket
from dataclasses import dataclass

from sessionlens_recorder import logs
from sessionlens_recorder.config import Address, Config, Target
from sessionlens_recorder.session.policy import host_port
from sessionlens_recorder.space import shortage

BACKLOG = 128


@dataclass(frozen=True, slots=True)
class Listener:
    """`asked` is what the configuration says; the port may be 0 there."""

    name: str
    asked: Address
    sock: socket.socket
    target: Target | None

    @property
    def opened(self) -> str:
        return host_port(*self.sock.getsockname()[:2])


def open_listeners(config: Config, had: list[Listener]) -> list[Listener]:
    """What the configuration wants; of those that are open already (`had`) what stays is taken over. Raises
    ValueError, and then nothing was opened and nothing closed.
    """
    wanted = [("server", config.server.listen, None), *_of_targets(config)]
    known = {(one.name, one.asked): one.sock for one in had}
    fresh: list[socket.socket] = []
    listeners = []
    try:
        for name, address, target in wanted:
            sock = known.get((name, address))
            if sock is None:
                sock = open_listener(
                    "server.listen" if name == "server" else f"targets.{name}.listen", address
                )
                fresh.append(sock)
            listeners.append(Listener(name, address, sock, target))
    except ValueError:
        for sock in fresh:
            sock.close()
        raise
    return listeners


def _of_targets(config: Config) -> list[tuple[str, Address, Target]]:
    return [(one.name, one.listen, one) for one in config.targets.values() if one.listen]


def open_listener(key: str, address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    try:
        listener = socket.create_server(address, family=family, backlog=BACKLOG)
    except OSError as error:
        raise ValueError(f"cannot listen at {host_port(*address)}: {_why_not(error)} ({key})") from error
    listener.setblocking(False)
    return listener


def announce(config: Config, listeners: list[Listener], metrics: socket.socket | None) -> str:
    """Tell the log what is open, and why no session may begin; the answer is the line on stdout."""
    server = next(one.opened for one in listeners if one.name == "server" and one.target is None)
    targets = {one.name: one.opened for one in listeners if one.target is not None}
    told: dict[str, object] = {"server": server, "targets": targets}
    if metrics is not None:
        told["metrics"] = host_port(*metrics.getsockname()[:2])
    short = shortage(config.server.recordings, config.disk)
    why = f"{short} (disk.reserve, disk.reserve_least)" if short else None
    if why:
        told["refuses"] = why
    named = " ".join(f"{name}={opened}" for name, opened in targets.items())
    logs.event("recorder-ready", server=server, targets=named or None, refuses=why)
    return json.dumps(told)


def _why_not(error: OSError) -> str:
    """Plain words; Python's own repeat the address."""
    if isinstance(error, socket.gaierror) or error.errno is None:
        return error.strerror or str(error)
    advice = {
        errno.EADDRINUSE: "; is a recorder running already?",
        errno.EADDRNOTAVAIL: "; it is none of this machine's",
        errno.EACCES: "; ports below 1024 need a privilege, 2222 does not",
    }
    return os.strerror(error.errno) + advice.get(error.errno, "")
