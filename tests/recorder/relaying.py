"""A relay between two sides that a test plays, and a log that remembers."""

from __future__ import annotations

from sessionlens_recorder.session.policy import TARGET, USER, Policy
from sessionlens_recorder.session.relay import Relay
from sessionlens_recorder.session.wire import string

from . import messages as m

U, T = 7, 42  # the numbers that user and target choose for a channel


class Case:
    """A relay, its log and the refusals it told."""

    def __init__(self, **policy: object) -> None:
        self.log = m.FakeLog()
        self.refusals: list[tuple[str, str]] = []
        self.relay = Relay(self.log, Policy(**policy), lambda *told: self.refusals.append(told))  # type: ignore[arg-type]

    def user(self, payload: bytes) -> list[tuple[int, bytes]]:
        return self.relay.received(USER, payload)

    def target(self, payload: bytes) -> list[tuple[int, bytes]]:
        return self.relay.received(TARGET, payload)

    def session(self, number: int = U, answer: int = T, **more: int) -> Case:
        opened = m.opening("session", number, **more)  # type: ignore[arg-type]
        assert self.user(opened) == [(TARGET, opened)]
        confirmed = m.confirmation(number, answer)
        assert self.target(confirmed) == [(USER, confirmed)]
        return self

    def program(self, name: str = "exec", rest: bytes = string("id")) -> m.FakeChannel:
        asked = m.request(T, name, rest)
        assert self.user(asked) == [(TARGET, asked)]
        assert self.target(m.success(U)) == [(USER, m.success(U))]
        return self.log.channels[-1]
