"""Packets of SFTP as a client or a server would send them, and a recorded channel that is fed them."""

from __future__ import annotations

import struct
from typing import Any

from sessionlens_recorder.session.files.listing import Keeping
from sessionlens_recorder.session.files.records import ExecRecord, SftpRecord
from sessionlens_recorder.session.policy import TARGET, USER
from sessionlens_recorder.session.wire import string

from .messages import FakeChannel, u32

OK, EOF, NO_SUCH_FILE, FAILURE = 0, 1, 2, 4
H, G = b"\0\0\0\0", b"\0\0\0\1"  # handles


def packet(kind: int, body: bytes) -> bytes:
    return u32(len(body) + 1) + bytes([kind]) + body


def u64(number: int) -> bytes:
    return struct.pack(">Q", number)


INIT, VERSION = packet(1, u32(3)), packet(2, u32(3) + string("limits@openssh.com") + string("1"))
NOTHING = u32(0)  # attributes


def opening(number: int, path: bytes | str, flags: int = 1) -> bytes:
    return packet(3, u32(number) + string(path) + u32(flags) + NOTHING)


def closing(number: int, handle: bytes) -> bytes:
    return packet(4, u32(number) + string(handle))


def reading(number: int, handle: bytes, offset: int, size: int) -> bytes:
    return packet(5, u32(number) + string(handle) + u64(offset) + u32(size))


def writing(number: int, handle: bytes, offset: int, data: bytes) -> bytes:
    return packet(6, u32(number) + string(handle) + u64(offset) + string(data))


def removing(number: int, path: bytes | str) -> bytes:
    return packet(13, u32(number) + string(path))


def extended(number: int, name: str, rest: bytes) -> bytes:
    return packet(200, u32(number) + string(name) + rest)


def status(number: int, code: int = OK, text: str = "") -> bytes:
    return packet(101, u32(number, code) + string(text) + string(""))


def handle(number: int, value: bytes) -> bytes:
    return packet(102, u32(number) + string(value))


def data(number: int, content: bytes) -> bytes:
    return packet(103, u32(number) + string(content))


def names(number: int, *found: bytes) -> bytes:
    entries = b"".join(string(name) + string(b"-rw " + name) + NOTHING for name in found)
    return packet(104, u32(number, len(found)) + entries)


class Fed:
    """A channel that is fed as the relay would."""

    record: SftpRecord | ExecRecord

    def __init__(self, copies: int = 0) -> None:
        self.log = FakeChannel("sftp", {})
        self.heard: list[tuple[str, bytes, int, str | None]] = []
        self._make(copies)

    def _make(self, copies: int) -> None:
        self.record = SftpRecord(self.log, Keeping(copies, self.told))

    def user(self, *packets: bytes) -> None:
        for one in packets:
            self.record.received(USER, one)

    def target(self, *packets: bytes) -> None:
        for one in packets:
            self.record.received(TARGET, one)

    def greeted(self) -> Fed:
        self.user(INIT)
        self.target(VERSION)
        return self

    def opened(self, value: bytes = b"\0\0\0\0", path: bytes = b"/f", flags: int = 1) -> Fed:
        self.user(opening(999, path, flags))
        self.target(handle(999, value))
        return self

    def told(self, result: str | None, fields: dict[str, Any]) -> None:
        """What the sinks would be told."""
        self.heard.append((fields["direction"], fields["path"], fields["size"], result))

    def finish(self) -> Fed:
        self.record.finish()
        return self

    def stream(self, name: str) -> bytes:
        """What was recorded as it is: `in` or `out`."""
        return b"".join(what[1] for what in self.log.heard if what[0] == name)

    def reason(self) -> str | None:
        """Why the listing ended, if it did."""
        told = [what[1]["reason"] for what in self.log.heard if what[0] in ("not-understood", "not-followed")]
        return str(told[0]) if told else None

    def results(self) -> list[tuple[str, str | None]]:
        return [(line["operation"], line["result"]) for line in self.log.files()]


class FedScp(Fed):
    """An exec channel."""

    record: ExecRecord

    def _make(self, copies: int) -> None:
        self.record = ExecRecord(self.log, Keeping(copies, self.told))
