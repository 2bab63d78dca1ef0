"""One channel between the two sides: what it is, what it may still do, and where its bytes are recorded.

`*_received` tells a channel what came from a side, before that is forwarded, and records it; it never
sends. What a channel is follows from what it does, never from its command string. RFC 4254, sections 5 and
6.
"""

from __future__ import annotations

from typing import Any

from sessionlens_recorder.session import wire
from sessionlens_recorder.session.files.listing import NOTHING, Keeping
from sessionlens_recorder.session.files.records import ExecRecord, Record, SftpRecord, Stream
from sessionlens_recorder.session.log import ChannelLog, SessionLog
from sessionlens_recorder.session.policy import TARGET, USER
from sessionlens_recorder.session.replies import Replies
from sessionlens_recorder.session.requests import Fields, event_name, read_pty, read_request

PROGRAMS = frozenset({"shell", "exec", "subsystem"})
WHO = ("user", "target")
EARLY_LIMIT = 128  # requests before a program is asked for; from then on they go to disk
INTERJECTION_ROOM = 4096
EARLY_BYTES = 256 * 1024  # of them; channel.json has to stay readable


class Channel:
    """What all channels have in common. `numbers`, `closed`, `eof` and `replies` are one each for user and
    target.
    """

    def __init__(self, opened: wire.Open, by: int) -> None:
        self.kind, self.by = opened.kind, by
        self.numbers: list[int | None] = [None, None]
        self.numbers[by] = opened.sender
        self.closed, self.eof = [False, False], [False, False]
        self.replies = (Replies(), Replies())  # by who asked
        self.ending = False  # closed by the recorder: nothing passes any more
        self.windows, self.packets = [0, 0], [0, 0]  # how much user and target may be sent
        self.windows[by], self.packets[by] = opened.window, opened.packet
        self.terminal = False
        self._owed = 0  # of the user's window: what the recorder said took it, and the target does not know

    @property
    def confirmed(self) -> bool:
        return None not in self.numbers

    def confirmation_received(self, side: int, number: int, window: int, packet: int) -> None:
        self.numbers[side], self.windows[side], self.packets[side] = number, window, packet

    def failure_received(self, side: int, fields: Fields) -> None:
        """The other side does not open it."""

    def window_received(self, side: int, size: int) -> int:
        """The answer is how much of it the other side may use."""
        owed = min(self._owed, size) if side == USER else 0
        self._owed -= owed
        self.windows[side] += size - owed
        return size - owed

    def check_data(self, side: int, *sizes: int) -> None:
        """A ProtocolError for data that the other end is free to drop (RFC 4254, 5.2 and 5.3; OpenSSH does):
        they would be recorded as typed, and never have arrived.
        """
        if self.eof[side]:
            raise wire.ProtocolError(f"the {WHO[side]} sent data after its EOF")
        if max(sizes) > self.packets[1 - side] or sum(sizes) > self.windows[1 - side]:
            raise wire.ProtocolError(f"the {WHO[side]} sent more data than it was allowed to")
        self.windows[1 - side] -= sum(sizes)

    def data_received(self, side: int, data: bytes, *, stderr: bool = False) -> str | None:
        """Record what a side sent. The answer is None, or why this channel ends here."""
        raise NotImplementedError

    def run_received(self, side: int, run: list[bytes]) -> bool:
        """Record several DATA as one. False, and nothing is done, where each has to go by itself."""
        return False

    def request_received(self, side: int, request: wire.Request) -> str | None:
        """Record a request. The answer is None (it passes), or why it does not."""
        raise NotImplementedError

    def answer_received(self, side: int, request: wire.Request, *, granted: bool) -> None:
        """A side answered a request that it was forwarded."""

    def request_refused(self, request: wire.Request, reason: str) -> None:
        """The recorder says no to a request."""

    def eof_received(self, side: int) -> None:
        self.eof[side] = True

    def close_received(self, side: int) -> None:
        self.closed[side] = True

    def finish(self) -> None:
        """Nothing more will come: close the recording."""

    def record_end(self, text: bytes) -> None:
        """Record what `last_words` is going to tell the user."""

    def last_words(self, text: bytes) -> list[bytes]:
        """The messages that end this channel for the user, with the reason where there is room to say it."""
        number = self.numbers[USER]
        if number is None or not self.confirmed or self.closed[TARGET] or self.ending:
            return []
        return [*self._explanation(number, text), wire.close(number)]

    def interject(self, text: bytes) -> list[bytes]:
        """The message that tells the user something, already recorded; none where it does not fit."""
        return []

    def _explanation(self, number: int, text: bytes) -> list[bytes]:
        return []


