"""One channel of a bundle being written: data on disk, then what it means, then its time, then return.

The order is the guarantee. A byte of `in` or `out` is recorded once a line of `timing` accounts for it,
and that line is written last; after a crash at any instruction nothing that is accounted for is missing, and
bytes that are not yet accounted for are recognised as torn. Every call is one transaction under the lock.
Sealed input is accounted for by itself: a record of it has its own time, and is there whole or not at all.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from .clock import ClockPair, format_script_time
from .errors import BundleError, BundleWriteError
from .files import AppendFile, Block, write_once
from .naming import dump_document, dump_line
from .sealed import SealedInput, Sealer, context
from .timing import TimingClock, format_seconds, header_line, header_value

STREAM_KINDS = frozenset({"shell", "exec", "subsystem"})
PENDING_LIMIT = 1 << 20
"""From this many unhashed bytes on, the writing thread hashes them itself: memory stays bounded."""


class ChannelWriter:
    """Appends to the files of one channel. Thread-safe; made by BundleWriter.open_channel."""

    def __init__(
        self,
        root: Path,
        number: int,
        kind: str,
        meta: dict[str, Any],
        *,
        stream: bool,
        opened: ClockPair,
        sealer: Sealer | None = None,
    ) -> None:
        self.number, self.kind, self.name = number, kind, f"{number}.{kind}"
        self._opened = opened
        self._lock = threading.Lock()
        self._hashing = threading.Lock()
        self._clock = TimingClock()
        self._unhashed = 0
        self._failed: str | None = None
        self._closed = False
        self._blocks: list[Block] = [write_once(root, f"{self.name}/channel.json", dump_document(meta))]
        self._manifest = {self._blocks[0].file: self._blocks[0].sha256}
        self._events = AppendFile(root, f"{self.name}/events.jsonl")
        self._files = [self._events]
        self._streams: dict[str, AppendFile] = {}
        self._sealed = SealedInput(sealer) if sealer else None
        if stream:
            self._open_streams(root, meta)

    def _open_streams(self, root: Path, meta: dict[str, Any]) -> None:
        names = {"O": "out"} if meta["input"] == "off" else {"O": "out", "I": "in"}
        for letter, name in names.items():
            self._streams[letter] = AppendFile(root, f"{self.name}/{name}")
        self._timing = AppendFile(root, f"{self.name}/timing")
        self._files = [*self._streams.values(), self._events, self._timing]
        headers = _headers(meta)
        when = format_script_time(self._opened.utc_ns)
        for letter, file in self._streams.items():
            typescript = letter == "O" or not self._sealed
            first = f"Script started on {when} [{_bracket(headers)}]".encode()
            file.append((first if typescript else context(root.name, self.name)) + b"\n")
        start = [header_line("START_TIME", when)]
        logs = [header_line("OUTPUT_LOG", "out")]
        if meta["input"] == "plain":
            logs.append(header_line("INPUT_LOG", "in"))
        self._timing.append(b"".join([*start, *(header_line(*item) for item in headers.items()), *logs]))

    def output(self, data: bytes) -> None:
        """Bytes on their way to the user."""
        self._record("O", data)

    def input(self, data: bytes) -> None:
        """Bytes that the user sent: as they are, sealed, or not kept at all."""
        if "I" in self._streams and not self._sealed:
            self._record("I", data)
        elif data:
            self._seal(data)

    def stderr(self, data: bytes) -> None:
        """Bytes on their way to the user's stderr: part of `out`, its range in events.jsonl."""
        self._record("O", data, event="stderr")

    def resize(self, columns: int, rows: int) -> None:
        """The window changed."""
        with self._lock:
            elapsed = self._begin()
            if not self._streams:
                self._event(elapsed, "resize", columns=columns, rows=rows)
                return
            entry = f"S {self._clock.delta(elapsed)} SIGWINCH ROWS={rows:d} COLS={columns:d}\n"
            self._append(self._timing, entry.encode())
            self._clock.accept(elapsed)

    def signal(self, name: str) -> None:
        """The user sent a signal (RFC 4254, 6.9)."""
        self.event("signal", name=name)

    def event(self, name: str, /, **fields: Any) -> None:
        """Anything else that happened, with its time."""
        with self._lock:
            self._event(self._begin(), name, **fields)

    def close(self, exit_code: int | None = None, signal: str | None = None) -> None:
        """The channel is over: the closing lines. Nothing can follow; closing twice is fine."""
        with self._lock:
            if self._closed:
                return
            elapsed = self._begin()
            self._event(elapsed, "close", exit_code=exit_code, signal=signal)
            if self._streams:
                self._close_streams(elapsed, exit_code)
            self._closed = True

    def _close_streams(self, elapsed: int, exit_code: int | None) -> None:
        code = [] if exit_code is None else [header_line("EXIT_CODE", exit_code)]
        self._append(self._timing, b"".join([header_line("DURATION", format_seconds(elapsed)), *code]))
        shown = "" if exit_code is None else f' [COMMAND_EXIT_CODE="{exit_code}"]'
        last = f"\nScript done on {format_script_time(self._opened.utc_ns + elapsed)}{shown}\n".encode()
        self._append(self._streams["O"], last)
        if typed := self._streams.get("I"):
            reach = self._streams["O"].size
            self._append(typed, self._sealed.end(elapsed, reach) if self._sealed else last)

    def _seal(self, data: bytes) -> None:
        """Input that is not stored as it is."""
        with self._lock:
            elapsed = self._begin()
            self._check_stream()
            if self._sealed:
                records = self._sealed.input(elapsed, self._streams["O"].size, data)
                self._append(self._streams["I"], records)
            overdue = self._unhashed > PENDING_LIMIT
        if overdue:
            self.digest()

    def _pad(self) -> None:
        """Fill sealed input up, so that the size of a block does not tell how much was typed."""
        if self._sealed and not self.closed:
            filler = self._sealed.padding(self._begin(), self._streams["O"].size)
            if filler:
                self._append(self._streams["I"], filler)

    def _record(self, letter: str, data: bytes, event: str | None = None) -> None:
        if not data:
            return
        with self._lock:
            elapsed = self._begin()
            self._check_stream()
            file, done = self._streams[letter], []
            try:
                offset = file.size
                self._append(file, data)
                done.append(file)
                if event:
                    self._event(elapsed, event, offset=offset, length=len(data))
                    done.append(self._events)
                self._append(self._timing, f"{letter} {self._clock.delta(elapsed)} {len(data)}\n".encode())
            except BundleError:
                for written in reversed(done):
                    written.retract()
                raise
            self._clock.accept(elapsed)
            overdue = self._unhashed > PENDING_LIMIT
        if overdue:
            self.digest()

    def _begin(self) -> int:
        if self._failed:
            raise BundleWriteError(f"channel {self.name} is not recorded any more: {self._failed}")
        if self._closed:
            raise BundleWriteError(f"channel {self.name} is closed")
        return max(0, now_ns() - self._opened.monotonic_ns)

    def _check_stream(self) -> None:
        if not self._streams:
            raise BundleWriteError(f"channel {self.name} carries no stream; open it with stream=True")

    def _event(self, elapsed: int, name: str, /, **fields: Any) -> None:
        self._append(self._events, dump_line({"t_ns": elapsed, "event": name, **fields}))

    def _append(self, file: AppendFile, data: bytes) -> None:
        try:
            file.append(data)
        except BundleError as error:
            self._failed = str(error)
            raise
        self._unhashed += len(data)

    def digest(self, *, pad: bool = False) -> None:
        """Hash what was written so far, cut at the end of a transaction; the blocks wait for harvest().

        pad: for a commit, which tells the size and has a time.
        """
        with self._hashing:
            with self._lock:
                if pad:
                    self._pad()
                taken = [(file, file.take()) for file in self._files]
                self._unhashed = 0
            self._blocks += [block for file, chunks in taken if (block := file.hash(chunks))]

    def harvest(self) -> list[Block]:
        """Everything hashed since the last harvest, on stable storage, ready for the journal."""
        blocks = self._blocks[:]
        grown = {block.file for block in blocks}
        for file in self._files:
            if file.name in grown:
                file.sync()
        with self._hashing:
            del self._blocks[: len(blocks)]
        return blocks

    @property
    def closed(self) -> bool:
        """Whether close() is through, or nothing can be written any more."""
        return self._closed or self._failed is not None

    def release(self) -> dict[str, str]:
        """After the last harvest: give the descriptors back; file -> SHA-256 of the whole."""
        for file in self._files:
            file.close()
            if file.spoiled:
                raise BundleWriteError(f"{file.name} ends in bytes that could not be taken back; recover it")
        return self._manifest | {file.name: file.sha256 for file in self._files}


def _headers(meta: dict[str, Any]) -> dict[str, str | bytes | int]:
    """What script(1) says of a session, from channel.json's fields; absent where it is not known."""
    pty = meta.get("pty") or {}
    known = {
        "TERM": pty.get("term"),
        "TTY": pty.get("tty"),
        "COLUMNS": pty.get("columns"),
        "LINES": pty.get("rows"),
        "SHELL": meta.get("shell"),
        "COMMAND": meta.get("command"),
    }
    return {name: value for name, value in known.items() if isinstance(value, str | bytes | int)}


def _bracket(headers: dict[str, str | bytes | int]) -> str:
    wanted = [name for name in ("COMMAND", "TERM", "TTY", "COLUMNS", "LINES") if name in headers]
    shown = [f'{name}="{header_value(headers[name])}"' for name in wanted]
    return " ".join(shown if "TERM" in headers else [*shown, "<not executed on terminal>"])


def now_ns() -> int:
    """The monotonic clock alone, for every event."""
    return time.monotonic_ns()
