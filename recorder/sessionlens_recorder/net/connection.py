"""One user's connection, from the first byte to the sealed bundle, in a process of its own.

Threads: one for each leg (reads, records, forwards), the recorder (commits the bundle at least once a
second), and the main thread, which watches the others, ends the session when one of them fails, and seals.
All of them sleep while nothing happens: who has something to say wakes the watch.
"""

from __future__ import annotations

import socket
import threading
import time

import paramiko

from sessionlens_recorder import logs
from sessionlens_recorder.bundle import new_session_id
from sessionlens_recorder.config import Target
from sessionlens_recorder.live.desk import Desk, Order
from sessionlens_recorder.net.approval import Approval
from sessionlens_recorder.net.bastion import Bastion
from sessionlens_recorder.net.entering import Seat, check_room, key_for, open_bundle
from sessionlens_recorder.net.facts import jump_facts, session_facts
from sessionlens_recorder.net.identity import Identity, Proof
from sessionlens_recorder.net.jump import Jump
from sessionlens_recorder.net.keepalive import notice_absence
from sessionlens_recorder.net.lasting import Lasting, lasting
from sessionlens_recorder.net.leg import Leg, TargetLeg, reason_of_end
from sessionlens_recorder.net.login import Login
from sessionlens_recorder.net.outgoing import Outgoing
from sessionlens_recorder.net.parting import left, lost, part
from sessionlens_recorder.net.recording import End, SessionRecording
from sessionlens_recorder.net.revocation import Revocations
from sessionlens_recorder.net.standing import check_standing
from sessionlens_recorder.net.upstream import Refused, Secret, connect
from sessionlens_recorder.polling import readable
from sessionlens_recorder.session.policy import TARGET, USER
from sessionlens_recorder.waking import Bell

TICK_S = 1.0
QUIET_S = 60.0  # the same, of a session in which nothing happens


