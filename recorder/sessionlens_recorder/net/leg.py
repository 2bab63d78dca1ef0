"""A leg: one of the two SSH connections of a session, on paramiko's Transport.

paramiko does the handshake, the ciphers and the login; connection-protocol messages (80 to 100) go as they
are to `deliver` and come from `send`. paramiko.Channel is not in the data path. One thread a leg
(Transport's own) reads; any thread may send.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import paramiko
from paramiko import SSHException, Transport
from paramiko.common import MSG_NAMES, MSG_UNIMPLEMENTED, cMSG_DISCONNECT, cMSG_UNIMPLEMENTED
from paramiko.message import Message

import sessionlens_recorder.net.mpint  # noqa: F401  (mends paramiko's)
from sessionlens_recorder import __version__
from sessionlens_recorder.net.batches import CONNECTION_MESSAGES, Batch, Packetizer
from sessionlens_recorder.net.packetizer import AHEAD_LIMIT

QUEUE_LIMIT = 64 * 1024 * 1024  # bytes waiting for the end of a key exchange; windows keep it far below
BY_APPLICATION = 11  # RFC 4253, 11.1

STRONG = {
    "_preferred_ciphers": (
        "aes128-gcm@openssh.com",
        "aes256-gcm@openssh.com",
        "aes128-ctr",
        "aes192-ctr",
        "aes256-ctr",
    ),
    "_preferred_macs": (
        "hmac-sha2-256-etm@openssh.com",
        "hmac-sha2-512-etm@openssh.com",
    ),
    "_preferred_kex": tuple(
        name
        for name in ("mlkem768x25519-sha256", "curve25519-sha256@libssh.org", "diffie-hellman-group16-sha512")
        if name in Transport._kex_info  # type: ignore[attr-defined]
    ),
}
"""What both legs offer: no SHA-1, MD5, 3DES, CBC, encrypt-and-MAC, NIST curves in the key exchange, or group
exchange (paramiko offers that without having moduli).
"""


class Leg(Transport):
    """One side's connection. `deliver(payloads)` is called with connection messages, as many as are there,
    once it is set by `pair`.
    """

    _CLIENT_ID = f"OpenSSH_9.9 SessionLens_{__version__}"  # docs/decisions/0021
    _active_check_timeout = Packetizer.poll
    login_wait = 60.0

    def __init__(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().__init__(sock, packetizer_class=Packetizer)
        for name, algorithms in STRONG.items():
            setattr(self, name, algorithms)
        self.deliver: Callable[[list[bytes]], None] | None = None
        self.ended: Callable[[], None] = lambda: None
        self.goodbye: tuple[int, str] | None = None  # the peer's DISCONNECT
        self._paired = threading.Event()
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._finished = False
        self.gone = False  # its thread is through
        self.farewell: str | None = None  # our DISCONNECT
        self._failure: Exception | None = None  # what another thread ended it for
        self.packetizer: Packetizer
        self.clear_to_send_lock = self.packetizer.turn
        self._take_over_messages()

    def pair(self, deliver: Callable[[list[bytes]], None]) -> None:
        """From now on connection messages pass."""
        self.deliver = deliver
        self.packetizer.ahead_limit = AHEAD_LIMIT
        self.packetizer.wait_longer()
        self._paired.set()

    def send(self, *payloads: bytes) -> None:
        """Send messages, or queue them while keys are exchanged: one leg never waits for the other's
        exchange.
        """
        with self.clear_to_send_lock:
            if self._finished:
                return
            if self.clear_to_send.is_set() and not self._waiting:
                self.packetizer.send_all(payloads)
                return
            self._waiting.extend(payloads)
            self._waiting_bytes += sum(map(len, payloads))
            if self._waiting_bytes > QUEUE_LIMIT:
                raise SSHException("the peer does not finish its key exchange")

    def finish(self, payloads: list[bytes], reason: str) -> None:
        """The last messages, then DISCONNECT, then no more. What the peer still sends is read and dropped,
        since a reset would take from it what it has not read yet.
        """
        self.farewell = reason
        for payload in (*payloads, disconnect(reason)):
            self.send(payload)
        with self.clear_to_send_lock:
            self._finished = True
            self._end_output_if_sent()

    def kill(self) -> None:
        """Close at once; wakes the leg's thread wherever it waits."""
        self.active = False
        with contextlib.suppress(OSError):  # the peer may have been faster
            self.sock.shutdown(socket.SHUT_RDWR)
        self.packetizer.close()

    def fail(self, error: Exception) -> None:
        """End it for what went wrong on another thread; what went wrong before that stays the reason."""
        if self.saved_exception is None and self._failure is None:
            self._failure = error
        self.kill()

    @property
    def failure(self) -> Exception | None:
        """What went wrong first. paramiko's own thread forgets it for the end that follows from it."""
        return self._failure or self.get_exception()

    def run(self) -> None:
        self.packetizer.reader = threading.get_ident()
        try:
            super().run()
        finally:
            self._paired.set()
            self.gone = True
            self.ended()

    # what paramiko calls

    def _parse_newkeys(self, m: Message) -> None:
        super()._parse_newkeys(m)  # type: ignore[misc]
        with self.clear_to_send_lock:
            while self._waiting:
                payload = self._waiting.popleft()
                self._waiting_bytes -= len(payload)
                self.packetizer.send_all((payload,))
            self._end_output_if_sent()

    def _parse_disconnect(self, m: Message) -> None:
        self.goodbye = (m.get_int(), m.get_text())

    def _ensure_authed(self, ptype: int, message: Message) -> Message | None:
        if ptype in CONNECTION_MESSAGES and not self.is_authenticated():
            raise SSHException(f"message {ptype} before the login")
        return None

    def _connection_message(self, number: int, m: Message | Batch) -> None:
        self._paired.wait(self.login_wait)
        if self.deliver is None:
            raise SSHException("no session came of this login")
        if not self._finished:
            self.deliver(m if isinstance(m, Batch) else [bytes((number,)) + m.asbytes()])

    def _unimplemented(self, m: Message) -> None:
        reply = Message()
        reply.add_byte(cMSG_UNIMPLEMENTED)
        reply.add_int(m.seqno)
        self._send_message(reply)  # type: ignore[attr-defined]

    def _take_over_messages(self) -> None:
        table: dict[int, Any] = self._handler_table  # type: ignore[attr-defined]
        for number in CONNECTION_MESSAGES:
            table[number] = lambda m, number=number: self._connection_message(number, m)
        for number in set(range(256)) - set(MSG_NAMES) - set(CONNECTION_MESSAGES):
            table[number] = self._unimplemented  # paramiko would raise KeyError on a number without a name
        table[MSG_UNIMPLEMENTED] = lambda m: None

    def _end_output_if_sent(self) -> None:
        if self._finished and not self._waiting:
            with contextlib.suppress(OSError):  # the peer may have been faster
                self.sock.shutdown(socket.SHUT_WR)


