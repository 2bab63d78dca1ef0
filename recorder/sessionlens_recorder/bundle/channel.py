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

from .clock import ClockPair
from .errors import BundleError, BundleWriteError
from .files import AppendFile, Block, sync_directory, write_once
from .naming import COPY, dump_document, dump_line
from .pending import OVERDUE, Pending
from .sealed import SealedInput, Sealer, context
from .timing import TimingClock, format_seconds, header_line
from .typescript import first_line, headers, last_line, start_lines

STREAM_KINDS = frozenset({"shell", "exec", "subsystem"})
LATER_STREAMS = frozenset({"sftp"})  # kinds whose stream may begin while they are open


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
        written: threading.Event,
        pending: Pending,
        sealer: Sealer | None = None,
    ) -> None:
        """`written` is set when there is something to commit; `pending` is what all channels have to hash."""
        self.number, self.kind, self.name = number, kind, f"{number}.{kind}"
        self._root, self._meta = root, meta
        self._opened = opened
        self._written, self._pending = written, pending
        self._lock = threading.Lock()
        self._hashing = threading.Lock()
        self._clock = TimingClock()
        self._unhashed = 0
        self._failed: str | None = None
        self._closed = False
        self._blocks: list[Block] = [write_once(root, f"{self.name}/channel.json", dump_document(meta))]
        self._manifest = {self._blocks[0].file: self._blocks[0].sha256}
        self._events = AppendFile(root, f"{self.name}/events.jsonl")
        self._listing: AppendFile | None = None
        self._copies: dict[str, AppendFile] = {}
        self._ended: list[AppendFile] = []  # copies to which nothing will be appended
        self._new_names = False  # since the last harvest
        self._files = [self._events]
        self._streams: dict[str, AppendFile] = {}
        self._sealed = SealedInput(sealer) if sealer else None
        if stream:
            self._open_streams(root, meta)

    def begin_stream(self) -> None:
        """From now on there are timing, in and out, for a channel that was opened without; twice is fine."""
        with self._lock:
            self._begin()
            if not self._streams:
                self._new_names = True
                self._open_streams(self._root, self._meta)

    def _open_streams(self, root: Path, meta: dict[str, Any]) -> None:
        names = {"O": "out"} if meta["input"] == "off" else {"O": "out", "I": "in"}
        for letter, name in names.items():
            self._streams[letter] = AppendFile(root, f"{self.name}/{name}")
        self._timing = AppendFile(root, f"{self.name}/timing")
        self._files = [*self._streams.values(), *self._files, self._timing]
        known = headers(meta)
        first = first_line(self._opened.utc_ns, known)
        for letter, file in self._streams.items():
            typescript = letter == "O" or not self._sealed
            file.append(first if typescript else context(root.name, self.name) + b"\n")
        logs = {"OUTPUT_LOG": "out"} | ({"INPUT_LOG": "in"} if meta["input"] == "plain" else {})
        self._timing.append(start_lines(self._opened.utc_ns, known, logs))

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
        self._pending.limit()

    def file(self, **fields: Any) -> int:
        """A line of files.jsonl, made with its first; returns its time, ns since the channel was opened."""
        with self._lock:
            elapsed = self._begin()
            if self._listing is None:
                self._listing = self._open("files.jsonl")
            self._append(self._listing, dump_line({"t_ns": elapsed, **fields}))
        self._pending.limit()
        return elapsed

    def copy(self, name: str, data: bytes) -> None:
        """Append to the copy of a file that passes, `copy-N`, made with its first bytes."""
        with self._lock:
            self._begin()
            if name not in self._copies:
                if not COPY.fullmatch(name):
                    raise BundleWriteError(f"{name!r} is not the name of a copy")
                self._copies[name] = self._open(name)
            self._append(self._copies[name], data)
        self._pending.limit()

    def end_copy(self, name: str) -> None:
        """Nothing more comes to this copy, if it was ever begun: its descriptor is given back in time."""
        with self._lock:
            if (file := self._copies.pop(name, None)) is not None:
                self._ended.append(file)
                self._written.set()

    def _open(self, name: str) -> AppendFile:
        file = AppendFile(self._root, f"{self.name}/{name}")
        self._new_names = True
        self._files.append(file)
        return file

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
        last = last_line(self._opened.utc_ns + elapsed, exit_code)
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
        self._pending.limit()

    def _pad(self) -> None:
        """Fill sealed input up, so that the size of a block does not tell how much was typed."""
        if self._sealed and self._streams and not self.closed:
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
        self._pending.limit()

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
        self._pending.add(len(data))
        if not self._written.is_set():
            self._written.set()

    def digest(self) -> None:
        """Hash what was written so far, cut at the end of a transaction; blocks wait for harvest().

        A block is long or ends with a commit: the journal does not grow with the number of calls.
        """
        with self._hashing:
            with self._lock:
                self._pad()
                taken = [(file, file.take()) for file in self._files]
                self._pending.add(-self._unhashed)
                self._unhashed = 0
            for file, chunks in taken:
                file.hash(chunks)
                if block := file.end_block(OVERDUE):
                    self._blocks.append(block)

    def harvest(self) -> list[Block]:
        """Everything hashed since the last harvest, on stable storage, ready for the journal."""
        with self._hashing, self._lock:
            self._blocks += [block for file in self._files if (block := file.end_block())]
            blocks, files = self._blocks[:], self._files[:]
            settled = [file for file in self._ended if file.settled]
            named, self._new_names = self._new_names, False
        if named:
            sync_directory(self._root / self.name)
        grown = {block.file for block in blocks}
        for file in files:
            if file.name in grown:
                file.sync()
        self._give_back(settled)
        with self._hashing:
            del self._blocks[: len(blocks)]
        return blocks

    def _give_back(self, settled: list[AppendFile]) -> None:
        """Close copies that are complete and on disk: there may be many in one channel."""
        for file in settled:
            self._manifest |= self._released(file)
        with self._lock:
            self._files = [file for file in self._files if file not in settled]
            self._ended = [file for file in self._ended if file not in settled]

    @property
    def closed(self) -> bool:
        """Whether close() is through, or nothing can be written any more."""
        return self._closed or self._failed is not None

    def release(self) -> dict[str, str]:
        """After the last harvest: give the descriptors back; file -> SHA-256 of the whole."""
        for file in self._files:
            self._manifest |= self._released(file)
        return self._manifest

    def _released(self, file: AppendFile) -> dict[str, str]:
        file.close()
        if file.spoiled:
            raise BundleWriteError(f"{file.name} ends in bytes that could not be taken back; recover it")
        return {file.name: file.sha256}


def now_ns() -> int:
    """The monotonic clock alone, for every event."""
    return time.monotonic_ns()