class ProgramChannel(Channel):
    """A `session` channel: a shell, a command or a subsystem once it is asked for."""

    def __init__(self, opened: wire.Open, by: int, session: SessionLog, keeping: Keeping = NOTHING) -> None:
        super().__init__(opened, by)
        self._session, self._keeping = session, keeping
        self._log: ChannelLog | None = None
        self._record: Record | None = None  # of what passes, once something does
        self._typed = False  # the user has sent something
        self._pty: dict[str, Any] | None = None
        self._env: list[tuple[str, str]] = []
        self._program: str | None = None  # the request that was granted, or is about to be
        self._early: list[tuple[str, Fields]] = []  # events before there is a log
        self._early_bytes = 0
        self._exit_code: int | None = None
        self._exit_signal: str | None = None

    def data_received(self, side: int, data: bytes, *, stderr: bool = False) -> str | None:
        if self._log is None:
            self._begin("session", stream=True)
        self._typed = self._typed or side == USER
        if self._record is not None:
            self._record.stderr(data) if stderr else self._record.received(side, data)
        return None

    def run_received(self, side: int, run: list[bytes]) -> bool:
        try:
            pieces = [wire.content_view(payload, wire.DATA_HEADER) for payload in run]
            self.check_data(side, *map(len, pieces))
        except wire.ProtocolError:
            return False
        return self.data_received(side, b"".join(pieces)) is None

    def request_received(self, side: int, request: wire.Request) -> str | None:
        if self._log is None:
            self._early_bytes += len(request.rest)
        if side == USER and request.name in PROGRAMS:
            return self._program_requested(request)
        fields = read_request(request)
        if side == USER and request.name == "pty-req":
            self._pty, self.terminal = read_pty(request), True
            if self._record is not None:
                self._record.distrust("a terminal was asked for, which changes what passes it")
        elif side == USER and request.name == "env" and self._log is None:
            self._env.append((fields["variable"], fields["value"]))
        elif side == USER and request.name == "window-change" and self._log is not None:
            self._log.resize(fields["columns"], fields["rows"])  # pixels, and what follows: in the event
        elif side == TARGET and request.name == "exit-status":
            self._exit_code = fields["code"]
        elif side == TARGET and request.name == "exit-signal":
            self._exit_signal = fields["signal"]
        self._event(event_name(request), by=WHO[side], **fields)
        return None

    def answer_received(self, side: int, request: wire.Request, *, granted: bool) -> None:
        self._event("granted" if granted else "refused", by=WHO[side], request=request.name)
        if side == TARGET and request.name in PROGRAMS and not granted:
            self._program = None
            self._close_log()

    def eof_received(self, side: int) -> None:
        super().eof_received(side)
        self._event("eof", by=WHO[side])

    def close_received(self, side: int) -> None:
        super().close_received(side)
        self._event("closing", by=WHO[side])

    def request_refused(self, request: wire.Request, reason: str) -> None:
        self._event("refused", by="recorder", request=request.name, reason=reason, **read_request(request))

    def finish(self) -> None:
        if self._log is None and (self._early or self._pty or self._env):
            self._begin("session", stream=False)
        self._close_log()

    def record_end(self, text: bytes) -> None:
        if self._record is not None and self.confirmed and not (self.closed[TARGET] or self.eof[TARGET]):
            self._record.stderr(text[: self._room()])

    def interject(self, text: bytes) -> list[bytes]:
        """Only far below what the user takes: the target may use all of that before it hears of less."""
        number = self.numbers[USER]
        over = self.ending or self.closed[TARGET] or self.eof[TARGET]
        if number is None or over or self._record is None or self._room() < INTERJECTION_ROOM:
            return []
        self._record.stderr(text)
        self._owed += len(text)
        return [wire.stderr(number, text)]

    def _program_requested(self, request: wire.Request) -> str | None:
        if self._program is not None:
            return f"this channel already runs a {self._program}"
        fields = read_request(request)
        self._close_log()  # what came before it has a folder of its own: this one says what ran
        self._program = request.name
        if request.name == "exec":
            log = self._begin("exec", command=wire.Reader(request.rest, 0).string())
            if self._pty is None:
                self._record = ExecRecord(log, self._keeping)
        elif fields.get("subsystem") == "sftp":
            self._begin_sftp()
        elif request.name == "subsystem":
            self._begin("subsystem", subsystem=fields["subsystem"])
        else:
            self._begin("shell")
        self._event(request.name, by=WHO[USER], **fields)
        return None

    def _begin_sftp(self) -> None:
        """A listing instead of a stream, where what passes here is what the target reads: a terminal
        changes it, and what came before may stand in front of it there.
        """
        whole = self._pty is not None or self._typed
        log = self._begin("sftp", stream=whole)
        if not whole:
            self._record = SftpRecord(log, self._keeping)

    def _begin(self, kind: str, command: bytes | None = None, **more: Any) -> ChannelLog:
        self._log = self._session.open_channel(
            kind, pty=self._pty, command=command, env=list(self._env), **more
        )
        self._record = Stream(self._log)
        early, self._early = self._early, []
        for name, fields in early:
            self._log.event(name, **fields)
        return self._log

    def _event(self, name: str, /, **fields: Any) -> None:
        if self._log is None and (len(self._early) >= EARLY_LIMIT or self._early_bytes > EARLY_BYTES):
            self._begin("session", stream=True)
        if self._log is None:
            self._early.append((name, fields))
        else:
            self._log.event(name, **fields)

    def _close_log(self) -> None:
        if self._record is not None:
            self._record.finish()
            self._record = None
        if self._log is not None:
            self._log.close(exit_code=self._exit_code, signal=self._exit_signal)
            self._log = None

    def _room(self) -> int:
        return max(0, min(self.windows[USER] - self._owed, self.packets[USER]))

    def _explanation(self, number: int, text: bytes) -> list[bytes]:
        if self.eof[TARGET]:
            return [wire.exit_status(number, 255)]
        said = text[: self._room()]
        return [
            *([wire.stderr(number, said)] if said else []),
            wire.exit_status(number, 255),
            wire.eof(number),
        ]
