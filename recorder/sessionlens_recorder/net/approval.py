"""Four eyes: a login that waits until a second person allows it, before the target is dialled.

The wait is in the login's last step, so that nobody is through before, no channel has to be held back, and
the session's first line in the recording says who allowed it.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sessionlens_recorder import logs
from sessionlens_recorder.bundle.clock import now
from sessionlens_recorder.config import Config
from sessionlens_recorder.live.desk import Desk, Order
from sessionlens_recorder.net.identity import Identity
from sessionlens_recorder.net.leg import Leg
from sessionlens_recorder.net.speaking import Speaker
from sessionlens_recorder.net.upstream import Refused
from sessionlens_recorder.session.policy import host_port

LOOK_S = 0.5  # how often it is seen that the user has left


class Approval:
    """Of one session."""

    def __init__(self, config: Config, desk: Desk, session: str, client: tuple[str, int], user: Leg) -> None:
        self._config, self._desk, self._session, self._client = config, desk, session, client
        self._user = user
        self._changed = threading.Condition()
        self._decision: Order | None = None
        self._facts: dict[str, Any] | None = None  # for session.json, once it is allowed
        self.lasted = 0.0  # seconds; the login's grace is longer by that

    def check(self, identity: Identity, over: Callable[[], bool]) -> dict[str, Any] | None:
        """Wait, if a second person is needed, and once, however often the target's password is given. The
        answer is what session.json says of it; None: it was not needed. Raises Refused.
        """
        if self._facts is not None or not self._is_needed(identity):
            return self._facts
        Speaker(self._user).show(f"waiting for a second person to allow this (session {self._session})\n")
        began, self.lasted = time.monotonic(), float("inf")
        try:
            self._wait(identity, lambda: over() or has_left(self._user.sock))
        finally:
            self.lasted = time.monotonic() - began
        return self._facts

    def _is_needed(self, identity: Identity) -> bool:
        """A target, or a rule about this person and it, says so."""
        person, groups, target = identity.user.name, identity.proof.groups, identity.target
        concerned = (rule for rule in self._config.rules if rule.concerns(person, groups, target.name))
        return target.four_eyes or any(rule.four_eyes for rule in concerned)

    def _wait(self, identity: Identity, gone: Callable[[], bool]) -> None:
        """Refused: nobody allows it in time, somebody ends it, or the user leaves."""
        person, target = identity.user.name, identity.target
        client, port = self._client
        logs.event(
            "approval-waiting",
            session=self._session,
            person=person,
            target=target.name,
            client=client,
            port=port,
            reason=identity.reason,
        )
        self._desk.register(self._session, self._ordered)
        self._desk.waiting(
            self._session,
            person=person,
            account=identity.account,
            target={"name": target.name, "address": host_port(*target.address)},
            client={"address": client, "port": port},
            started={"utc": now().utc},
            reason=identity.reason,
        )
        try:
            decision = self._decided(gone)
        except Refused as refusal:
            self._refused(identity, None, str(refusal))
            raise
        finally:
            self._desk.settled(self._session)
        if decision.what == "end":
            self._refused(identity, decision.by, decision.reason)
            raise Refused(
                "not-allowed", f"a second person did not allow this: {logs.escape(decision.reason)}"
            )
        logs.event(
            "approval-given",
            session=self._session,
            person=person,
            target=target.name,
            by=decision.by,
            reason=decision.reason,
        )
        self._facts = {"by": decision.by, "uid": decision.uid, "reason": decision.reason, "utc": now().utc}

    def _refused(self, identity: Identity, by: str | None, reason: str) -> None:
        person, target = identity.user.name, identity.target.name
        logs.warning(
            "approval-refused", session=self._session, person=person, target=target, by=by, reason=reason
        )

    def _ordered(self, order: Order) -> str | None:
        """On the main thread."""
        if order.what not in ("allow", "end"):
            return "this session waits for a second person; there is nothing to see yet"
        with self._changed:
            if self._decision is not None:
                return "somebody was faster"
            self._decision = order
            self._changed.notify_all()
        return None

    def _decided(self, gone: Callable[[], bool]) -> Order:
        deadline = time.monotonic() + self._config.live.wait
        with self._changed:
            while self._decision is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise Refused("not-allowed", "no second person has allowed this in time")
                if gone():
                    raise Refused("not-allowed", "the user left before a second person came")
                self._changed.wait(min(left, LOOK_S))
            return self._decision


def has_left(sock: Any) -> bool:
    """Has the other end closed its half? Nobody reads while a login waits, so nobody else would notice."""
    if not hasattr(select, "POLLRDHUP"):
        return False
    poll = select.poll()
    with suppress(OSError, ValueError):  # closed here
        poll.register(sock.fileno(), select.POLLRDHUP)
        return bool(poll.poll(0))
    return True
