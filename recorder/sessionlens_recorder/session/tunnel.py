"""A channel that carries somebody else's connection: counted, and looked at only at its beginning."""

from __future__ import annotations

from sessionlens_recorder.session import wire
from sessionlens_recorder.session.channel import WHO, Channel
from sessionlens_recorder.session.log import ChannelLog
from sessionlens_recorder.session.policy import TARGET, USER, carries_ssh
from sessionlens_recorder.session.requests import Fields, event_name, read_request


class ForwardChannel(Channel):
    """A tunnel: TCP, Unix socket, agent or X11. Its bytes are counted, not kept, unless they would be
    another SSH session: that one ends.
    """

    def __init__(self, opened: wire.Open, by: int, log: ChannelLog) -> None:
        super().__init__(opened, by)
        self._log = log
        self._bytes = [0, 0]
        self._beginnings = (bytearray(), bytearray())

    def confirmation_received(self, side: int, number: int, window: int, packet: int) -> None:
        super().confirmation_received(side, number, window, packet)
        self._log.event("opened", by=WHO[side])

    def failure_received(self, side: int, fields: Fields) -> None:
        self._log.event("failed", by=WHO[side], **fields)

    def data_received(self, side: int, data: bytes, *, stderr: bool = False) -> str | None:
        self._bytes[side] += len(data)
        if stderr:
            return self._ended("a tunnel has no second stream")
        beginning = self._beginnings[side]
        if len(beginning) < 4:
            beginning += data[:4]
            if carries_ssh(beginning):
                return self._ended("it carries another SSH session, which nobody would record")
        return None

    def _ended(self, reason: str) -> str:
        self._log.event("ended", by="recorder", reason=reason)
        return reason

    def request_received(self, side: int, request: wire.Request) -> str | None:
        self._log.event(event_name(request), by=WHO[side], **read_request(request))
        return None

    def eof_received(self, side: int) -> None:
        super().eof_received(side)
        self._log.event("eof", by=WHO[side])

    def close_received(self, side: int) -> None:
        super().close_received(side)
        self._log.event("closing", by=WHO[side])

    def finish(self) -> None:
        self._log.event("bytes", user=self._bytes[USER], target=self._bytes[TARGET])
        self._log.close()
