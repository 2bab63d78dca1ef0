"""`ssh -J bastion target`: a connection that names no target and is only the way to some.

A direct-tcpip to a configured target is never forwarded. It is answered here, by a connection of its own with
that target's host key, which is recorded like any other; whoever is on the outer one need not log in twice.
Everything else on the outer connection is refused, so nothing on it is unrecorded.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

from sessionlens_recorder import logs
from sessionlens_recorder.config import Config, Target
from sessionlens_recorder.live.desk import Order
from sessionlens_recorder.net.age import Age
from sessionlens_recorder.net.identity import Proof
from sessionlens_recorder.net.recording import End
from sessionlens_recorder.net.standing import reach, reachable
from sessionlens_recorder.session import wire
from sessionlens_recorder.session.policy import host_port

WINDOW, PACKET = 2 * 1024 * 1024, 32 * 1024
MAX_TUNNELS = 16
SSH_PORT = 22
SEAL_S = 10.0  # for the sessions inside to end and be sealed


class Inner(Protocol):
    """A recorded connection inside this one; connection.Connection."""

    def serve(self) -> int: ...
    def end(self, reason: str, told: str) -> None: ...
    def ended_by(self, order: Order) -> None: ...


class Tunnel:
    """One channel of the outer connection, and the recorded connection that answers on it.

    Two threads: one writes to it what came from the user, one reads what it answers. The windows are SSH's
    own, so neither holds more than WINDOW bytes.
    """

    def __init__(self, opened: wire.Open, send: Callable[[bytes], None], sock: socket.socket) -> None:
        self.number, self._packet = opened.sender, max(1, min(opened.packet, PACKET))
        self._send, self._sock = send, sock
        self._changed = threading.Condition()
        self._theirs, self._ours = opened.window, WINDOW  # how much each may be sent
        self._waiting: deque[bytes] = deque()
        self._ended = False  # the user sends no more
        self._dead = False  # nobody answers any more
        self.closed = False  # by the user

    def start(self) -> None:
        for run in (self._to_inner, self._from_inner):
            threading.Thread(target=run, name="tunnel", daemon=True).start()

    def data_received(self, data: bytes) -> None:
        with self._changed:
            if len(data) > self._ours or self._ended:
                raise wire.ProtocolError("the user sent more data than it was allowed to")
            if self._dead:
                return
            self._ours -= len(data)
            self._waiting.append(data)
            self._changed.notify_all()

    def window_received(self, size: int) -> None:
        with self._changed:
            self._theirs += size
            self._changed.notify_all()

    def eof_received(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def close_received(self) -> None:
        with self._changed:
            self._ended = self.closed = True
            self._changed.notify_all()
        with contextlib.suppress(OSError):  # it may have ended by itself
            self._sock.shutdown(socket.SHUT_RDWR)

    def _to_inner(self) -> None:
        with contextlib.suppress(OSError, EOFError):  # either end may be gone
            while (data := self._next()) is not None:
                self._sock.sendall(data)
                with self._changed:
                    self._ours += len(data)
                self._send(wire.window_adjust(self.number, len(data)))
            self._sock.shutdown(socket.SHUT_WR)

    def _next(self) -> bytes | None:
        with self._changed:
            while not self._waiting and not self._ended and not self._dead:
                self._changed.wait()
            return self._waiting.popleft() if self._waiting and not self._dead else None

    def _from_inner(self) -> None:
        with contextlib.suppress(OSError, EOFError):
            while (data := self._sock.recv(PACKET)) and not self.closed:
                self._pass_on(data)
            self._send(wire.eof(self.number))
            self._send(wire.close(self.number))
        self._die()

    def _pass_on(self, data: bytes) -> None:
        """As much at a time as the user takes, however little that is."""
        while data and (size := self._room(len(data))):
            self._send(wire.data(self.number, data[:size]))
            data = data[size:]

    def _room(self, wanted: int) -> int:
        """Waits until there is some; 0: the user takes no more."""
        with self._changed:
            while not self._theirs and not self.closed:
                self._changed.wait()
            size = 0 if self.closed else min(wanted, self._theirs, self._packet)
            self._theirs -= size
            return size

    def _die(self) -> None:
        """Whether or not the user ever closes it: a thread and two descriptors are free again."""
        with self._changed:
            self._dead = True
            self._waiting.clear()
            self._changed.notify_all()
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)  # whoever is in the middle of writing to it
        self._sock.close()


class Jump:
    """The outer connection's messages. `messages_received` is called on its leg's thread."""

    def __init__(
        self,
        config: Config,
        proof: Proof,
        send: Callable[[bytes], None],
        make: Callable[[socket.socket, Target, Proof], Inner],
        over: Callable[[End], None],
    ) -> None:
        self._config, self._proof, self._send, self._make = config, proof, send, make
        self._tunnels: dict[int, Tunnel] = {}
        self._inner: dict[int, tuple[Inner, threading.Thread]] = {}
        self._opened = 0
        self._door = threading.Lock()  # nobody comes in while it is shut
        self._shut = False
        self._age = Age(config.server, over)

    def messages_received(self, payloads: list[bytes]) -> None:
        for payload in payloads:
            self.received(payload)

    def received(self, payload: bytes) -> None:
        match payload[0]:
            case wire.GLOBAL_REQUEST:
                if wire.Request.parse(payload).wants_reply:
                    self._send(wire.request_failure())
            case wire.CHANNEL_OPEN:
                self._open(wire.Open.parse(payload))
            case _:
                self._channel_message(payload)

    def ended_by(self, order: Order) -> None:
        """Somebody ends the way: recorded in each session inside, which ends. Nobody comes in any more."""
        for inner, _ in self._shut_in():
            inner.ended_by(order)

    def end(self, told: str | None) -> None:
        """The outer connection ends; wait until what is inside is sealed."""
        self._age.stop()
        inside = self._shut_in()
        for inner, _ in inside:
            if told is not None:
                inner.end(told, told)
        if told is None:
            for tunnel in list(self._tunnels.values()):
                tunnel.close_received()
        for _, thread in inside:
            thread.join(SEAL_S)

    def _shut_in(self) -> list[tuple[Inner, threading.Thread]]:
        with self._door:
            self._shut = True
            return list(self._inner.values())

    def _open(self, opened: wire.Open) -> None:
        with self._door:
            target, reason = self._wanted(opened)
            number, tunnel = (-1, None) if target is None else self._let_in(opened, target)
        if tunnel is None:
            logs.warning(
                "policy-refused", person=self._proof.user.name, what=f"channel {opened.kind}", reason=reason
            )
            self._send(wire.open_failure(opened.sender, reason))
            return
        self._send(wire.open_confirmation(opened.sender, number, WINDOW, PACKET))
        tunnel.start()

    def _let_in(self, opened: wire.Open, target: Target) -> tuple[int, Tunnel]:
        number, self._opened = self._opened, self._opened + 1
        ours, theirs = socket.socketpair()
        tunnel = self._tunnels[number] = Tunnel(opened, self._send, ours)
        inner = self._make(theirs, target, _jumped(self._proof))
        thread = threading.Thread(target=self._serve, args=(number, inner, theirs), name="inner", daemon=True)
        self._inner[number] = inner, thread
        self._age.inside(+1)
        thread.start()
        return number, tunnel

    def _serve(self, number: int, inner: Inner, sock: socket.socket) -> None:
        try:
            inner.serve()
        finally:
            self._inner.pop(number, None)
            self._age.inside(-1)
            sock.close()

    def _wanted(self, opened: wire.Open) -> tuple[Target | None, str]:
        """The target, or None and why not."""
        if self._shut:
            return None, "this connection is just ending"
        names = reachable(self._config, self._proof)
        if opened.kind != "direct-tcpip":
            return None, f"say which target: NAME%TARGET or NAME+TARGET, where TARGET is one of: {names}"
        reader = wire.Reader(opened.rest, 0)
        host, port = reader.text(), reader.u32()
        target = find_by_address(self._config.targets, host, port)
        if target is None:
            wanted = logs.escape(host_port(host, port))
            return None, f"{wanted} is none of the targets; there are: {names}"
        if max(len(self._inner), len(self._tunnels)) >= MAX_TUNNELS:
            return None, f"there are {MAX_TUNNELS} connections through this one already"
        reason = self._age.over_for() or reach(self._config, self._proof, target.name)
        return (target, "") if reason is None else (None, reason)

    def _channel_message(self, payload: bytes) -> None:
        tunnel = self._tunnels.get(wire.recipient(payload))
        if tunnel is None or tunnel.closed:
            return
        match payload[0]:
            case wire.DATA:
                tunnel.data_received(wire.content(payload, wire.DATA_HEADER))
            case wire.WINDOW_ADJUST:
                tunnel.window_received(wire.Reader(payload, 5).u32())
            case wire.EOF:
                tunnel.eof_received()
            case wire.CLOSE:
                tunnel.close_received()
                self._tunnels.pop(wire.recipient(payload))
            case wire.CHANNEL_REQUEST if wire.Request.parse(payload).wants_reply:
                self._send(wire.channel_failure(tunnel.number))


def find_by_address(targets: dict[str, Target], host: str, port: int) -> Target | None:
    """A client names a target by the name that it has here, or by the address that the bastion dials."""
    named = targets.get(host)
    if named is not None and port in (SSH_PORT, named.address[1]):
        return named
    return next((target for target in targets.values() if target.address == (host, port)), None)


def _jumped(proof: Proof) -> Proof:
    return Proof(proof.user, proof.factors, proof.credential, jumped=True)