class TargetLeg(Leg):
    """The bastion as a client. Targets may be old: what is safe though not the best is offered last."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        older = (
            "ecdh-sha2-nistp256",
            "ecdh-sha2-nistp384",
            "ecdh-sha2-nistp521",
            "diffie-hellman-group14-sha256",
        )
        self._preferred_kex = (*STRONG["_preferred_kex"], *older)
        self._preferred_macs = (*STRONG["_preferred_macs"], "hmac-sha2-256", "hmac-sha2-512")

    def expect_host_keys(self, algorithms: tuple[str, ...]) -> None:
        """Ask for a host key of a kind that can be checked, whatever else the target has."""
        self._preferred_keys = algorithms


def disconnect(reason: str) -> bytes:
    m = Message()
    m.add_byte(cMSG_DISCONNECT)
    m.add_int(BY_APPLICATION)
    m.add_string(reason)
    m.add_string("en")
    return m.asbytes()


def reason_of_end(leg: Leg) -> str:
    """Why a leg ended, in words: what it was told, the peer's own, or what went wrong."""
    if leg.farewell is not None:
        return f"was told: {leg.farewell}"
    if leg.goodbye is not None:
        return leg.goodbye[1] or f"disconnect with code {leg.goodbye[0]}"
    error = leg.failure
    if error is None or isinstance(error, EOFError):
        return "connection closed"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return f"{type(error).__name__}: {error}" if not isinstance(error, paramiko.SSHException) else str(error)
