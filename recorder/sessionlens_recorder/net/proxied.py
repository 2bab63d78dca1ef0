"""The PROXY protocol, versions 1 and 2 (haproxy's proxy-protocol.txt): whose connection a balancer hands on.

Only addresses in `server.proxy_from` may say so, and they have to: nothing is guessed. Everybody else speaks
SSH at once. The header is awaited in the accept process, beside everything else, so that limits for each
source count clients and not the balancer.
"""

from __future__ import annotations

import ipaddress
import selectors
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

Client = tuple[str, int]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

V1, V1_MOST = b"PROXY ", 107  # with CR LF
V2, V2_MOST = b"\r\n\r\n\0\r\nQUIT\n", 16 + 4096  # addresses and what else a balancer tells
WAIT_S = 5.0  # for the header
MOST = 256  # connections whose header is awaited
_FAMILIES = {0x11: ("!4s4sHH", 12), 0x21: ("!16s16sHH", 36)}  # TCP over IPv4, over IPv6


class BadHeader(ValueError):
    """What came is no PROXY header that can be used."""


@dataclass(frozen=True, slots=True)
class Header:
    """`client` is None where the balancer speaks for itself (a health check)."""

    client: Client | None
    length: int


def parse_header(data: bytes) -> Header | None:
    """None: there is more to come. Raises BadHeader."""
    if data[:12] == V2[: len(data)]:
        return _parse_v2(data)
    if data[:6] == V1[: len(data)]:
        return _parse_v1(data)
    raise BadHeader("no PROXY header came first")


def _parse_v1(data: bytes) -> Header | None:
    line, end, _ = data[:V1_MOST].partition(b"\r\n")
    if not end:
        if len(data) >= V1_MOST:
            raise BadHeader("its PROXY line does not end")
        return None
    words = line.split(b" ")
    if words[1] == b"UNKNOWN":
        return Header(None, len(line) + 2)
    if len(words) != 6 or words[1] not in (b"TCP4", b"TCP6"):
        raise BadHeader("its PROXY line is none")
    try:
        source, _, port, _ = (word.decode("ascii") for word in words[2:])
        address = ipaddress.ip_address(source.replace("%", " "))  # a zone is of that machine, and free text
    except ValueError:
        raise BadHeader("its PROXY line has no address") from None
    if address.version != int(words[1][3:]) or not (port.isdigit() and len(port) <= 5 and int(port) < 65536):
        raise BadHeader("its PROXY line has an address or port that cannot be")
    return Header((str(address), int(port)), len(line) + 2)


def _parse_v2(data: bytes) -> Header | None:
    if len(data) < 16:
        return None
    command, family, more = struct.unpack("!BBH", data[12:16])
    length = 16 + more
    if command not in (0x20, 0x21) or length > V2_MOST:
        raise BadHeader("its PROXY header is of another kind, or too long")
    if len(data) < length:
        return None
    if command == 0x20 or family == 0:
        return Header(None, length)
    form, size = _FAMILIES.get(family, ("", 0))
    if not form or more < size:
        raise BadHeader("its PROXY header has no TCP address")
    source, _, port, _ = struct.unpack(form, data[16 : 16 + size])
    return Header((str(ipaddress.ip_address(source)), port), length)


@dataclass(slots=True)
class _Waiting:
    """`deliver` gets the socket and who is at its far end, None: the balancer itself."""

    balancer: Client
    deadline: float
    deliver: Callable[[socket.socket, Client | None], None]
    data: bytes = b""


class Proxied:
    """Connections of balancers whose header has not come yet. `refused` is told who sent none, and why."""

    def __init__(self, selector: selectors.BaseSelector, refused: Callable[[str, str], None]) -> None:
        self._selector, self._refused = selector, refused
        self._waiting: dict[socket.socket, _Waiting] = {}

    @property
    def sockets(self) -> list[socket.socket]:
        return list(self._waiting)

    def wait(
        self, sock: socket.socket, balancer: Client, deliver: Callable[[socket.socket, Client | None], None]
    ) -> None:
        """`deliver` is called once the header has come, with a socket that is its own to close."""
        if len(self._waiting) >= MOST:
            sock.close()
            self._refused(balancer[0], f"{MOST} PROXY headers are awaited already")
            return
        sock.setblocking(False)
        self._waiting[sock] = _Waiting(balancer, time.monotonic() + WAIT_S, deliver)
        self._selector.register(sock, selectors.EVENT_READ, self._read)

    def due(self, otherwise: float) -> float:
        """When `expire` has something to do: at the latest `otherwise`."""
        return min((one.deadline for one in self._waiting.values()), default=otherwise)

    def expire(self) -> None:
        now = time.monotonic()
        for sock in [sock for sock, one in self._waiting.items() if one.deadline <= now]:
            self._end(sock, f"no PROXY header in {WAIT_S:g} s")

    def close(self) -> None:
        """Nobody is let in any more."""
        for sock in self.sockets:
            self._forget(sock)
            sock.close()

    def _read(self, sock: socket.socket) -> None:
        """What belongs to the header is taken, and not a byte of what comes behind it."""
        waiting = self._waiting[sock]
        try:
            seen = sock.recv(V2_MOST, socket.MSG_PEEK)
            header = parse_header(waiting.data + seen) if seen else None
            if not seen:
                raise BadHeader("it closed the connection before its PROXY header")
            taken = sock.recv(header.length - len(waiting.data) if header else len(seen))
        except BlockingIOError:
            return
        except (BadHeader, OSError) as error:
            self._end(sock, str(error))
            return
        if header is None:
            waiting.data += taken
            return
        self._forget(sock)
        sock.setblocking(True)
        waiting.deliver(sock, header.client)

    def _end(self, sock: socket.socket, why: str) -> None:
        balancer = self._forget(sock).balancer[0]
        sock.close()
        self._refused(balancer, why)

    def _forget(self, sock: socket.socket) -> _Waiting:
        with suppress(KeyError):
            self._selector.unregister(sock)
        return self._waiting.pop(sock)


def read_networks(texts: list[str]) -> tuple[Network, ...]:
    """Addresses and networks of the configuration. ValueError."""
    return tuple(ipaddress.ip_network(text) for text in texts)


def is_trusted(networks: tuple[Network, ...], address: str) -> bool:
    """Whether this is a balancer of ours."""
    if not networks:
        return False
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return any(ip in network for network in networks)
