"""The journal: a hash chain, one line per block, clock checkpoints, and a last line that says how it ended.

A line is its fields, a space, and the chain value: SHA-256 over the previous line's chain value (64 zeros
before the first line), a space, and the fields as written. docs/recording-format.md has the same in words.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .clock import ClockPair, parse_utc
from .errors import BundleReadError, BundleWriteError
from .files import AppendFile, Block, read_regular
from .timing import escape

try:
    import fcntl
except ImportError:  # Windows: bundles are read there, never written
    fcntl = None  # type: ignore[assignment]

NAME = "journal"
READERS_S, PAUSE_S = 1.0, 0.01  # how long those who look may hold a writer up, and how often it asks again
START = "0" * 64
HEAD = "sessionlens-journal"
BLOCK, RECOVERED, CLOCK, SEAL, ABORT = "block", "recovered", "clock", "seal", "abort"


def chain(previous: str, body: str) -> str:
    """The chain value of a line."""
    return hashlib.sha256(f"{previous} {body}".encode()).hexdigest()


def block_line(block: Block, kind: str = BLOCK) -> str:
    """The fields of a block."""
    return f"{kind} {block.file} {block.offset} {block.length} {block.sha256}"


def clock_line(pair: ClockPair) -> str:
    """The fields of a checkpoint."""
    return f"{CLOCK} {pair.monotonic_ns} {pair.utc} {pair.boot_id} {pair.ntp}"


def end_line(how: str, pair: ClockPair, reason: str | None) -> str:
    """The fields of the last line; the reason is the rest of it."""
    return f"{how} {pair.utc} {escape(reason or '-')}"


class Journal:
    """The writing end. Holds an exclusive flock for as long as it is open: locked means live."""

    def __init__(self, file: AppendFile, last: str = START) -> None:
        self._file = file
        self._last = last
        self.head = (0, last)
        """How long it was when it was synced last, and its chain value there."""

    @classmethod
    def create(cls, root: Path, name: str) -> Journal:
        """A new journal for the bundle of this name, locked."""
        file = AppendFile(root, NAME)
        try:
            _own(file.fd, root)
            journal = cls(file)
            journal.begin(name)
        except BaseException:
            file.close()
            raise
        return journal

    @classmethod
    def reopen(cls, root: Path) -> tuple[Journal, list[Line], bytes]:
        """The journal of a dead recorder, locked: itself, its lines, and the half line at its end.

        Raises BundleWriteError if a recorder still holds it, BundleReadError if its chain does not hold.
        """
        file = AppendFile(root, NAME, new=False)
        try:
            _own(file.fd, root)
            raw = read_regular(root, NAME)
            lines = list(read_journal(raw))
            if wrong := next((line for line in lines if not line.chained), None):
                where = f"{NAME} of {root} at byte {wrong.offset}"
                raise BundleReadError(f"{where}: the hash chain does not hold; nothing was written")
        except BaseException:
            file.close()
            raise
        file.adopt(raw)
        return cls(file, lines[-1].chain if lines else START), lines, raw[raw.rfind(b"\n") + 1 :]

    def begin(self, name: str) -> None:
        """The first line."""
        self.write([f"{HEAD} 1 {name}"])

    def cut(self, length: int) -> None:
        """Take the last bytes off, which are no line."""
        self._file.cut(length)

    def write(self, bodies: Iterable[str]) -> None:
        """Append lines in one write; all of them or none."""
        last, lines = self._last, []
        for body in bodies:
            last = chain(last, body)
            lines.append(f"{body} {last}\n")
        if not lines:
            return
        self._file.append("".join(lines).encode())
        self._last = last
        self._file.hash(self._file.take())

    def sync(self) -> None:
        """What was written is on stable storage."""
        size, last = self._file.size, self._last
        self._file.sync()
        self.head = (size, last)

    @property
    def sha256(self) -> str:
        """Of everything written so far."""
        self._file.hash(self._file.take())
        return self._file.sha256

    def close(self) -> None:
        """Let go of file and lock."""
        self._file.close()


def _own(fd: int, root: Path) -> None:
    """Take the exclusive flock. Who looks whether a bundle is live shares it briefly: that is waited for,
    a recorder is not. Raises BundleWriteError.
    """
    if fcntl is None:
        return
    deadline = time.monotonic() + READERS_S
    while not _try(fd, fcntl.LOCK_EX):
        if not _try(fd, fcntl.LOCK_SH):
            raise BundleWriteError(f"{root} is being recorded: its journal is locked")
        fcntl.flock(fd, fcntl.LOCK_UN)
        if time.monotonic() > deadline:
            raise BundleWriteError(
                f"{root} cannot be written: somebody who reads its journal keeps it locked"
            )
        time.sleep(PAUSE_S)


def _try(fd: int, how: int) -> bool:
    try:
        fcntl.flock(fd, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_live(root: Path) -> bool:
    """Whether a recorder holds the journal of this bundle (never on Windows, where none runs).

    A shared lock, asked for without waiting and given back at once: a recorder has its own already, two who
    look do not hinder each other, and _own() waits. Who can read the journal can lock it, and so feign this.
    """
    if fcntl is None:
        return False
    try:
        fd = os.open(root / NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not _try(fd, fcntl.LOCK_SH)
    finally:
        os.close(fd)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a journal as read."""

    offset: int
    length: int
    fields: tuple[str, ...]
    chain: str
    chained: bool
    """Whether the chain value is the right one after the previous line's."""

    @property
    def kind(self) -> str:
        """The first field."""
        return self.fields[0]

    def block(self) -> Block | None:
        """The block that the line speaks of, if it speaks of one and is well-formed."""
        if self.kind not in (BLOCK, RECOVERED) or len(self.fields) != 5:
            return None
        _, file, offset, length, digest = self.fields
        if not (_is_count(offset) and _is_count(length)):
            return None
        return Block(file, int(offset), int(length), digest)

    def clock(self) -> ClockPair | None:
        """The checkpoint that the line is, if it is one and well-formed."""
        if self.kind != CLOCK or len(self.fields) != 5 or not _is_count(self.fields[1]):
            return None
        try:
            return ClockPair(int(self.fields[1]), parse_utc(self.fields[2]), self.fields[3], self.fields[4])
        except ValueError:
            return None

    def ended_ns(self) -> int | None:
        """When the bundle ended, if this is its last line: UTC, ns since the epoch."""
        if self.kind not in (SEAL, ABORT) or len(self.fields) < 2:
            return None
        try:
            return parse_utc(self.fields[1])
        except ValueError:
            return None


def read_journal(raw: bytes) -> Iterator[Line]:
    """The complete lines of a journal. A cut-off last line is not among them."""
    previous, offset = START.encode(), 0
    for line in raw.split(b"\n")[:-1]:
        body, _, stated = line.rpartition(b" ")
        right = stated == hashlib.sha256(previous + b" " + body).hexdigest().encode()
        fields = tuple(body.decode("utf-8", "backslashreplace").split(" "))
        yield Line(offset, len(line) + 1, fields, stated.decode("ascii", "backslashreplace"), right)
        previous, offset = stated, offset + len(line) + 1


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18
