"""What belongs to no channel: global requests (RFC 4254, 4), and the folder `N.connection` that has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sessionlens_recorder.session import wire
from sessionlens_recorder.session.channel import WHO
from sessionlens_recorder.session.forwards import Forward, Listening
from sessionlens_recorder.session.log import ChannelLog, SessionLog
from sessionlens_recorder.session.policy import DROPPED_GLOBAL_REQUESTS, USER, Policy
from sessionlens_recorder.session.replies import Replies
from sessionlens_recorder.session.wire import Send


class Notes:
    """`N.connection`, made with its first line. `refused` is told every denial: (what, reason)."""

    def __init__(self, log: SessionLog, refused: Callable[[str, str], None]) -> None:
        self._session, self._refused = log, refused
        self._log: ChannelLog | None = None

    def add(self, event: str, side: int, what: str, **fields: str | None) -> None:
        self.write(event, by=WHO[side], what=what, **fields)
        if event == "refused":
            self._refused(what, fields["reason"] or "")

    def write(self, event: str, **fields: Any) -> None:
        """A line that neither side is the cause of."""
        if self._log is None:
            self._log = self._session.open_channel("connection", stream=False)
        self._log.event(event, **fields)

    def close(self) -> None:
        if self._log is not None:
            self._log.close()


class GlobalRequests:
    """Requests of one connection and their answers, and where the target listens because of them."""

    def __init__(self, notes: Notes, policy: Policy, allowed: Callable[[str], None]) -> None:
        self._notes, self._policy, self._allowed = notes, policy, allowed
        self._replies = (Replies(), Replies())
        self._listening = Listening()

    def check_opened(self, forward: Forward) -> str | None:
        """Why the target may not open this to the user; None if that was asked for."""
        return self._listening.check_opened(forward)

    def request_received(self, side: int, payload: bytes) -> list[Send]:
        request = wire.Request.parse(payload)
        reason = self._check(side, request)
        if reason is None:
            if request.wants_reply:
                self._replies[side].forwarded(request)
            return [(1 - side, payload)]
        if request.name not in DROPPED_GLOBAL_REQUESTS:
            self._notes.add("refused", side, request.name, reason=reason)
        if not request.wants_reply:
            return []
        return [(side, answer) for answer in self._replies[side].answered_here(wire.request_failure())]

    def answer_received(self, side: int, payload: bytes) -> list[Send]:
        request, due = self._replies[1 - side].answered_there()
        address = self._listening.address(request)
        if address is not None:
            granted = payload[0] == wire.REQUEST_SUCCESS
            if granted:
                address = self._listening.granted(request, wire.Reader(payload).rest())
            self._notes.add("granted" if granted else "denied", side, request.name, address=address)
        return [(1 - side, answer) for answer in (payload, *due)]

    def _check(self, side: int, request: wire.Request) -> str | None:
        address = self._listening.address(request) if side == USER else None
        if address is None:
            reason = self._policy.check_global_request(request.name)
            return "it carries data, and has none" if reason is None and request.rest else reason
        if self._listening.ends(request):
            reason = self._listening.check_cancelled(address)
        else:
            reason = self._policy.check_listening(address, path=request.name.startswith("streamlocal-"))
        if reason is None:
            self._notes.add("requested", side, request.name, address=address)
            self._allowed(f"{request.name} {address}")
            if not request.wants_reply:
                self._listening.granted(request)
        return reason
