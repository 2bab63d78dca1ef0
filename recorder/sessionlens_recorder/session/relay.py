"""The relay without sockets: a message from one side in, the messages to send out.

Everything that passes between user and target goes through `Relay.received`, which records it first.
Nothing here opens, reads or writes a socket, starts a thread or knows paramiko. RFC 4254; the layer style
is mitmproxy's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from sessionlens_recorder.session import wire
from sessionlens_recorder.session.channel import WHO, Channel, ProgramChannel
from sessionlens_recorder.session.channels import Channels
from sessionlens_recorder.session.files.listing import NOTHING, Keeping
from sessionlens_recorder.session.forwards import Forward, read_forward
from sessionlens_recorder.session.log import SessionLog
from sessionlens_recorder.session.outside import GlobalRequests, Notes
from sessionlens_recorder.session.policy import CHECKED_REQUESTS, TARGET, USER, Policy
from sessionlens_recorder.session.requests import read_failure
from sessionlens_recorder.session.tunnel import ForwardChannel
from sessionlens_recorder.session.wire import Send

MAX_IN_VAIN = 1 << 20  # bytes of a target's messages that were refused
EVENT = 256  # about what the recording has of a refusal besides the message's own text
MAX_CHANNELS = 256  # at once; sshd allows 10 sessions, a browser through -D some dozens of forwards

Handler = Callable[[int, bytes], list[Send]]


class Relay:
    """One session's channels and requests. Thread-safe: each leg calls `received` from its own thread.

    `refused` is told every denial, for the log: (what, reason); `allowed` what policy has let pass;
    `keeping` says what becomes of files.
    """

    def __init__(
        self,
        log: SessionLog,
        policy: Policy,
        refused: Callable[[str, str], None],
        allowed: Callable[[str], None] = lambda what: None,
        keeping: Keeping = NOTHING,
    ) -> None:
        self._log, self._policy, self._allowed = log, policy, allowed
        self._refuse, self._refusals, self._asked_in_vain = refused, 0, 0
        self._keeping = keeping
        self._lock = threading.Lock()
        self._channels = Channels()
        self._notes = Notes(log, self._refused)
        self._outside = GlobalRequests(self._notes, policy, allowed)
        self._ended = False
        self.active = time.monotonic()  # when something happened last; a terminal's output alone is nothing
        self._handlers: dict[int, Handler] = {
            wire.GLOBAL_REQUEST: self._outside.request_received,
            wire.REQUEST_SUCCESS: self._outside.answer_received,
            wire.REQUEST_FAILURE: self._outside.answer_received,
            wire.CHANNEL_OPEN: self._open,
            wire.OPEN_CONFIRMATION: self._open_confirmation,
            wire.OPEN_FAILURE: self._open_failure,
            wire.WINDOW_ADJUST: self._in_channel(self._window_adjust),
            wire.DATA: self._in_channel(self._data),
            wire.EXTENDED_DATA: self._in_channel(self._data),
            wire.EOF: self._in_channel(self._eof),
            wire.CLOSE: self._close,
            wire.CHANNEL_REQUEST: self._in_channel(self._request),
            wire.CHANNEL_SUCCESS: self._in_channel(self._answer),
            wire.CHANNEL_FAILURE: self._in_channel(self._answer),
        }

    def received(self, side: int, payload: bytes) -> list[Send]:
        """Record one message of a side and say what to send. Raises ProtocolError, or BundleError where it
        could not be recorded: then nothing is to be sent, and the session ends.
        """
        handler = self._handlers.get(payload[0])
        if handler is None:
            raise wire.ProtocolError(f"message {payload[0]} is not part of the connection protocol")
        if len(payload) > wire.SIZES.get(payload[0], len(payload)):
            raise wire.ProtocolError(f"message {payload[0]} is longer than such a message is")
        with self._lock:
            if self._ended:
                return []
            before = self._refusals
            sends = handler(side, payload)
            if side == TARGET and self._refusals != before:
                self._bear(len(payload))
            return sends

    def _refused(self, what: str, reason: str) -> None:
        self._refusals += 1
        self._refuse(what, reason)

    def _bear(self, size: int) -> None:
        """Users answer for what they ask in vain; a target would fill the disk with it, in their name."""
        self._asked_in_vain += size + EVENT
        if self._asked_in_vain > MAX_IN_VAIN:
            raise wire.ProtocolError("the target asked again and again for what it may not")

    def run_received(self, side: int, run: list[bytes]) -> list[Send] | None:
        """The same of several DATA of one channel (wire.runs), recorded as one. None, and nothing is done,
        where each has to go by itself.
        """
        with self._lock:
            channel = None if self._ended else self._channels.passing(side, run[0])
            if channel is None:
                return []
            if not channel.run_received(side, run):
                return None
            if side == USER or not channel.terminal:
                self.active = time.monotonic()
            return [(1 - side, payload) for payload in run]

    # what belongs to one channel

    def _in_channel(self, handle: Callable[[int, Channel, bytes], list[Send]]) -> Handler:
        """A message for a channel; it is dropped where no such channel passes anything."""

        def handler(side: int, payload: bytes) -> list[Send]:
            channel = self._channels.passing(side, payload)
            return [] if channel is None else handle(side, channel, payload)

        return handler

    def _open(self, side: int, payload: bytes) -> list[Send]:
        opened = wire.Open.parse(payload)
        if self._channels.has(side, opened.sender):
            raise wire.ProtocolError(f"the {WHO[side]} opened channel {opened.sender} twice")
        forward = read_forward(opened)
        if opened.kind == "session" and opened.rest:
            raise wire.ProtocolError(f"the {WHO[side]} opened a session with more than such a message has")
        reason = self._check_open(side, opened, forward)
        what = f"channel {opened.kind} {forward.address}" if forward else f"channel {opened.kind}"
        if reason is not None:
            self._notes.add("refused", side, what, reason=reason)
            return [(side, wire.open_failure(opened.sender, reason))]
        self._channels.add(side, opened.sender, self._new_channel(side, opened, forward))
        self.active = time.monotonic()
        if opened.kind != "session":
            self._allowed(what)
        return [(1 - side, payload)]

    def _check_open(self, side: int, opened: wire.Open, forward: Forward | None) -> str | None:
        if self._channels.count(side) >= MAX_CHANNELS:
            return f"there are {MAX_CHANNELS} channels open already"
        if forward is None or forward.kind != "forward" or forward.by != side:
            return self._policy.check_kind(side, opened.kind)
        if side == TARGET:
            return self._outside.check_opened(forward)
        return self._policy.check_forward(forward.address, path=forward.port is None)

    def _new_channel(self, side: int, opened: wire.Open, forward: Forward | None) -> Channel:
        if forward is None:
            return ProgramChannel(opened, side, self._log, self._keeping)
        log = self._log.open_channel(
            forward.kind, stream=False, by=WHO[side], type=opened.kind, **forward.fields
        )
        return ForwardChannel(opened, side, log)

    def _open_confirmation(self, side: int, payload: bytes) -> list[Send]:
        reader = wire.Reader(payload)
        channel = self._channels.waiting(side, reader.u32())
        number, window, packet = reader.u32(), reader.u32(), reader.u32()
        if channel is None or self._channels.has(side, number):
            raise wire.ProtocolError(f"the {WHO[side]} confirmed a channel that was not waiting for it")
        channel.confirmation_received(side, number, window, packet)
        self._channels.add(side, number, channel)
        return [(1 - side, payload)]

    def _open_failure(self, side: int, payload: bytes) -> list[Send]:
        channel = self._channels.waiting(side, wire.recipient(payload))
        if channel is None:
            raise wire.ProtocolError(f"the {WHO[side]} refused a channel that was not waiting for it")
        fields = read_failure(wire.Reader(payload, 5))
        channel.failure_received(side, fields)
        if channel.kind == "session":  # which has no folder yet, and gets none
            self._notes.write("failed", by=WHO[side], what="channel session", **fields)
        self._channels.forget(channel)
        return [(1 - side, payload)]

    def _data(self, side: int, channel: Channel, payload: bytes) -> list[Send]:
        extended = payload[0] == wire.EXTENDED_DATA
        data = wire.content(payload, wire.EXTENDED_HEADER if extended else wire.DATA_HEADER)
        if extended and (wire.Reader(payload, 5).u32() != wire.STDERR or side == USER):
            raise wire.ProtocolError(f"the {WHO[side]} sent data of a kind that nobody reads")
        channel.check_data(side, len(data))
        if side == USER or not channel.terminal:
            self.active = time.monotonic()
        reason = channel.data_received(side, data, stderr=extended)
        return [(1 - side, payload)] if reason is None else self._end_channel(channel, reason)

    def _window_adjust(self, side: int, channel: Channel, payload: bytes) -> list[Send]:
        size = wire.Reader(payload, 5).u32()
        left = channel.window_received(side, size)
        if left == size:
            return [(1 - side, payload)]
        return [(1 - side, wire.window_adjust(wire.recipient(payload), left))] if left else []

    def _request(self, side: int, channel: Channel, payload: bytes) -> list[Send]:
        request = wire.Request.parse(payload)
        reason = self._policy.check_request(request.name, request.rest)
        reason = reason or channel.request_received(side, request)
        if reason is None:
            if request.name in CHECKED_REQUESTS:
                self._allowed(request.name)
            if request.wants_reply:
                channel.replies[side].forwarded(wire.Request(request.name, True, b""))
            return [(1 - side, payload)]
        channel.request_refused(request, reason)
        self._refused(request.name, reason)
        number = channel.numbers[side]
        if not request.wants_reply or number is None:
            return []
        return [
            (side, answer) for answer in channel.replies[side].answered_here(wire.channel_failure(number))
        ]

    def _answer(self, side: int, channel: Channel, payload: bytes) -> list[Send]:
        request, due = channel.replies[1 - side].answered_there()
        channel.answer_received(side, request, granted=payload[0] == wire.CHANNEL_SUCCESS)
        return [(1 - side, answer) for answer in (payload, *due)]

    def _eof(self, side: int, channel: Channel, payload: bytes) -> list[Send]:
        channel.eof_received(side)
        return [(1 - side, payload)]

    def _close(self, side: int, payload: bytes) -> list[Send]:
        channel = self._channels.known(side, payload)
        if channel is None:
            return []
        channel.close_received(side)
        if all(channel.closed):
            self._channels.forget(channel)
        return [] if channel.ending else [(1 - side, payload)]

    def _end_channel(self, channel: Channel, reason: str) -> list[Send]:
        """Close a channel towards both sides; what still comes on it is dropped until both have closed it
        too.
        """
        self._refused(f"channel {channel.kind}", reason)
        channel.ending = True
        ends = ((USER, channel.numbers[USER]), (TARGET, channel.numbers[TARGET]))
        return [(side, wire.close(n)) for side, n in ends if n is not None and not channel.closed[1 - side]]

    # what the recorder says itself

    def note(self, event: str, **fields: Any) -> bool:
        """Record what neither side did. False if the session is over."""
        with self._lock:
            if not self._ended:
                self._notes.write(event, **fields)
            return not self._ended

    def interject(self, text: str) -> list[Send]:
        """Tell the user something on each channel with a program."""
        said = f"\r\n{text}\r\n".encode()
        with self._lock:
            channels = [] if self._ended else self._channels.all()
            return [(USER, message) for channel in channels for message in channel.interject(said)]

    # the end

    def stop(self) -> None:
        """Nothing passes from now on."""
        with self._lock:
            self._ended = True

    def end(self, text: str) -> list[bytes]:
        """Nothing passes from now on. The answer is what tells the user so, on every channel that is open."""
        said = f"\r\n{text}\r\n".encode()
        with self._lock:
            self._ended = True
            return [message for channel in self._channels.all() for message in channel.last_words(said)]

    def record_end(self, text: str) -> None:
        """Record what `end` tells the user; call it before."""
        said = f"\r\n{text}\r\n".encode()
        with self._lock:
            self._ended = True
            for channel in self._channels.all():
                channel.record_end(said)

    def finish(self) -> None:
        """Both sides are gone: close the recordings of what was still open."""
        with self._lock:
            self._ended = True
            problems: list[Exception] = []
            for close in (*(channel.finish for channel in self._channels.all()), self._notes.close):
                try:
                    close()
                except Exception as problem:  # of one channel; the others shall be closed all the same
                    problems.append(problem)
        if problems:
            raise problems[0]
