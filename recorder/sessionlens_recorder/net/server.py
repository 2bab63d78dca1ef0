"""The accept process: listens, forks one process per connection, reaps it, and sees to it that every
bundle is sealed.

It has one thread for ever, since a fork copies only one; it never speaks SSH itself.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import json
import os
import selectors
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable

from sessionlens_recorder import logs
from sessionlens_recorder.bundle import BundleError
from sessionlens_recorder.config import Config, Target
from sessionlens_recorder.live.answer import ANSWERING, Answer
from sessionlens_recorder.live.desk import Desk
from sessionlens_recorder.live.door import Door
from sessionlens_recorder.net.bastion import load_bastion
from sessionlens_recorder.net.child import Child
from sessionlens_recorder.net.connection import Connection
from sessionlens_recorder.net.input import warn_of_keys
from sessionlens_recorder.net.left import find_unsealed, seal_left
from sessionlens_recorder.session.policy import host_port
from sessionlens_recorder.sinks.keeper import SINKS, Sinks, open_sinks

BACKLOG = 128
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
BREATH_S = 0.05  # after an accept that failed, which would fail again at once
DRAIN_S = 15.0  # for the sessions to end after SIGTERM


class Server:
    """`run` opens the listeners and returns when SIGTERM or SIGINT has come and every session has ended."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._bastion = load_bastion(config)
        self._sinks: Sinks | None = open_sinks(config)
        warn_of_keys(config)
        self._children: dict[int, Child] = {}
        self._listeners: dict[socket.socket, Target | None] = {}
        self._stopped = False
        self._pid = os.getpid()

    def run(self, ready: Callable[[str], None]) -> None:
        self._wake_read, self._wake_write = socket.socketpair()
        for end in (self._wake_read, self._wake_write):
            end.setblocking(False)
        for number in SIGNALS:
            signal.signal(number, self._signalled)
        signal.set_wakeup_fd(self._wake_write.fileno(), warn_on_full_buffer=False)
        addresses = self._listen()
        self._door = Door(self._config.live)
        self._selector = selectors.DefaultSelector()
        gc.collect()
        gc.freeze()  # children share these pages as long as nobody's collector touches them
        self._seal_what_was_left()
        self._see_to_sinks()
        targets = " ".join(f"{name}={at}" for name, at in addresses.items() if name != "server")
        logs.event("recorder-ready", server=addresses["server"], targets=targets or None)
        ready(json.dumps(addresses_as_json(addresses)))
        self._accept()
        self._drain()

    def _signalled(self, number: int, frame: object) -> None:
        self._stopped = self._stopped or number != signal.SIGCHLD

    # listening

    def _listen(self) -> dict[str, str]:
        wanted: list[tuple[str, tuple[str, int], Target | None]]
        wanted = [("server", self._config.server.listen, None)]
        wanted += [
            (name, target.listen, target) for name, target in self._config.targets.items() if target.listen
        ]
        opened = {}
        for name, address, target in wanted:
            listener = _open_listener(name, address)
            self._listeners[listener] = target
            opened[name] = host_port(*listener.getsockname()[:2])
        return opened

    def _accept(self) -> None:
        with self._selector as selector:
            for opened in (self._wake_read, self._door.listener, *self._listeners):
                selector.register(opened, selectors.EVENT_READ)
            while not self._stopped:
                for key, _ in selector.select():
                    if key.fileobj is self._wake_read:
                        self._reap()
                        self._see_to_sinks()
                    elif key.fileobj is self._door.listener:
                        self._answer_one()
                    elif isinstance(key.fileobj, socket.socket):
                        self._accept_one(key.fileobj)
                    elif isinstance(key.data, Child):
                        key.data.hear()

    def _accept_one(self, listener: socket.socket) -> None:
        try:
            sock, address = listener.accept()
        except OSError as error:  # gone again, or no descriptors left
            logs.warning("accept-failed", reason=error)
            time.sleep(BREATH_S)
            return
        client, target = (str(address[0]), int(address[1])), self._listeners[listener]
        with sock:
            try:
                ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
                with theirs:
                    run = lambda report: self._serve(sock, client, target, Desk(theirs, report))  # noqa: E731
                    self._fork(client[0], run, ours)
            except OSError as error:  # no process or no memory left
                logs.error("fork-failed", client=client[0], reason=error)

    def _answer_one(self) -> None:
        """Somebody asks about sessions: a process of their own looks, waits and answers."""
        children = list(self._children.values())
        admitted = self._door.accept(sum(child.duty == ANSWERING for child in children))
        if admitted is None:
            return
        for child in children:
            child.hear()
        sock, peer = admitted
        with sock:
            answer = Answer(self._config.live, sock, peer, children)
            try:
                self._fork(ANSWERING, lambda report: answer.run())
            except OSError as error:
                logs.error("fork-failed", client=ANSWERING, reason=error)

    def _serve(self, sock: socket.socket, client: tuple[str, int], target: Target | None, desk: Desk) -> int:
        connection = Connection(self._bastion, sock, client, target, desk)
        signal.signal(signal.SIGTERM, lambda *_: connection.terminate())
        return connection.serve()

    # processes

    def _fork(self, duty: str, run: Callable[[int], int], orders: socket.socket | None = None) -> None:
        """`orders`: this end of what a connection is told on, which only answering processes keep."""
        if threading.active_count() != 1:
            raise AssertionError("the accept process has a second thread, and a fork would not copy it")
        ours, theirs = os.pipe()
        sys.stderr.flush()
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # none is to meet the child with our handlers
        try:
            pid = os.fork()
        except OSError:
            for end in (ours, theirs):
                os.close(end)
            if orders is not None:
                orders.close()
            raise
        finally:
            if os.getpid() == self._pid:
                signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        if pid == 0:
            os.close(ours)
            self._close_others(duty, orders)
            _live(lambda: run(theirs), list(self._listeners), (self._wake_read, self._wake_write))
        os.close(theirs)
        os.set_blocking(ours, False)
        self._children[pid] = child = Child(duty, ours, orders)
        if orders is not None:
            orders.setblocking(False)
            self._selector.register(ours, selectors.EVENT_READ, child)

    def _close_others(self, duty: str, orders: socket.socket | None) -> None:
        """In a child: what is not its own."""
        self._door.listener.close()
        if orders is not None:
            orders.close()
        for child in self._children.values():
            os.close(child.report)
            if child.orders is not None and duty != ANSWERING:
                child.orders.close()

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._wake_read.recv(4096):
                pass
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self._reaped(self._children.pop(pid), os.waitstatus_to_exitcode(status))

    def _reaped(self, child: Child, code: int) -> None:
        child.hear()
        with contextlib.suppress(KeyError):  # only connections are listened to
            self._selector.unregister(child.report)
        child.close()
        how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        if code != 0:
            logs.error("process-died", duty=child.duty, how=how)
        if left := child.unsealed():
            reason = f"the process of this connection ended: {how}"
            self._fork(f"seal {left[0].name}", lambda _: seal_left(left, self._bastion.sign, reason))

    def _seal_what_was_left(self) -> None:
        root = self._config.server.recordings
        reason = "found unsealed when the recorder started"
        self._fork("seal", lambda _: seal_left(find_unsealed(root), self._bastion.sign, reason))

    def _see_to_sinks(self) -> None:
        """The process that sends to the sinks runs; if it cannot be started, the next child's end is a new
        occasion.
        """
        if self._sinks is None or any(child.duty == SINKS for child in self._children.values()):
            return
        life = self._sinks.next_life(self._pid)
        try:
            self._fork(SINKS, lambda report: life())
        except OSError as error:
            logs.error("fork-failed", client=SINKS, reason=error)

    def _drain(self) -> None:
        """SIGTERM: no new sessions; the running ones are told, ended and sealed. The sinks hear of it."""
        for listener in self._listeners:
            listener.close()
        self._door.close()
        sessions = {pid for pid, child in self._children.items() if child.duty != SINKS}
        connections = sum(child.orders is not None for child in self._children.values())
        logs.event("recorder-stopping", connections=connections)
        self._end(sessions)
        logs.event("recorder-stopped")
        self._end(set(self._children))

    def _end(self, ending: set[int]) -> None:
        """Have these children end, and those that seal what they leave."""
        self._signal_children(signal.SIGTERM, ending)
        deadline = time.monotonic() + DRAIN_S
        while any(pid in ending or child.duty != SINKS for pid, child in self._children.items()):
            if time.monotonic() > deadline:
                self._signal_children(signal.SIGKILL, ending)
                deadline += DRAIN_S
            with selectors.DefaultSelector() as selector:
                selector.register(self._wake_read, selectors.EVENT_READ)
                selector.select(max(0.0, deadline - time.monotonic()))
            self._reap()

    def _signal_children(self, number: int, chosen: set[int]) -> None:
        for pid, child in self._children.items():
            if pid in chosen and not child.duty.startswith("seal"):
                os.kill(pid, number)


