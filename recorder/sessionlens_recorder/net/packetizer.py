"""paramiko's Packetizer, reading the socket in large chunks and refusing packets that nobody may send.

Three things that paramiko 5.1 lacks: it asks the kernel for each packet's header and body apart; it believes
any length that a peer names, before authentication too (400 MB sent by a stranger took 858 MB of memory;
OpenSSH's own limit, PACKET_MAX_SIZE, is 256 KiB); and its reading thread stops reading while it waits to send
its part of a key exchange, so that two peers with full sockets wait for each other for ever.
"""

from __future__ import annotations

import socket
import threading

from paramiko import SSHException
from paramiko.packet import NeedRekeyException, Packetizer

from sessionlens_recorder.net.inflow import Inflow
from sessionlens_recorder.polling import readable, ready

MAX_PACKET = 256 * 1024
MAX_LINE = 1024  # RFC 4253, 4.2 allows 255
AHEAD_LIMIT = 64 * 1024 * 1024  # what may be read before it is wanted; windows keep it far below
AHEAD_OF_LOGIN = 2 * 1024 * 1024  # the same of a stranger, for whom there are no windows
AHEAD_WAIT_S = 0.005


class BufferedPacketizer(Packetizer):
    """One recv() may bring many packets; no packet is larger than MAX_PACKET."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self._sock = sock
        self._inflow = Inflow()
        self.ahead_limit = AHEAD_OF_LOGIN
        self.reader: int | None = None  # the thread that must never stop reading
        self.hung_up = False  # the peer, as far as anybody looked
        self.turn = ReadersLock(self)

    def read_all(self, n: int, check_rekey: bool = False) -> bytes:
        if not 0 <= n <= MAX_PACKET:
            raise SSHException(f"a packet of {n} bytes, where {MAX_PACKET} is the limit")
        self._await(n, check_rekey=check_rekey)
        return self._inflow.take(n)

    def _await(self, n: int, *, check_rekey: bool = False) -> None:
        while len(self._inflow) < n:
            nothing_yet = not self._inflow
            if self.handshake_timed_out():
                raise EOFError
            if not self._fill() and check_rekey and nothing_yet and self.need_rekey():
                raise NeedRekeyException

    def readline(self, timeout: float) -> str:
        """A line of the version exchange, without its end."""
        self._sock.settimeout(timeout)
        try:
            while (end := self._inflow.find(b"\n")) < 0:
                if len(self._inflow) > MAX_LINE:
                    raise SSHException(f": a line of more than {MAX_LINE} bytes")
                if not self._fill():
                    raise TimeoutError
        finally:
            self._sock.settimeout(self.poll)
        line = self._inflow.take(end + 1)
        if 0 in line:  # RFC 4253, 4.2: never; the third line of a PROXY header of version 2 has one
            raise SSHException(": a NUL byte came, as of a balancer that is not in server.proxy_from")
        return line.rstrip(b"\r\n").decode("utf-8", "replace")

    def write_all(self, out: bytes) -> None:  # type: ignore[override]
        """Send it all; the reading thread reads on while the peer takes nothing."""
        if threading.get_ident() != self.reader:
            super().write_all(out)
            return
        rest = memoryview(out)
        while rest:
            can_read, can_write = ready(self._sock, self.poll)
            if can_write:
                rest = rest[self._send_some(rest) :]
            elif can_read:
                self.read_ahead()

    def _send_some(self, data: memoryview) -> int:
        try:
            return self._sock.send(data)
        except ConnectionError:
            self.hung_up = True
            raise

    def read_ahead(self) -> None:
        """Read what there is before anybody asks for it."""
        if self.closed:
            raise EOFError
        if len(self._inflow) > self.ahead_limit:
            raise SSHException("the peer sends without end and takes nothing")
        if readable([self._sock], 0):
            self._fill()

    poll = 5.0  # how often a silent leg looks whether it is still wanted, in seconds: during the login

    def wait_longer(self) -> None:
        """Of a session nobody needs to look: Leg.kill() wakes it."""
        self.poll = 60.0
        self._sock.settimeout(self.poll)

    def _fill(self) -> bool:
        """Read what there is; False if nothing came in time."""
        try:
            size = self._inflow.fill(self._sock)
        except TimeoutError:
            if self.closed:
                raise EOFError from None
            self._check_keepalive()  # type: ignore[attr-defined]
            return False
        except OSError as error:
            if self.closed:
                raise EOFError from None
            self.hung_up = isinstance(error, ConnectionError)
            raise
        if not size:
            self.hung_up = True
            raise EOFError
        return True


class ReadersLock:
    """Transport.clear_to_send_lock, but fair to the reading thread, which waits for it without leaving the
    socket unread.
    """

    def __init__(self, packetizer: BufferedPacketizer) -> None:
        self._packetizer, self._lock = packetizer, threading.Lock()
        self._open = threading.Event()  # to all but the reading thread
        self._open.set()

    def acquire(self) -> None:
        if threading.get_ident() != self._packetizer.reader:
            self._open.wait()
            self._lock.acquire()
            return
        self._open.clear()
        try:
            while not self._lock.acquire(timeout=AHEAD_WAIT_S):
                self._packetizer.read_ahead()
        finally:
            self._open.set()

    def release(self) -> None:
        self._lock.release()

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *error: object) -> None:
        self.release()
