"""paramiko as a client that is logged in: for what a stock client does not do."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import paramiko

from .conftest import DEADLINE_S, Site


@contextlib.contextmanager
def dialled(
    site: Site, target: str | None = "web01", user: str = "john", key: paramiko.PKey | None = None
) -> Iterator[paramiko.Transport]:
    """`target` None: at the server's own address, where nothing says which."""
    host, _, port = (site.targets[target] if target else site.server).rpartition(":")
    transport = paramiko.Transport(socket.create_connection((host, int(port))))
    try:
        transport.start_client(timeout=DEADLINE_S)
        transport.auth_publickey(user, key or own_key(site))
        yield transport
    finally:
        transport.close()
        transport.join()


def own_key(site: Site) -> paramiko.PKey:
    return paramiko.Ed25519Key.from_private_key_file(str(site.key))