def addresses_as_json(addresses: dict[str, str]) -> dict[str, object]:
    """The line on stdout: where the server and each target with a listener of its own can be reached."""
    return {"server": addresses["server"], "targets": {k: v for k, v in addresses.items() if k != "server"}}


def _open_listener(name: str, address: tuple[str, int]) -> socket.socket:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    try:
        listener = socket.create_server(address, family=family, backlog=BACKLOG)
    except OSError as error:
        key = "server.listen" if name == "server" else f"targets.{name}.listen"
        raise ValueError(f"cannot listen at {host_port(*address)}: {_why_not(error)} ({key})") from error
    listener.setblocking(False)
    return listener


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


def _live(
    run: Callable[[], int], listeners: list[socket.socket], wake: tuple[socket.socket, socket.socket]
) -> None:
    """A child's whole life. Never returns."""
    code = 70  # EX_SOFTWARE
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(
            signal.SIGINT, signal.SIG_IGN
        )  # Ctrl-C at the terminal goes to the accept process, which sends SIGTERM
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        for unused in (*listeners, *wake):
            unused.close()
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(null, 1)
        threading.excepthook = lambda args: logs.error("crash", trace=_trace(args.exc_value))
        code = run()
    except BundleError as error:
        logs.error("bundle-failed", reason=error)
    except BaseException as error:
        logs.error("crash", trace=_trace(error))
    finally:
        sys.stderr.flush()
        os._exit(code)


def _trace(error: BaseException | None) -> str:
    return "".join(traceback.format_exception(error))
