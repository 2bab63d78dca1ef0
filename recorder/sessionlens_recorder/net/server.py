"""The accept process: listens, lets in or refuses, forks one process per connection, reaps it, and sees to
it that every bundle is sealed and every duty of the bastion's own has its process.

It has one thread for ever, since a fork copies only one; it never speaks SSH itself.
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from sessionlens_recorder import logs
from sessionlens_recorder.claiming import Claims
from sessionlens_recorder.config import Config, Target, load
from sessionlens_recorder.counting import Counters, Tally
from sessionlens_recorder.live.answer import ANSWERING, Answer
from sessionlens_recorder.live.desk import Desk
from sessionlens_recorder.live.door import Door
from sessionlens_recorder.net.admission import Admission, source_of
from sessionlens_recorder.net.bastion import load_bastion
from sessionlens_recorder.net.child import Child
from sessionlens_recorder.net.connection import Connection
from sessionlens_recorder.net.floods import dam
from sessionlens_recorder.net.housekeeping import Housekeeping
from sessionlens_recorder.net.input import warn_of_keys
from sessionlens_recorder.net.listening import Listener, announce, open_listeners
from sessionlens_recorder.net.malloc import keep_freed_memory
from sessionlens_recorder.net.metrics import METRICS, open_metrics
from sessionlens_recorder.net.orphans import adopt, end_children, end_with
from sessionlens_recorder.net.processes import SIGNALS, Processes
from sessionlens_recorder.net.proxied import Client, Proxied, is_trusted
from sessionlens_recorder.net.refusals import Refusals
from sessionlens_recorder.net.revocation import Changes
from sessionlens_recorder.net.rlimits import limit_connection, prepare_accepting
from sessionlens_recorder.net.unsealed import Unsealed
from sessionlens_recorder.sinks.keeper import SINKS, Sinks, open_sinks
from sessionlens_recorder.waking import Bell

BREATH_S = 0.05  # after an accept that failed, which would fail again at once
DRAIN_S = 15.0  # for the sessions to end after SIGTERM
LOOK_S = 1.0  # how often it looks whether somebody was revoked or a clock was set, for all sessions
TICK_S = 10.0  # how often it looks after disk, retention and metrics
SERVICES = (SINKS, METRICS)  # what runs as long as there is anything to tell


class Server:
    """`run` opens the listeners and returns when SIGTERM or SIGINT has come and every session has ended."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._counters = Counters()
        self._bastion = replace(load_bastion(config), counters=self._counters)
        self._sinks: Sinks | None = open_sinks(config)
        logs.tell_also(Tally(self._counters))
        self._floods = dam(self._counters)
        warn_of_keys(config)
        self._admission, self._refusals = Admission(config.limits), Refusals()
        self._listeners: list[Listener] = []
        self._claims = Claims()
        self._stopped, self._reloads = False, False
        self._pid = os.getpid()
        self._revoked = Changes()
        self._revoked.watch(config.server.revoked_keys, config.server.revoked_people)

    def run(self, ready: Callable[[str], None]) -> None:
        prepare_accepting(self._config.limits)
        self._bell = Bell()
        for number in SIGNALS:
            signal.signal(number, self._signalled)
        signal.set_wakeup_fd(self._bell.rings.fileno(), warn_on_full_buffer=False)
        self._listeners = open_listeners(self._config, [])
        self._door = Door(self._config.live)
        self._claims.take(self._config)
        self._metrics = open_metrics(self._config, self._counters)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._bell.listens, selectors.EVENT_READ, self._woken)
        self._watch_listeners([])
        self._selector.register(self._door.listener, selectors.EVENT_READ, self._answer_one)
        self._proxied = Proxied(self._selector, self._refusals.no_header)
        self._processes = Processes(self._selector, self._counters, self._forget)
        self._housekeeping = Housekeeping(self._processes)
        self._unsealed = Unsealed(self._processes, self._start)
        keep_freed_memory()
        gc.collect()
        gc.freeze()  # children share these pages as long as nobody's collector touches them
        self._unsealed.find(self._config.server.recordings, self._bastion.sign)
        self._see_to_sinks()
        self._tick()
        ready(announce(self._config, self._listeners, self._metrics.sock if self._metrics else None))
        self._accept()
        self._drain()

    def _signalled(self, number: int, frame: object) -> None:
        self._stopped = self._stopped or number in (signal.SIGTERM, signal.SIGINT)
        self._reloads = self._reloads or number == signal.SIGHUP

    # listening

    def _watch_listeners(self, before: list[Listener]) -> None:
        """Listen where the configuration says, and no longer where only the one before said so."""
        had, have = {one.sock for one in before}, {one.sock for one in self._listeners}
        for sock in had - have:
            self._selector.unregister(sock)
            sock.close()
        for sock in have - had:
            self._selector.register(sock, selectors.EVENT_READ, self._accept_one)

    def _accept(self) -> None:
        due = time.monotonic() + TICK_S
        while not self._stopped:
            if self._revoked.seen():
                self._processes.look()
            wait = min(LOOK_S, self._proxied.due(due) - time.monotonic())
            for key, _ in self._selector.select(max(0.0, wait)):
                if isinstance(key.data, int):
                    self._hear(key.data)
                else:
                    key.data(key.fileobj)
            if self._reloads:
                self._reloads = False
                self._reload()
            self._proxied.expire()
            if time.monotonic() >= due:
                due = time.monotonic() + TICK_S
                self._tick()

    def _accept_one(self, listener: socket.socket) -> None:
        try:
            sock, address = listener.accept()
        except OSError as error:  # gone again, or no descriptors left
            self._refusals.no_accept(error)
            time.sleep(BREATH_S)
            return
        client = (str(address[0]), int(address[1]))
        target = next((one.target for one in self._listeners if one.sock is listener), None)
        if is_trusted(self._config.server.proxy_from, client[0]):
            admit = lambda sock, said: self._admit(sock, said or client, target, said is None)  # noqa: E731
            self._proxied.wait(sock, client, admit)
        else:
            self._admit(sock, client, target)

    def _admit(
        self, sock: socket.socket, client: Client, target: Target | None, checks: bool = False
    ) -> None:
        """checks: a balancer, which speaks for itself."""
        source = source_of(client[0])
        with sock:
            reason = self._admission.check(source)
            if reason is not None:
                self._refusals.turn_away(sock, client[0], source, reason)
                return
            arrival = self._admission.arrived(source)
            try:
                ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
                with theirs:
                    serve = partial(self._serve, sock, client, target, checks)
                    run = lambda report: serve(Desk(theirs, report))  # noqa: E731
                    self._processes.fork(f"connection from {client[0]}", run, arrival, ours)
            except OSError as error:  # no process, descriptor or memory left
                self._admission.left(arrival)
                self._refusals.no_process(sock, client[0], error)

    def _answer_one(self, listener: socket.socket) -> None:
        """Somebody asks about sessions: a process of their own looks, waits and answers."""
        children = list(self._processes.children.values())
        admitted = self._door.accept([child.asks for child in children if child.asks is not None])
        if admitted is None:
            return
        for pid in list(self._processes.children):
            self._hear(pid)
        sock, peer = admitted
        with sock:
            answer = Answer(self._config.live, sock, peer, children)
            self._start(ANSWERING, lambda report: answer.run(), peer.uid)

    def _serve(
        self, sock: socket.socket, client: Client, target: Target | None, checks: bool, desk: Desk
    ) -> int:
        if self._metrics is not None:
            self._metrics.sock.close()
        limit_connection(self._config.limits)
        connection = Connection(self._bastion, sock, client, target, desk, checks=checks)
        signal.signal(signal.SIGTERM, lambda *_: connection.terminate())
        end_with(self._pid)
        adopt()
        try:
            return connection.serve()
        finally:
            end_children()

    # processes

    def _forget(self) -> None:
        """In a child: close what it has no use for. The metrics' process keeps its listener."""
        listeners = (*(one.sock for one in self._listeners), self._door.listener)
        for unused in (*listeners, *self._proxied.sockets):
            unused.close()
        self._bell.close()

    def _woken(self, wake: socket.socket) -> None:
        self._bell.heard()
        self._reap()
        self._see_to_sinks()

    def _hear(self, pid: int) -> None:
        child = self._processes.children.get(pid)
        if self._processes.hear(pid) and child is not None and child.arrival is not None:
            child.arrival = self._admission.logged_in(child.arrival)

    def _reap(self) -> None:
        for child, code in self._processes.reap():
            self._reaped(child, code)

    def _reaped(self, child: Child, code: int) -> None:
        if child.arrival is not None:
            self._admission.left(child.arrival)
        how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        if code != 0:
            logs.error("process-died", duty=child.duty, how=how)
        if left := child.unsealed():
            usual = f"the process of this connection ended: {how}"
            self._unsealed.add({path: child.ended(path) or usual for path in left}, self._bastion.sign)

    def _start(self, duty: str, run: Callable[[int], int], asks: int | None = None) -> None:
        """A process of the bastion's own. Without one nothing is lost: the next occasion or start does it."""
        try:
            self._processes.fork(duty, run, asks=asks)
        except OSError as error:
            logs.error("fork-failed", client=duty, reason=error)

    def _see_to_sinks(self) -> None:
        """The process that sends to the sinks runs; if it cannot be started, the next child's end is a new
        occasion.
        """
        if self._sinks is None or self._processes.doing(SINKS):
            return
        life = self._sinks.next_life(self._pid)
        self._start(SINKS, lambda report: life())

    def _tick(self) -> None:
        self._floods.tell()
        self._housekeeping.tick(self._config, self._bastion.sign, self._start)
        self._unsealed.tick(self._config, self._bastion.sign)
        if self._metrics is not None and not self._processes.doing(METRICS):
            metrics = self._metrics
            self._start(METRICS, lambda report: metrics.serve(self._pid))

    # SIGHUP and SIGTERM

    def _reload(self) -> None:
        """New connections get the new configuration; a broken one changes nothing."""
        try:
            config = load(self._config.path)
            bastion = replace(load_bastion(config), counters=self._counters)
            self._claims.take(replace(config, sinks=self._config.sinks, spool=self._config.spool))
            self._door.renew(config.live)
            listeners = open_listeners(config, self._listeners)
        except (OSError, ValueError) as error:
            logs.error("reload-failed", file=self._config.path, reason=error)
            return
        fixed = ("sinks", "spool", "metrics")
        needs = [name for name in fixed if getattr(config, name) != getattr(self._config, name)]
        if config.live.socket != self._config.live.socket:
            needs.append("live.socket")
        before, self._listeners = self._listeners, listeners
        self._config, self._bastion, self._admission.limits = config, bastion, config.limits
        self._watch_listeners(before)
        self._revoked.watch(config.server.revoked_keys, config.server.revoked_people)
        prepare_accepting(config.limits)
        warn_of_keys(config)
        logs.event("recorder-reloaded", file=config.path)
        if needs:
            logs.warning("restart-needed", file=config.path, what=", ".join(needs))

    def _drain(self) -> None:
        """SIGTERM: no new sessions; the running ones are told, ended and sealed. The sinks hear of it."""
        for listener in self._listeners:
            self._selector.unregister(listener.sock)
            listener.sock.close()
        self._selector.unregister(self._door.listener)
        self._door.close()
        self._proxied.close()
        ending = {pid for pid, child in self._processes.children.items() if child.duty not in SERVICES}
        connections = sum(child.arrival is not None for child in self._processes.children.values())
        logs.event("recorder-stopping", connections=connections)
        self._end(ending)
        self._floods.tell()
        logs.event("recorder-stopped")
        self._end(set(self._processes.children))

    def _end(self, ending: set[int]) -> None:
        """Have these children end, and those that seal what they leave."""
        children = self._processes.children
        ends = {pid for pid in ending & children.keys() if not children[pid].duty.startswith("seal")}
        self._processes.signal(signal.SIGTERM, ends)
        deadline = time.monotonic() + DRAIN_S
        while any(pid in ending or child.duty not in SERVICES for pid, child in children.items()):
            if time.monotonic() > deadline:
                self._processes.signal(signal.SIGKILL, ends)
                deadline += DRAIN_S
            for key, _ in self._selector.select(max(0.0, deadline - time.monotonic())):
                if isinstance(key.data, int):
                    self._processes.hear(key.data)
            self._bell.heard()
            self._reap()
