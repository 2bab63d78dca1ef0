"""The SSH connection protocol's messages as bytes: what the relay reads and the few that it writes itself.

Only messages 80 to 100 (RFC 4254, section 9), only as far as the relay looks into them. Not a codec for
SSH: a message that passes is forwarded as the very bytes that came.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

GLOBAL_REQUEST, REQUEST_SUCCESS, REQUEST_FAILURE = 80, 81, 82
CHANNEL_OPEN, OPEN_CONFIRMATION, OPEN_FAILURE = 90, 91, 92
WINDOW_ADJUST, DATA, EXTENDED_DATA, EOF, CLOSE = 93, 94, 95, 96, 97
CHANNEL_REQUEST, CHANNEL_SUCCESS, CHANNEL_FAILURE = 98, 99, 100

ADMINISTRATIVELY_PROHIBITED = 1
STDERR = 1
DATA_HEADER = 9  # message number, recipient, length
EXTENDED_HEADER = 13  # the same with the data type between them

SIZES = {
    REQUEST_SUCCESS: 5,  # with the port that a tcpip-forward got
    REQUEST_FAILURE: 1,
    OPEN_CONFIRMATION: 17,
    WINDOW_ADJUST: 9,
    EOF: 5,
    CLOSE: 5,
    CHANNEL_SUCCESS: 5,
    CHANNEL_FAILURE: 5,
}
"""The most that such a message has (RFC 4254): what came behind it would pass and be in no recording."""

_NAME = re.compile(r"[!-~]{1,64}")
_u32 = struct.Struct(">I")
_two = struct.Struct(">II")


class ProtocolError(ValueError):
    """A peer broke the connection protocol; nothing more can be attributed to a channel, so the session
    ends.
    """


Send = tuple[int, bytes]
"""To which side, and the message."""


class Reader:
    """Reads the fields of one message in order; a field that is not all there is a ProtocolError."""

    __slots__ = ("_data", "_position")

    def __init__(self, data: bytes, position: int = 1) -> None:
        self._data, self._position = data, position

    def byte(self) -> int:
        return self._take(1)[0]

    def u32(self) -> int:
        return _u32.unpack(self._take(4))[0]  # type: ignore[no-any-return]

    def boolean(self) -> bool:
        """RFC 4251, 5: nothing but 0 and 1 is to be stored; the other seven bits would be in no recording."""
        byte = self.byte()
        if byte > 1:
            raise ProtocolError(f"a message has {byte} for true or false")
        return byte == 1

    def string(self) -> bytes:
        return self._take(self.u32())

    def text(self) -> str:
        """A string for people and comparisons; what is not UTF-8 stays visible as \\xNN."""
        return self.string().decode("utf-8", "backslashreplace")

    def name(self) -> str:
        """The name of a channel type or a request (RFC 4250, 4.6.1). OpenSSH takes `exec\\0` for `exec`; a
        name that two programs may read differently is refused.
        """
        name = self.text()
        if not _NAME.fullmatch(name):
            raise ProtocolError("a message names its type in characters that no name has")
        return name

    def rest(self) -> bytes:
        return self._data[self._position :]

    def skip(self) -> None:
        """There is nothing more to be read."""
        self._position = len(self._data)

    def end(self) -> None:
        """What came behind the last field would pass, and be in no recording."""
        if self.more():
            raise ProtocolError(f"a message has {len(self.rest())} bytes more than such a message has")

    def more(self) -> bool:
        """Is anything left?"""
        return self._position < len(self._data)

    def _take(self, size: int) -> bytes:
        end = self._position + size
        if end > len(self._data):
            raise ProtocolError(f"a message is cut short at byte {len(self._data)}")
        taken = self._data[self._position : end]
        self._position = end
        return taken


@dataclass(frozen=True, slots=True)
class Open:
    """CHANNEL_OPEN: `rest` is what the kind adds."""

    kind: str
    sender: int
    window: int
    packet: int
    rest: bytes

    @classmethod
    def parse(cls, payload: bytes) -> Open:
        reader = Reader(payload)
        return cls(reader.name(), reader.u32(), reader.u32(), reader.u32(), reader.rest())


@dataclass(frozen=True, slots=True)
class Request:
    """CHANNEL_REQUEST or GLOBAL_REQUEST (then without `recipient`): `rest` is what the name adds."""

    name: str
    wants_reply: bool
    rest: bytes
    recipient: int | None = None

    @classmethod
    def parse(cls, payload: bytes) -> Request:
        reader = Reader(payload)
        recipient = reader.u32() if payload[0] == CHANNEL_REQUEST else None
        name, wants_reply = reader.name(), reader.boolean()
        return cls(name, wants_reply, reader.rest(), recipient)


def recipient(payload: bytes) -> int:
    """The channel that a message 91 to 100 is for: the number chosen by whoever receives it."""
    return Reader(payload).u32()


def content(payload: bytes, header: int) -> bytes:
    """The bytes that DATA or EXTENDED_DATA carries: exactly the rest of the message, or nobody could say
    what the other end takes for data.
    """
    return bytes(content_view(payload, header))


def content_view(payload: bytes, header: int) -> memoryview:
    """The same, not copied."""
    if len(payload) < header or _u32.unpack_from(payload, header - 4)[0] != len(payload) - header:
        raise ProtocolError(f"message {payload[0]}: the length of its data is not the length that it names")
    return memoryview(payload)[header:]


def runs(payloads: list[bytes]) -> Iterator[list[bytes]]:
    """Neighbours that are DATA of one channel together, every other message alone."""
    run: list[bytes] = []
    for payload in payloads:
        if run and (payload[0] != DATA or payload[:5] != run[0][:5]):
            yield run
            run = []
        run.append(payload)
    if run:
        yield run


def string(data: bytes | str) -> bytes:
    data = data.encode() if isinstance(data, str) else data
    return _u32.pack(len(data)) + data


def open_failure(opener: int, reason: str) -> bytes:
    return (
        bytes((OPEN_FAILURE,)) + _two.pack(opener, ADMINISTRATIVELY_PROHIBITED) + string(reason) + string("")
    )


def open_confirmation(opener: int, number: int, window: int, packet: int) -> bytes:
    return bytes((OPEN_CONFIRMATION,)) + struct.pack(">4I", opener, number, window, packet)


def window_adjust(number: int, size: int) -> bytes:
    return bytes((WINDOW_ADJUST,)) + _two.pack(number, size)


def data(number: int, content: bytes) -> bytes:
    return bytes((DATA,)) + _u32.pack(number) + string(content)


def channel_failure(number: int) -> bytes:
    return bytes((CHANNEL_FAILURE,)) + _u32.pack(number)


def request_failure() -> bytes:
    return bytes((REQUEST_FAILURE,))


def stderr(number: int, data: bytes) -> bytes:
    return bytes((EXTENDED_DATA,)) + _two.pack(number, STDERR) + string(data)


def exit_status(number: int, code: int) -> bytes:
    return bytes((CHANNEL_REQUEST,)) + _u32.pack(number) + string("exit-status") + b"\0" + _u32.pack(code)


def eof(number: int) -> bytes:
    return bytes((EOF,)) + _u32.pack(number)


def close(number: int) -> bytes:
    return bytes((CLOSE,)) + _u32.pack(number)
