"""Where a tunnel leads, and which patterns of `forward` cover that: decided on the text that the target
reads, so each pattern covers only what cannot mean something else there.

`host:port` is for TCP, a path for Unix sockets, `*` alone for both. A host of digits, dots and `*` (or in
brackets) covers IP addresses, never a name that begins like one. In a name `*` is part of one label, but at
the beginning any number of them: `db-*:5432` does not cover db-1.attacker.example. Case and spelling of
addresses (`10.5`, `::ffff:10.0.0.5`) make no difference.
"""

from __future__ import annotations

import ipaddress
import posixpath
import re
import socket

_NAME = re.compile(r"[A-Za-z0-9._-]*")
_OF_ADDRESSES = re.compile(r"[0-9.*]+|[0-9A-Fa-f.*]*:[0-9A-Fa-f:.*]*")


def covers(pattern: str, address: str, *, path: bool) -> bool:
    """`path`: the address is that of a Unix socket, else `host:port`."""
    if pattern == "*":
        return True
    if path or pattern.startswith("/"):
        plain = posixpath.normpath(address) == address and address.startswith("/")
        return path and plain and matches(pattern, address)
    (wanted, wanted_port), (host, port) = _split(pattern), _split(address)
    return matches(wanted_port, port) and _covers_host(wanted, host)


def matches(pattern: str, text: str) -> bool:
    """`*` is the only special character, and stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None


def check_port(address: str) -> str | None:
    """Of `host:port`: some servers take a number that is too large for another one."""
    port = _split(address)[1]
    return None if int(port) <= 65535 else f"there is no port {port}"


def spelled(address: str) -> str:
    """`host:port` in one spelling, to compare."""
    host, port = _split(address)
    return host_port(_ip(host) or host.lower().rstrip("."), int(port))


def host_port(host: str, port: int) -> str:
    """How an address is written in patterns, messages and recordings."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _covers_host(pattern: str, host: str) -> bool:
    if pattern == "*":
        return True
    ip = _ip(host)
    if _OF_ADDRESSES.fullmatch(pattern):
        return ip is not None and matches(_ip(pattern) or pattern.lower(), ip)
    if ip is not None or not _NAME.fullmatch(host):
        return False
    first, *more = (re.escape(part) for part in pattern.lower().split("*"))
    regex = "[^.]*".join((first, *more)) if first or not more else f".*{'[^.]*'.join(more)}"
    return re.fullmatch(regex, host.lower()) is not None


def _split(address: str) -> tuple[str, str]:
    host, _, port = address.rpartition(":")
    return host.removeprefix("[").removesuffix("]"), port


def _ip(host: str) -> str | None:
    """As getaddrinfo(3) reads it: `10.5`, `0xa000005` and `::ffff:10.0.0.5` are 10.0.0.5."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        try:
            return (
                socket.inet_ntoa(socket.inet_aton(host)) if re.fullmatch(r"[0-9A-Fa-fxX.]+", host) else None
            )
        except OSError:
            return None
    return str(getattr(found, "ipv4_mapped", None) or found)