class Connection:
    """Login's Entrance, the relay's two legs and the watch over them."""

    def __init__(
        self,
        bastion: Bastion,
        sock: socket.socket,
        client: tuple[str, int],
        listener: Target | None,
        desk: Desk,
        proof: Proof | None = None,
        checks: bool = False,
    ) -> None:
        """`proof`: this one is inside a connection of somebody who is known already (ssh -J). `checks`: of a
        balancer that speaks for itself.
        """
        self._bastion, self._client, self._desk = bastion, client, desk
        self._revocations = Revocations(
            bastion.config.server.revoked_keys, bastion.config.server.revoked_people
        )
        self._checks = checks
        self._proof: Proof | None = None
        self._jump: Jump | None = None
        self._session = new_session_id()
        self._seat = Seat(bastion.counters)
        self._lasting: Lasting | None = None
        self._orders = desk.orders if proof is None else []
        self._bell = Bell()
        self._end: End | None = None
        self._order: Order | None = None  # to end, which is not recorded yet
        self._end_lock = threading.Lock()
        self._outgoing = Outgoing(self._send)
        self._recording: SessionRecording | None = None
        self._target: TargetLeg | None = None
        self._user = Leg(sock)
        self._approval = Approval(bastion.config, desk, self._session, client, self._user)
        notice_absence(sock, bastion.config.limits.unreachable)
        own = bastion.listen_keys.get(listener.name) if listener else None
        self._user.add_server_key(own or bastion.host_key)
        self._user.ended = self._bell.ring
        self._login = Login(self._user, bastion.config, listener, client, self, self._revocations, proof)
        self._user.auth_handler = self._login  # type: ignore[assignment]

    def serve(self) -> int:
        """Until the session is over and sealed. The answer is the process's exit code."""
        deadline = time.monotonic() + self._bastion.config.server.login_grace
        self._user.start_server(event=threading.Event(), server=paramiko.ServerInterface())
        with self._desk.looking(self._look):
            while self._end is None:
                self._sleep(self._nap())
                self._watch(deadline + self._approval.lasted)
        try:
            return self._wind_up(self._end)
        finally:
            self._seat.give_back()
            self._bell.close()  # one of many in this process, where it is inside another

    def terminate(self) -> None:
        """The bastion stops. Called from a signal handler."""
        told = "the bastion is being stopped; this session ends here"
        self._end = self._end or End("the bastion was stopped", told)
        self._bell.ring()

    def end(self, reason: str, told: str) -> None:
        """End it from outside; `told` is what the user reads."""
        self._over(End(reason, told))

    def ended_by(self, order: Order) -> None:
        """Somebody ends the connection that this one is inside of; recorded here too, as soon as can be."""
        self._order = order
        self._record_order()
        self._end_for(order)

    def _end_for(self, order: Order) -> None:
        told = f"this session was ended by somebody who watches over it: {order.reason}"
        self.end(f"ended by {order.by}: {order.reason}", told)

    def _record_order(self) -> None:
        """Once, by whoever comes second: the recording or the order."""
        with self._end_lock:
            recording, order = self._recording, self._order
            self._order = order if recording is None else None
        if recording is not None and order is not None:
            recording.ordered(order)

    # Entrance: the login's last step, on the user's leg's thread

    def enter(self, identity: Identity, secret: Secret | None) -> str | None:
        """Log in at the target and open the bundle; SUCCESS follows. The answer is the target's banner."""
        self._check_time()
        allowed = self._approval.check(identity, lambda: self._end is not None)
        self._check_standing(identity)
        target, session_id = identity.target, self._session
        limits = self._bastion.config.limits
        self._seat.take(identity.user.name, limits.per_person)
        check_room(self._bastion.config, identity.user.name)
        secret = key_for(self._bastion, identity, session_id) if secret is None else secret
        leg = connect(target, identity.account, secret, self._bell.ring)
        notice_absence(leg.sock, limits.unreachable)
        facts = session_facts(
            self._bastion.config, identity, self._client, self._user, leg, self._login.notice_sent, allowed
        )
        try:
            self._check_time()  # the target's questions have taken theirs
            self._check_standing(identity)
            bundle = open_bundle(self._bastion, facts, session_id, identity.user.name)
        except Refused:
            leg.kill()
            raise
        self._desk.bundle(str(bundle.path))
        self._proof = identity.proof
        self._recording = SessionRecording(self._bastion, bundle, identity, self._over, self._bell.ring)
        self._target = leg
        self._lasting = lasting(self._bastion.config.server, target, time.monotonic())
        self._desk.register(session_id, self._ordered)
        self._recording.begin(identity, self._client)
        self._record_order()
        banner = leg.get_banner()
        return banner.decode("utf-8", "replace") if isinstance(banner, bytes) else banner

    def _ordered(self, order: Order) -> str | None:
        """By somebody who may; recorded before it is done."""
        if self._jump is not None:
            if order.what != "end":
                return "this connection is only the way to others"
            logs.warning("session-ended", session=order.session, by=order.by, reason=order.reason)
            self._jump.ended_by(order)
        elif self._recording is None:
            return "this session is only beginning"
        elif order.what == "allow":
            return "this session does not wait for anybody"
        elif problem := self._recording.ordered(order):
            return problem
        if order.what == "end":
            self._end_for(order)
        return None

    def _check_time(self) -> None:
        if self._end is not None:
            raise Refused("too-late", "the time to log in is over")

    def _check_standing(self, identity: Identity) -> None:
        check_standing(self._bastion.config, self._revocations, identity.proof, identity.target.name)

    def enter_jump(self, proof: Proof) -> None:
        """Nobody said which target: what comes next has to be an `ssh -J` to one of them."""
        self._proof = proof
        self._desk.register(self._session, self._ordered)
        self._desk.jumping(self._session, **jump_facts(proof, self._client))
        self._jump = Jump(self._bastion.config, proof, self._user.send, self._inner, self._over)
        client, port = self._client
        logs.event("jump", session=self._session, person=proof.user.name, client=client, port=port)

    def _inner(self, sock: socket.socket, target: Target, proof: Proof) -> Connection:
        return Connection(self._bastion, sock, self._client, target, self._desk, proof)

    def begin(self) -> None:
        if self._jump is not None:
            self._user.pair(self._jump.messages_received)
        elif self._target is not None:
            self._user.pair(lambda payloads: self._received(USER, payloads))
            self._target.pair(lambda payloads: self._received(TARGET, payloads))

    # the session, on the legs' threads

    def _received(self, side: int, payloads: list[bytes]) -> None:
        """Record, then forward. What cannot be recorded is not forwarded, and the session ends."""
        recording = self._recording
        if recording is not None:
            self._outgoing.decide(recording.received, side, payloads)

    def _send(self, to: int, messages: list[bytes]) -> None:
        leg = self._user if to == USER else self._target
        try:
            if leg is not None:
                leg.send(*messages)
        except (EOFError, OSError, paramiko.SSHException) as error:
            self._over(left(str(error)) if to == USER else lost(str(error) or "connection closed"))

    def _over(self, end: End) -> None:
        """The session ends, whoever says so first."""
        with self._end_lock:
            self._end = self._end or end
        if self._recording is not None and end.broken:
            self._recording.relay.stop()
        self._bell.ring()

    # the watch, on the main thread

    def _watch(self, deadline: float) -> None:
        if self._user.gone:
            self._over(left(reason_of_end(self._user)))
        elif not self._login.is_authenticated():  # paramiko's leg would say no as it ends
            if time.monotonic() > deadline:
                self._over(End("no login in time"))
        elif self._proof is not None and (revoked := self._revoked(self._proof)):
            self._over(End(revoked, f"{revoked}; this session ends here"))
        elif self._target is None:  # its sessions watch themselves
            return
        elif self._target.gone:
            self._over(lost(reason_of_end(self._target)))
        elif self._recording is not None and not self._recording.goes_on:
            told = "this session is no longer recorded, so it ends here"
            self._over(End("the recorder stopped", told, broken=True))
        else:
            self._watch_clock()

    def _nap(self) -> float:
        """How long the watch may sleep unless it is woken."""
        if not self._user.is_authenticated() or (self._recording is not None and self._recording.busy):
            return TICK_S
        if self._lasting is None or self._recording is None:
            return QUIET_S
        due = self._lasting.next(self._recording.relay.active) - time.monotonic()
        return max(0.0, min(due, QUIET_S))

    def _watch_clock(self) -> None:
        """Idle, or too long? The user's leg may be stuck, which is not to stop the watch: so a thread."""
        if self._lasting is None or self._recording is None:
            return
        due = self._lasting.due(time.monotonic(), self._recording.relay.active)
        if isinstance(due, End):
            self._over(due)
        elif due is not None:
            threading.Thread(target=self._interject, args=(due,), name="warning", daemon=True).start()

    def _interject(self, told: str) -> None:
        """Say something in the middle of the session."""
        recording = self._recording
        if recording is not None:
            self._outgoing.decide(recording.interject, f"SessionLens: {told}")

    def _revoked(self, proof: Proof) -> str | None:
        """Was it said since the login that this person, or the key or certificate, may no longer?"""
        key, certificate = (
            (proof.credential.key, proof.credential.certificate) if proof.credential else (None, None)
        )
        return self._revocations.check_running(proof.user.name, key, certificate)

    def _wind_up(self, end: End) -> int:
        only_checked = self._only_checked()
        if self._jump is not None:
            self._jump.end(end.told)
        part(self._user, self._target, self._recording, end)
        if self._target is not None:  # it may have come meanwhile
            self._target.kill()
        if self._recording is None:
            if not only_checked:
                logs.event("connection-end", client=self._client[0], port=self._client[1], reason=end.reason)
            return 0
        self._desk.ending(self._recording.path, end.reason)
        return self._recording.seal(end)

    def _only_checked(self) -> bool:
        """A balancer looked whether somebody answers, as it does each second, and went: without a word, and
        by itself. To be asked before this side hangs up.
        """
        user = self._user
        return self._checks and user.gone and user.packetizer.hung_up and not user.remote_version

    def _look(self) -> None:
        """Something outside has changed: who may, or what time it is."""
        self._bell.ring()
        if self._recording is not None:
            self._recording.look()

    def _sleep(self, seconds: float) -> None:
        ready = readable([self._bell.listens, *self._orders], seconds)
        if self._bell.listens in ready:
            self._bell.heard()
        if self._orders and self._orders[0] in ready:
            self._desk.read()
