"""How syslog messages travel: UDP (RFC 5426), TCP with octet counting (RFC 6587, 3.4.1), TLS (RFC 5425).

None of them has an answer. Over TCP and TLS we do what can be done without one: look for the receiver's
goodbye before we send, and afterwards wait until its machine has acknowledged every byte. What a receiver
had taken and not yet written when it died is lost, and nobody can tell; UDP loses without a word.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import ssl
import struct
import termios
import time

from sessionlens_recorder.polling import readable
from sessionlens_recorder.sinks.endpoints import TIMEOUT_S, SinkError, connect, why
from sessionlens_recorder.sinks.record import Told
from sessionlens_recorder.sinks.syslog import Formatter
from sessionlens_recorder.sinks.unread import GOODBYES, RECENT_S, Unread

DATAGRAM = 2048  # bytes; what a receiver should take (RFC 5426, 3.2)
FRAME = 8192  # bytes; what common receivers take unasked
ACKNOWLEDGED_EVERY_S = 0.005
VERDICT_S = (0.1, 1.0)  # for a refusal after the handshake: ten times what that took, no less and no more


class Datagrams:
    """One message a datagram."""

    most = 50  # at once: a burst overflows a receiver's buffer

    def __init__(self, address: tuple[str, int], facility: str, sd_id: str) -> None:
        self._address = address
        self._formatter = Formatter(facility, sd_id, DATAGRAM)
        self._socket: socket.socket | None = None

    def send(self, events: list[Told]) -> str:
        try:
            sock = self._socket = self._socket or self._open()
            for told in events:
                sock.send(self._formatter.message(told))
            if number := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):  # "port unreachable" came back
                raise OSError(number, "nobody listens there")
        except OSError as error:
            self.close()
            raise SinkError(f"cannot be reached: {why(error)}") from error
        return "sent; over UDP nobody can tell whether it arrived"

    def _open(self) -> socket.socket:
        family, kind, protocol, _, address = socket.getaddrinfo(*self._address, type=socket.SOCK_DGRAM)[0]
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(TIMEOUT_S)
            sock.connect(address)
        except OSError:
            sock.close()
            raise
        return sock

    def look(self) -> bool:
        return False

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class Stream:
    """Messages one after the other, each with its length before it; with a context, over TLS."""

    most = 200

    def __init__(
        self, address: tuple[str, int], facility: str, sd_id: str, context: ssl.SSLContext | None
    ) -> None:
        self._address, self._context = address, context
        self._formatter = Formatter(facility, sd_id, FRAME)
        self._socket: socket.socket | None = None
        self._unread = Unread()
        self._goodbyes = 0  # in a row, each at once

    def send(self, events: list[Told]) -> str:
        messages = [self._formatter.message(told) for told in events]
        data = b"".join(b"%d %b" % (len(message), message) for message in messages)
        self.look()
        began = time.monotonic()
        try:
            sock = self._socket = self._socket or self._open()
            sock.sendall(self._unread.again + data)
            _wait_until_acknowledged(sock)
            self._check_goodbye(sock)
        except OSError as error:
            self.close()
            self._unread.torn(began)
            raise SinkError(f"the connection broke: {why(error)}") from error
        self._unread.sent(data)
        version = sock.version() if isinstance(sock, ssl.SSLSocket) else "TCP"
        return f"sent over {version}; a syslog receiver does not answer"

    def look(self) -> bool:
        """Whether the receiver is still there. One that was torn away, or went within seconds, may have left
        unread what it was sent in those before: that is sent again.
        """
        try:
            if self._socket is not None and not _is_open(self._socket):
                self._unread.gone(early=_went_at_once(self._socket))
                self.close()
        except OSError:
            self.close()
            self._unread.torn()
        return bool(self._unread.again)

    def _check_goodbye(self, sock: socket.socket) -> None:
        """One that goes at once may have been stopped; one that always does takes its events that way."""
        self._goodbyes = 0 if _is_open(sock) else self._goodbyes + 1
        if 0 < self._goodbyes <= GOODBYES:
            raise ConnectionError("it closed the connection")

    def _open(self) -> socket.socket:
        sock = connect(self._address)
        if self._context is None:
            return sock
        began = time.monotonic()
        try:
            secured = self._context.wrap_socket(sock, server_hostname=self._address[0])
            sock = secured
            _await_verdict(secured, time.monotonic() - began)
        except OSError as error:
            sock.close()
            raise SinkError(f"no TLS connection: {why(error)}") from error
        return secured

    def close(self) -> None:
        if self._socket is None:
            return
        with contextlib.suppress(OSError, ValueError):
            if isinstance(self._socket, ssl.SSLSocket):  # RFC 5425, 4.4: say goodbye
                self._socket.settimeout(1.0)
                self._socket.unwrap()
        self._socket.close()
        self._socket = None


def _await_verdict(sock: ssl.SSLSocket, handshake: float) -> None:
    """In TLS 1.3 a client is through before the receiver has looked at its certificate: a refusal comes a
    moment later, when events would have been sent. Where all is well most receivers send a ticket then, and
    the others (GnuTLS's) nothing: so we wait for ten times what the handshake took, which had both the way
    there and back and the receiver's own work in it. A refusal that comes even later tears the connection,
    and what was sent over it is sent again.
    """
    if sock.version() != "TLSv1.3":
        return
    least, most = VERDICT_S
    with contextlib.suppress(ConnectionError):  # reset
        if not readable([sock], min(max(least, 10 * handshake), most)) or _is_open(sock):
            return
    raise ConnectionError(
        "it closed the connection after the handshake; perhaps it wants a certificate of ours, or another"
    )


def _is_open(sock: socket.socket) -> bool:
    """False after an orderly goodbye; OSError if the connection was reset. What is said is dropped."""
    sock.settimeout(0.0)
    try:
        while sock.recv(4096):
            pass
        _check_reset(sock)
        return False
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    except ssl.SSLEOFError:
        return False
    finally:
        sock.settimeout(TIMEOUT_S)


def _wait_until_acknowledged(sock: socket.socket) -> None:
    """Until the other machine has every byte (SIOCOUTQ, tcp(7)). Raises OSError if it has thrown us out."""
    deadline = time.monotonic() + TIMEOUT_S
    while _unacknowledged(sock):
        _check_reset(sock)  # it will never have them
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(ACKNOWLEDGED_EVERY_S)


def _went_at_once(sock: socket.socket) -> bool:
    """Did its goodbye come soon after what we sent last? A receiver that is stopped says goodbye and drops
    what it has read and not looked at (rsyslogd with OpenSSL); one that found us idle has dropped nothing.
    """
    if not hasattr(socket, "TCP_INFO"):
        return True
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 64)  # struct tcp_info, linux/tcp.h
    sent_ago, _, _, heard_ago = struct.unpack_from("=4I", info, 44)  # ms; last_data_sent … last_ack_recv
    return bool(sent_ago - heard_ago < 1e3 * RECENT_S)


def _check_reset(sock: socket.socket) -> None:
    """A goodbye may come first, and the reset for what was left unread behind it."""
    if number := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        raise OSError(number, os.strerror(number))


def _unacknowledged(sock: socket.socket) -> int:
    try:
        raw = fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, struct.pack("i", 0))
    except OSError:  # not on this system
        return 0
    return int(struct.unpack("i", raw)[0])
