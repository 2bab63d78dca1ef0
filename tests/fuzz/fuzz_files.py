#!/usr/bin/env python3
"""Mutated and random SFTP and SCP conversations: nothing raises, and every byte is understood or recorded.

    python tests/fuzz/fuzz_files.py --count 100000 --seconds 600 [--seed N] [--start K] [--resume FILE]

Prints what was done; exits 1 at the first failure, with the number of the input. See inputs.py.
"""

from __future__ import annotations

import random
import struct
import sys
import traceback
from typing import Any

from inputs import Inputs
from sessionlens_recorder.session.files.records import ExecRecord, SftpRecord
from sessionlens_recorder.session.policy import TARGET, USER

HELD_LIMIT = 8 << 20  # what a follower may keep of a few hundred bytes of input: nearly nothing


class Log:
    """A channel's folder in memory."""

    def __init__(self) -> None:
        self.streams = [bytearray(), bytearray()]
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.lines = 0

    def input(self, data: bytes) -> None:
        self.streams[USER] += data

    def output(self, data: bytes) -> None:
        self.streams[TARGET] += data

    def stderr(self, data: bytes) -> None:
        raise AssertionError("nobody sends stderr here")

    def resize(self, columns: int, rows: int) -> None:
        raise AssertionError("there is no terminal here")

    def event(self, name: str, /, **fields: Any) -> None:
        self.events.append((name, fields))

    def begin_stream(self) -> None:
        pass

    def file(self, **fields: Any) -> int:
        self.lines += 1
        assert fields["operation"] and fields["event"] in ("request", "progress", "result")
        return self.lines

    def copy(self, name: str, data: bytes) -> None:
        assert 0 < len(data) <= HELD_LIMIT

    def end_copy(self, name: str) -> None:
        pass

    def close(self, exit_code: int | None = None, signal: str | None = None) -> None:
        pass


def text(rng: random.Random) -> bytes:
    data = rng.choice(
        [b"", b"/f", b"\0\0\0\0", b"\0\0\0\1", b"copy-data", b"fsync@openssh.com", rng.randbytes(5)]
    )
    return struct.pack(">I", len(data)) + data


def sftp_packet(rng: random.Random) -> bytes:
    """Fields of every kind, in no particular order, under a type that exists."""
    kind = rng.choice([*range(1, 21), 101, 102, 103, 104, 105, 200, 201])
    fields = [
        lambda: struct.pack(">I", rng.choice([0, 1, 2, 3, 4, 8, 0x80000000, rng.randrange(1 << 32)])),
        lambda: struct.pack(">Q", rng.choice([0, 1, 4, 1 << 40])),
        lambda: text(rng),
    ]
    body = struct.pack(">I", rng.randrange(4)) + b"".join(
        rng.choice(fields)() for _ in range(rng.randrange(5))
    )
    return struct.pack(">IB", len(body) + 1, kind) + body


def conversation(rng: random.Random) -> list[tuple[int, bytes]]:
    """A sound beginning, then packets of either side."""

    def string(data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + data

    def packet(kind: int, body: bytes) -> bytes:
        return struct.pack(">IB", len(body) + 1, kind) + body

    number = struct.pack(">I", 9)
    sound = [
        (USER, packet(1, struct.pack(">I", 3))), (TARGET, packet(2, struct.pack(">I", 3))),
        (USER, packet(3, number + string(b"/f") + struct.pack(">II", 3, 0))),
        (TARGET, packet(102, number + string(b"\0\0\0\0"))),
        (USER, packet(6, number + string(b"\0\0\0\0") + struct.pack(">Q", 0) + string(b"abc"))),
        (USER, packet(5, struct.pack(">I", 8) + string(b"\0\0\0\0") + struct.pack(">QI", 0, 99))),
        (TARGET, packet(103, struct.pack(">I", 8) + string(b"abc"))),
        (TARGET, packet(101, number + struct.pack(">I", 0) + string(b"") + string(b""))),
        (USER, packet(4, number + string(b"\0\0\0\0"))),
        (TARGET, packet(101, number + struct.pack(">I", 0) + string(b"") + string(b""))),
    ]  # fmt: skip
    more = [(rng.randrange(2), sftp_packet(rng)) for _ in range(rng.randrange(6))]
    return [*sound[: rng.randrange(len(sound) + 1)], *more]


SCP = [
    (TARGET, b"\0"), (USER, b"T1 0 2 0\n"), (TARGET, b"\0"), (USER, b"D0755 0 d\n"), (TARGET, b"\0"),
    (USER, b"C0644 3 a\n"), (TARGET, b"\0"), (USER, b"abc\0"), (TARGET, b"\0"),
    (USER, b"C0644 3 b\n"), (TARGET, b"\1no\n"), (USER, b"E\n"), (TARGET, b"\0"),
]  # fmt: skip


def damaged(rng: random.Random, packet: bytes) -> bytes:
    """Sometimes a byte is another one, or some are missing or too many."""
    at = rng.randrange(len(packet) + 1)
    choice = rng.random()
    if choice < 0.85:
        return packet
    if choice < 0.92:
        return packet[:at] + bytes([rng.randrange(256)]) + packet[at + 1 :]
    return packet[:at] + rng.randbytes(rng.randrange(4)) + packet[at + rng.randrange(3) :]


def cut(rng: random.Random, data: bytes) -> list[bytes]:
    size = rng.choice([1, 3, 7, 1000])
    return [data[at : at + size] for at in range(0, len(data), size)]


def examine(rng: random.Random, scp: bool) -> None:
    """Feed one conversation; what passed is understood, or in the stream, or cut short at the end."""
    log = Log()
    record = ExecRecord(log, 100) if scp else SftpRecord(log, 100)
    passed = [bytearray(), bytearray()]
    for side, packet in SCP if scp else conversation(rng):
        for piece in cut(rng, damaged(rng, packet)):
            passed[side] += piece
            record.received(side, piece)
    record.finish()
    told = next((fields for name, fields in log.events if name == "not-understood"), None)
    if scp:
        assert log.streams == passed
    elif told is not None:
        assert passed[USER][told["user_bytes"] :] == log.streams[USER]
        assert passed[TARGET][told["target_bytes"] :] == log.streams[TARGET]
    else:
        assert not any(log.streams)


def main() -> int:
    """See above."""
    inputs = Inputs("files", str(__doc__).splitlines()[0])
    for number in inputs:
        try:
            examine(random.Random(f"{inputs.seed}/{number}"), number % 3 == 0)
        except Exception:
            traceback.print_exc()
            print(f"failed at --seed {inputs.seed} --start {number}")
            return 1
    print(inputs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
