"""Messages of the connection protocol as a client or a target would send them, and a log that remembers."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

from sessionlens_recorder.session.wire import string


def u32(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers)}I", *numbers)


def opening(kind: str, number: int, rest: bytes = b"", window: int = 1 << 20, packet: int = 1 << 15) -> bytes:
    return b"\x5a" + string(kind) + u32(number, window, packet) + rest


def confirmation(to: int, number: int, window: int = 1 << 20, packet: int = 1 << 15) -> bytes:
    return b"\x5b" + u32(to, number, window, packet)


def data(to: int, content: bytes) -> bytes:
    return b"\x5e" + u32(to) + string(content)


def extended(to: int, content: bytes) -> bytes:
    return b"\x5f" + u32(to, 1) + string(content)


def adjust(to: int, size: int) -> bytes:
    return b"\x5d" + u32(to, size)


def eof(to: int) -> bytes:
    return b"\x60" + u32(to)


def close(to: int) -> bytes:
    return b"\x61" + u32(to)


def request(to: int, name: str, rest: bytes = b"", reply: bool = True) -> bytes:
    return b"\x62" + u32(to) + string(name) + bytes([reply]) + rest


def success(to: int) -> bytes:
    return b"\x63" + u32(to)


def failure(to: int) -> bytes:
    return b"\x64" + u32(to)


def ask(name: str, rest: bytes = b"", reply: bool = True) -> bytes:
    """A global request."""
    return b"\x50" + string(name) + bytes([reply]) + rest


def tcp(host: str, port: int) -> bytes:
    return string(host) + u32(port) + string("10.9.9.9") + u32(5)


GRANTED, DENIED = b"\x51", b"\x52"


@dataclass
class FakeChannel:
    kind: str
    meta: dict[str, Any]
    heard: list[tuple[Any, ...]] = field(default_factory=list)
    broken: bool = False

    def _hear(self, *what: Any) -> None:
        if self.broken:
            raise OSError("no space")
        self.heard.append(what)

    def output(self, content: bytes) -> None:
        self._hear("out", content)

    def input(self, content: bytes) -> None:
        self._hear("in", content)

    def stderr(self, content: bytes) -> None:
        self._hear("err", content)

    def resize(self, columns: int, rows: int) -> None:
        self._hear("resize", columns, rows)

    def event(self, name: str, /, **fields: Any) -> None:
        self._hear(name, fields)

    def begin_stream(self) -> None:
        self._hear("stream")

    def file(self, **fields: Any) -> int:
        self._hear("file", fields)
        return len(self.heard)

    def copy(self, name: str, content: bytes) -> None:
        self._hear("copy", name, content)

    def end_copy(self, name: str) -> None:
        self._hear("end copy", name)

    def files(self, event: str = "result") -> list[dict[str, Any]]:
        """The lines of files.jsonl of this event."""
        lines = [what[1] for what in self.heard if what[0] == "file"]
        return [line for line in lines if line["event"] == event]

    def close(self, exit_code: int | None = None, signal: str | None = None) -> None:
        self._hear("closed", exit_code, signal)

    def names(self) -> list[str]:
        return [what[0] for what in self.heard]


@dataclass
class FakeLog:
    channels: list[FakeChannel] = field(default_factory=list)

    def open_channel(self, kind: str, **meta: Any) -> FakeChannel:
        self.channels.append(FakeChannel(kind, meta))
        return self.channels[-1]
