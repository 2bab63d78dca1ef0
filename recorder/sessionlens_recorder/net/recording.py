"""The recording of one session: its bundle, the relay that fills it, and the thread that commits it.

How a session is recorded and who hears of it is here; its two connections are connection.py's.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sessionlens_recorder import logs
from sessionlens_recorder.bundle import BundleError, BundleWriter
from sessionlens_recorder.counting import BYTES
from sessionlens_recorder.live.desk import Order
from sessionlens_recorder.net.bastion import Bastion
from sessionlens_recorder.net.credentials import describe
from sessionlens_recorder.net.identity import Identity
from sessionlens_recorder.session.files.listing import Keeping
from sessionlens_recorder.session.heads import Heads
from sessionlens_recorder.session.relay import Relay
from sessionlens_recorder.session.transfers import Transfers
from sessionlens_recorder.session.wire import ProtocolError, Send, runs

COMMIT_S = 0.5  # from the first byte that was written to its commit
LOOK_S = 60.0  # while nothing is written, and nobody says that a clock was set
STALLED_S = 30.0  # a disk may take its time; a session whose recording is that far behind ends


@dataclass(frozen=True, slots=True)
class End:
    """How a session ended. `told` is what the user reads, None if it was the user who left."""

    reason: str
    told: str | None = None
    broken: bool = False  # the bundle ends with `abort`


class SessionRecording:
    """Of one session, from its first message to the sealed bundle. `over` hears why it has to end."""

    def __init__(
        self,
        bastion: Bastion,
        bundle: BundleWriter,
        identity: Identity,
        over: Callable[[End], None],
        stirred: Callable[[], None],
    ) -> None:
        """`stirred` hears that something waits to be committed, and that nothing is committed any more."""
        self._bundle, self._sign, self._over, self._stirred = bundle, bastion.sign, over, stirred
        self._transfers = Transfers(bundle.session_id, identity.user.name, identity.target.name)
        keeping = Keeping(bastion.config.recording.copies, self._transfers.through)
        self.relay = Relay(bundle, identity.policy, self._refused, self._allowed, keeping)
        self._heads = Heads(bundle, bastion.config.spool.heads_every)
        self._counters, self._passed, self._counted = bastion.counters, [0, 0], [0, 0]
        self._counting = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._since: float | None = None  # when what is not committed yet began
        self._stopped = False
        self._stopping = threading.Event()

    def begin(self, identity: Identity, client: tuple[str, int]) -> None:
        """From now on it is committed at least once a second."""
        proof = identity.proof
        logs.event(
            "session-start",
            session=self._bundle.session_id,
            person=identity.user.name,
            method=identity.method,
            second_factor="+".join(proof.factors[1:]) or None,
            key=identity.key_fingerprint,
            certificate=describe(proof.credential)["certificate_id"],
            client=client[0],
            port=client[1],
            account=identity.account,
            target=identity.target.name,
            jumped=True if proof.jumped else None,
            reason=identity.reason,
            bundle=self._bundle.name,
        )
        self._counters.add("sessions")
        self._thread.start()

    @property
    def path(self) -> str:
        """The bundle's."""
        return str(self._bundle.path)

    @property
    def goes_on(self) -> bool:
        """Whether what passes still gets onto the disk in time."""
        since = self._since
        return not self._stopped and (since is None or time.monotonic() - since <= STALLED_S)

    @property
    def busy(self) -> bool:
        """Whether something waits to be committed."""
        return self._since is not None

    def look(self) -> None:
        """A clock of this machine may have been set."""
        self._bundle.written.set()

    def received(self, side: int, payloads: list[bytes]) -> list[Send]:
        """Record messages; the answer is what to send. What cannot be recorded ends the session."""
        sends: list[Send] = []
        if not self._bundle.written.is_set():  # of a tunnel nothing is written, but what passed is counted
            self._bundle.written.set()
        try:
            for run in runs(payloads):
                self._passed[side] += sum(map(len, run))
                joined = self.relay.run_received(side, run) if len(run) > 1 else None
                if joined is not None:
                    sends += joined
                    continue
                for payload in run:
                    sends += self.relay.received(side, payload)
        except BundleError as error:
            self._failed(error)
        except ProtocolError as error:
            self._over(End(f"protocol error: {error}", f"{error}; this session ends here", broken=True))
        except Exception as error:
            logs.error("crash", session=self._bundle.session_id, trace=traceback.format_exc())
            told = "an error in the recorder; this session ends here"
            self._over(End(f"an error in the recorder: {error!r}", told, broken=True))
        return sends

    def interject(self, told: str) -> list[Send]:
        """What tells the user something in the middle of the session; it is recorded."""
        logs.event("session-warned", session=self._bundle.session_id, reason=told)
        try:
            return self.relay.interject(told)
        except BundleError as error:
            self._failed(error)
            return []

    def ordered(self, order: Order) -> str | None:
        """Record what somebody outside does with this session. None, or why that cannot be."""
        names: dict[str, str] = {"watch": "watched", "unwatch": "unwatched", "end": "ended"}
        try:
            noted = self.relay.note(names[order.what], by=order.by, uid=order.uid, reason=order.reason)
        except BundleError as error:
            self._failed(error)
            noted = False
        if not noted:
            return "this session is just ending"
        session = self._bundle.session_id
        match order.what:
            case "watch":
                logs.event("session-watched", session=session, by=order.by, reason=order.reason)
            case "unwatch":
                logs.event("session-unwatched", session=session, by=order.by)
            case "end":
                logs.warning("session-ended", session=session, by=order.by, reason=order.reason)
        return None

    def record_end(self, told: str) -> None:
        """What the user is about to read, as far as it can still be recorded."""
        try:
            self.relay.record_end(told)
        except BundleError as error:
            logs.error("recording-failed", session=self._bundle.session_id, reason=error)

    def seal(self, end: End) -> int:
        """Both sides are gone. The answer is the process's exit code."""
        self._stopping.set()
        self._bundle.written.set()  # wakes the thread, as does the next
        self._bundle.overdue.set()
        try:
            self.relay.finish()
        except BundleError as error:
            logs.error("recording-failed", session=self._bundle.session_id, reason=error)
        except Exception:  # what is recorded is sealed all the same
            logs.error("crash", session=self._bundle.session_id, trace=traceback.format_exc())
        self._transfers.tell()
        self._count()
        self._counters.add("sessions", -1)
        how: Literal["abort", "seal"] = "abort" if end.broken else "seal"
        began = time.monotonic()
        try:
            self._bundle.seal(self._sign, how, end.reason)
        except BundleError as error:
            logs.error("sealing-failed", session=self._bundle.session_id, reason=error)
            return 1
        self._counters.time_commit(time.monotonic() - began)
        self._heads.sealed()
        logs.event("session-end", session=self._bundle.session_id, how=how, reason=end.reason)
        return 0

    def _run(self) -> None:
        try:
            self._commit()
        finally:
            self._stopped = True
            self._stirred()

    def _commit(self) -> None:
        """Some time after something was written; a checkpoint of the clocks now and then where nothing is."""
        while not self._stopping.is_set():
            self._wait()
            began, length = time.monotonic(), self._bundle.head[0]
            self._since = self._since or began  # a disk may hang where nothing new is written too
            try:
                self._bundle.commit()
            except BundleError as error:
                self._failed(error)
                return
            if self._bundle.head[0] != length:  # otherwise there was nothing to do
                self._counters.time_commit(time.monotonic() - began)
            self._count()
            self._heads.committed()
            self._transfers.tell()
            self._since = None

    def _wait(self) -> None:
        if self._bundle.written.wait(LOOK_S):
            self._since = time.monotonic()
            self._stirred()
            self._hash_for(COMMIT_S)

    def _hash_for(self, seconds: float) -> None:
        """Beside the thread that writes, which would have to do it otherwise."""
        until = time.monotonic() + seconds
        while not self._stopping.is_set() and (left := until - time.monotonic()) > 0:
            if self._bundle.overdue.wait(left):
                self._bundle.digest()

    def _count(self) -> None:
        """Of the bytes that users and targets sent, what was not counted yet."""
        with self._counting:
            for side, name in enumerate(BYTES):
                passed = self._passed[side]
                self._counters.add(f"bytes {name}", passed - self._counted[side])
                self._counted[side] = passed

    def _failed(self, error: BundleError) -> None:
        logs.error("recording-failed", session=self._bundle.session_id, reason=error)
        told = f"this session can no longer be recorded, so it ends here ({error})"
        self._over(End(f"the recording failed: {error}", told, broken=True))

    def _refused(self, what: str, reason: str) -> None:
        logs.warning("policy-refused", session=self._bundle.session_id, what=what, reason=reason)

    def _allowed(self, what: str) -> None:
        logs.event("policy-allowed", session=self._bundle.session_id, what=what)
