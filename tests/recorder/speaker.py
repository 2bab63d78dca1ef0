"""A client of our own, on paramiko's handshake, for what a stock one never sends."""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Iterator

import paramiko
from paramiko.message import Message

from .conftest import DEADLINE_S, Site, wait_for
from .messages import opening


@contextlib.contextmanager
def client(site: Site, kex: str | None = None) -> Iterator[paramiko.Transport]:
    """`kex`: the only key exchange that it knows."""
    host, _, port = site.targets["web01"].partition(":")
    transport = paramiko.Transport(socket.create_connection((host, int(port))))
    if kex is not None:
        transport.get_security_options().kex = (kex,)
    transport.start_client(timeout=DEADLINE_S)
    try:
        yield transport
    finally:
        transport.close()
        transport.join()


class Heard(list[bytes]):
    """What the bastion sent on the connection protocol."""

    def __init__(self, transport: paramiko.Transport) -> None:
        super().__init__()
        for number in range(80, 101):
            transport._handler_table[number] = lambda m, n=number: self.append(bytes([n]) + m.asbytes())


def send(transport: paramiko.Transport, payload: bytes) -> None:
    m = Message()
    m.add_bytes(payload)
    transport._send_message(m)


def log_in(transport: paramiko.Transport, site: Site) -> None:
    transport.auth_publickey("john", paramiko.Ed25519Key.from_private_key_file(str(site.key)))


def open_session(transport: paramiko.Transport, heard: Heard) -> int:
    """A channel for one program; the answer is its number at the far end."""
    send(transport, opening("session", 3))
    (confirmed,) = wait_for(lambda: [payload for payload in heard if payload[0] == 91], "the channel is open")
    return int(struct.unpack(">I", confirmed[5:9])[0])
