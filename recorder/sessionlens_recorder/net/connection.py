"""One user's connection, from the first byte to the sealed bundle, in a process of its own.

Threads: one for each leg (reads, records, forwards), the recorder (commits the bundle at least once a
second), and the main thread, which watches the others, ends the session when one of them fails, and seals.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import paramiko

from sessionlens_recorder import logs
from sessionlens_recorder.bundle import BundleError, BundleWriter, Input, new_session_id
from sessionlens_recorder.config import Config, Target
from sessionlens_recorder.net.facts import session_facts
from sessionlens_recorder.net.identity import Identity, Proof
from sessionlens_recorder.net.issuing import Authority, issue
from sessionlens_recorder.net.jump import Jump
from sessionlens_recorder.net.leg import Leg, TargetLeg, reason_of_end
from sessionlens_recorder.net.login import Login
from sessionlens_recorder.net.revocation import Revocations
from sessionlens_recorder.net.upstream import Refused, Secret, connect
from sessionlens_recorder.session.files.listing import Keeping
from sessionlens_recorder.session.heads import Heads
from sessionlens_recorder.session.policy import TARGET, USER
from sessionlens_recorder.session.relay import Relay
from sessionlens_recorder.session.transfers import Transfers
from sessionlens_recorder.session.wire import ProtocolError

TICK_S = 1.0
COMMIT_S = 0.5
STALLED_S = 30.0  # a disk may take its time; a session whose recording is that far behind ends
FAREWELL_S = 3.0  # for a peer to read the last messages


@dataclass(frozen=True, slots=True)
class Bastion:
    """What all connections share: read once before the first fork."""

    config: Config
    host_key: paramiko.PKey
    target_keys: dict[str, paramiko.PKey]
    sign: Callable[[bytes], str]
    input: Input
    authorities: dict[str, Authority] = field(default_factory=dict)  # of targets with upstream "ca"
    listen_keys: dict[str, paramiko.PKey] = field(default_factory=dict)  # of targets that have their own


@dataclass(frozen=True, slots=True)
class End:
    """How a session ended. `told` is what the user reads, None if it was the user who left."""

    reason: str
    told: str | None = None
    broken: bool = False  # the bundle ends with `abort`


class Connection:
    """Login's Entrance, the relay's two legs and the watch over them."""

    def __init__(
        self,
        bastion: Bastion,
        sock: socket.socket,
        client: tuple[str, int],
        listener: Target | None,
        report: Callable[[str], None],
        proof: Proof | None = None,
    ) -> None:
        """`proof`: this one is inside a connection of somebody who is known already (ssh -J)."""
        self._bastion, self._client, self._report = bastion, client, report
        self._revocations = Revocations(
            bastion.config.server.revoked_keys, bastion.config.server.revoked_people
        )
        self._proof: Proof | None = None
        self._jump: Jump | None = None
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_write.setblocking(False)
        self._end: End | None = None
        self._end_lock = threading.Lock()
        self._order = threading.Lock()  # of what the relay decides
        self._outgoing: tuple[deque[bytes], deque[bytes]] = (deque(), deque())  # to user, to target
        self._sending = (threading.Lock(), threading.Lock())
        self._bundle: BundleWriter | None = None
        self._relay: Relay | None = None
        self._heads: Heads | None = None
        self._transfers: Transfers | None = None
        self._target: TargetLeg | None = None
        self._recorder = threading.Thread(target=self._record, name="recorder", daemon=True)
        self._beat = time.monotonic()
        self._stopping = threading.Event()
        self._user = Leg(sock)
        own = bastion.listen_keys.get(listener.name) if listener else None
        self._user.add_server_key(own or bastion.host_key)
        self._user.ended = self._wake
        self._login = Login(self._user, bastion.config, listener, client[0], self, self._revocations, proof)
        self._user.auth_handler = self._login  # type: ignore[assignment]

    def serve(self) -> int:
        """Until the session is over and sealed. The answer is the process's exit code."""
        deadline = time.monotonic() + self._bastion.config.server.login_grace
        self._user.start_server(event=threading.Event(), server=paramiko.ServerInterface())
        while self._end is None:
            self._sleep(TICK_S)
            self._watch(deadline)
        return self._wind_up(self._end)

    def terminate(self) -> None:
        """The bastion stops. Called from a signal handler."""
        told = "the bastion is being stopped; this session ends here"
        self._end = self._end or End("the bastion was stopped", told)
        self._wake()

    def end(self, reason: str, told: str) -> None:
        """End it from outside; `told` is what the user reads."""
        self._over(End(reason, told))

    # Entrance: the login's last step, on the user's leg's thread

    def enter(self, identity: Identity, secret: Secret | None) -> str | None:
        """Log in at the target and open the bundle; SUCCESS follows. The answer is the target's banner."""
        if self._end is not None:
            raise Refused("too-late", "the time to log in is over")
        target, session_id = identity.target, new_session_id()
        secret = self._key(identity, session_id) if secret is None else secret
        leg = connect(target, identity.account, secret, self._wake)
        facts = session_facts(
            self._bastion.config, identity, self._client, self._user, leg, self._login.notice_sent
        )
        try:
            bundle = BundleWriter.create(
                self._bastion.config.server.recordings, facts, self._bastion.input, session_id
            )
        except (BundleError, OSError) as error:
            leg.kill()
            logs.error("recording-impossible", person=identity.user.name, reason=error)
            raise Refused(
                "recording-impossible", "sessions cannot be recorded at the moment, so none is let through"
            ) from error
        self._tell(bundle, identity)
        self._proof = identity.proof
        self._transfers = Transfers(bundle.session_id, identity.user.name, target.name)
        keeping = Keeping(self._bastion.config.recording.copies, self._transfers.through)
        self._relay = Relay(bundle, identity.policy, self._refused, self._allowed, keeping)
        self._heads = Heads(bundle, self._bastion.config.spool.heads_every)
        self._bundle, self._target = bundle, leg
        self._beat = time.monotonic()
        self._recorder.start()
        banner = leg.get_banner()
        return banner.decode("utf-8", "replace") if isinstance(banner, bytes) else banner

    def _key(self, identity: Identity, session_id: str) -> paramiko.PKey:
        """What the bastion itself logs in with at the target."""
        name = identity.target.name
        if identity.target.upstream == "key":
            return self._bastion.target_keys[name]
        key_id = f"{identity.user.name} sessionlens {self._bastion.config.server.name} {session_id}"
        return issue(self._bastion.authorities[name], key_id, identity.account, identity.policy)

    def enter_jump(self, proof: Proof) -> None:
        """Nobody said which target: what comes next has to be an `ssh -J` to one of them."""
        self._proof = proof
        self._jump = Jump(self._bastion.config, proof, self._user.send, self._inner)
        logs.event("jump", person=proof.user.name, client=self._client[0], port=self._client[1])

    def _inner(self, sock: socket.socket, target: Target, proof: Proof) -> Connection:
        return Connection(self._bastion, sock, self._client, target, self._report, proof)

    def _tell(self, bundle: BundleWriter, identity: Identity) -> None:
        self._report(str(bundle.path))
        logs.event(
            "session-start",
            session=bundle.session_id,
            person=identity.user.name,
            method=identity.method,
            key=identity.key_fingerprint,
            client=self._client[0],
            port=self._client[1],
            account=identity.account,
            target=identity.target.name,
            bundle=bundle.name,
        )

    def begin(self) -> None:
        if self._jump is not None:
            self._user.pair(self._jump.received)
        elif self._target is not None:
            self._user.pair(lambda payload: self._received(USER, payload))
            self._target.pair(lambda payload: self._received(TARGET, payload))

    # the session, on the legs' threads

    def _received(self, side: int, payload: bytes) -> None:
        """Record, then forward. What cannot be recorded is not forwarded, and the session ends."""
        if self._relay is None or self._target is None:
            return
        try:
            with self._order:
                sends = self._relay.received(side, payload)
                for to, message in sends:
                    self._outgoing[to].append(message)
        except BundleError as error:
            self._recording_failed(error)
            return
        except ProtocolError as error:
            self._over(End(f"protocol error: {error}", f"{error}; this session ends here", broken=True))
            return
        except Exception as error:
            logs.error(
                "crash", session=self._bundle and self._bundle.session_id, trace=traceback.format_exc()
            )
            told = "an error in the recorder; this session ends here"
            self._over(End(f"an error in the recorder: {error!r}", told, broken=True))
            return
        for to in {to for to, _ in sends}:
            self._drain(to)

    def _drain(self, to: int) -> None:
        """Send what waits for a side, in the order in which the relay decided it.

        Two legs' threads decide at once; without this an answer of the recorder's own could overtake the
        target's answer to an older request, and the client would take one for the other.
        """
        with self._sending[to]:
            while self._outgoing[to]:
                self._send(to, self._outgoing[to].popleft())

    def _send(self, to: int, message: bytes) -> None:
        leg = self._user if to == USER else self._target
        try:
            if leg is not None:
                leg.send(message)
        except (EOFError, OSError, paramiko.SSHException) as error:
            self._over(
                self._left(str(error)) if to == USER else self._lost(str(error) or "connection closed")
            )

    def _left(self, why: str) -> End:
        return End(f"the user left ({why})")

    def _lost(self, why: str) -> End:
        return End(f"the target left ({why})", f"the connection to the target has ended ({why})")

    def _recording_failed(self, error: BundleError) -> None:
        logs.error("recording-failed", session=self._bundle and self._bundle.session_id, reason=error)
        reason = f"the recording failed: {error}"
        self._over(
            End(reason, f"this session can no longer be recorded, so it ends here ({error})", broken=True)
        )

    def _refused(self, what: str, reason: str) -> None:
        session = self._bundle and self._bundle.session_id
        logs.warning("policy-refused", session=session, what=what, reason=reason)

    def _allowed(self, what: str) -> None:
        logs.event("policy-allowed", session=self._bundle and self._bundle.session_id, what=what)

    def _record(self) -> None:
        while not self._stopping.wait(COMMIT_S):
            try:
                if self._bundle is not None and self._heads is not None:
                    self._bundle.commit()
                    self._heads.committed()
                    self._tell_transfers()
            except BundleError as error:
                self._recording_failed(error)
                return
            self._beat = time.monotonic()

    def _tell_transfers(self) -> None:
        if self._transfers is not None:
            self._transfers.tell()

    def _over(self, end: End) -> None:
        """The session ends, whoever says so first."""
        with self._end_lock:
            self._end = self._end or end
        if self._relay is not None and end.broken:
            self._relay.stop()
        self._wake()

    # the watch, on the main thread

    def _watch(self, deadline: float) -> None:
        if not self._user.is_alive():
            self._over(self._left(reason_of_end(self._user)))
        elif not self._user.is_authenticated():
            if time.monotonic() > deadline:
                self._over(End("no login in time"))
        elif self._proof is not None and (revoked := self._revoked(self._proof)):
            self._over(End(revoked, f"{revoked}; this session ends here"))
        elif self._target is None:  # its sessions watch themselves
            return
        elif not self._target.is_alive():
            self._over(self._lost(reason_of_end(self._target)))
        elif not self._recorder.is_alive() or time.monotonic() - self._beat > STALLED_S:
            self._over(
                End(
                    "the recorder stopped", "this session is no longer recorded, so it ends here", broken=True
                )
            )

    def _revoked(self, proof: Proof) -> str | None:
        """Was it said since the login that this person, or the key or certificate, may no longer?"""
        key, certificate = (
            (proof.credential.key, proof.credential.certificate) if proof.credential else (None, None)
        )
        return self._revocations.check_running(proof.user.name, key, certificate)

    def _wind_up(self, end: End) -> int:
        if self._jump is not None:
            self._jump.end(end.told)
        axe = threading.Timer(FAREWELL_S, self._kill)
        axe.start()
        self._say_goodbye(end)
        for leg in (self._user, self._target):
            if leg is not None and leg.ident is not None:
                leg.join(2 * FAREWELL_S)
        axe.cancel()
        self._stopping.set()
        if self._bundle is None:
            logs.event("connection-end", client=self._client[0], port=self._client[1], reason=end.reason)
            return 0
        return self._seal(self._bundle, end)

    def _say_goodbye(self, end: End) -> None:
        if self._relay is None or self._target is None:
            self._user.kill()
            return
        if end.told is None:
            self._relay.stop()
            self._user.kill()
        else:
            told = logs.escape(f"SessionLens: {end.told}")  # it may have the target's own words in it
            try:
                self._relay.record_end(told)
            except BundleError as error:
                logs.error("recording-failed", reason=error)
            with contextlib.suppress(EOFError, paramiko.SSHException):  # the user may be gone already
                self._user.finish(self._relay.end(told), told)
        with contextlib.suppress(EOFError, paramiko.SSHException):  # the target may be gone already
            self._target.finish([], "the session is over")

    def _seal(self, bundle: BundleWriter, end: End) -> int:
        try:
            if self._relay is not None:
                self._relay.finish()
        except BundleError as error:
            logs.error("recording-failed", session=bundle.session_id, reason=error)
        self._tell_transfers()
        try:
            bundle.seal(self._bastion.sign, "abort" if end.broken else "seal", end.reason)
        except BundleError as error:
            logs.error("sealing-failed", session=bundle.session_id, reason=error)
            return 1
        if self._heads is not None:
            self._heads.sealed()
        how = "abort" if end.broken else "seal"
        logs.event("session-end", session=bundle.session_id, how=how, reason=end.reason)
        return 0

    def _kill(self) -> None:
        for leg in (self._user, self._target):
            if leg is not None:
                leg.kill()

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # full wakes as well; closed needs no waking
            self._wake_write.send(b"!")

    def _sleep(self, seconds: float) -> None:
        if select.select([self._wake_read], [], [], seconds)[0]:
            self._wake_read.recv(4096)
