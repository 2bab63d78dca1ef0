"""A bundle being written: one directory per SSH connection, append-only, journalled, finally sealed.

What goes into a channel is channel.py's; this file makes the directory, numbers the channels, and is what the
recorder thread calls: commit() at least once a second, seal() at the end.
"""

from __future__ import annotations

import re
import secrets
import threading
from pathlib import Path
from typing import Any, Literal

from . import clock
from .channel import LATER_STREAMS, STREAM_KINDS, ChannelWriter
from .clock import SECOND, ClockPair
from .errors import BundleError, BundleWriteError
from .files import Block, discard_directory, make_directory, sync_directory, write_once
from .journal import ABORT, NAME, SEAL, Journal, block_line, clock_line, end_line
from .manifest import Sign, write_manifest
from .naming import dump_document, reduce_name
from .pending import Pending
from .sealed import Input, Sealer, context

FORMAT, VERSION = "sessionlens-bundle", 1
IDLE_CHECKPOINT_NS = 60 * SECOND
_KIND = re.compile(r"[a-z][a-z0-9-]{0,31}")


class BundleWriter:
    """Writes one bundle. Thread-safe. Any BundleError from it means: the session must end."""

    def __init__(
        self, path: Path, journal: Journal, first: Block, started: ClockPair, input: Input = "plain"
    ) -> None:
        self.path, self.name, self.session_id = path, path.name, path.name[-8:]
        self._journal = journal
        self._unwritten: list[str] = []
        self.written = threading.Event()
        """Set when there is something to commit."""
        self._pending = Pending(self.digest)
        self.overdue = self._pending.overdue
        """Set when there is so much to hash that digest() should not wait for the next commit."""
        self._lock = threading.Lock()
        self._committing = threading.Lock()
        self._active: list[ChannelWriter] = []
        self._opened = 0
        self._hashes = {first.file: first.sha256}
        self._checkpoint = started
        self._input = input
        self._sealed = False
        self._unsealable: BundleError | None = None

    @classmethod
    def create(
        cls, root: Path, session: dict[str, Any], input: Input = "plain", session_id: str | None = None
    ) -> BundleWriter:
        """Make `root/YYYY/MM/DD/<name>/` with session.json and a locked journal.

        session holds the facts of docs/recording-format.md: person, authentication, account, client, target,
        bastion, recorder_version, config_sha256, notice, actor. Format, version, id (eight hex digits, unless
        given) and clocks are added. input: how what users type is stored in all its channels.
        """
        started = clock.now()
        session_id = session_id or new_session_id()
        path = _make_path(root, session, started, session_id)
        journal = Journal.create(path, path.name)
        facts = {
            "format": FORMAT,
            "version": VERSION,
            "session": session_id,
            "name": path.name,
            "started": _clock_facts(started),
        }
        first = write_once(path, "session.json", dump_document(facts | session | facts))
        journal.write([block_line(first), clock_line(started)])
        journal.sync()
        sync_directory(path)
        return cls(path, journal, first, started, input)

    def open_channel(
        self,
        kind: str,
        *,
        pty: dict[str, Any] | None = None,
        command: bytes | None = None,
        env: list[Any] | None = None,
        stream: bool | None = None,
        **more: Any,
    ) -> ChannelWriter:
        """A new channel `N.<kind>/`; what is not named here goes into channel.json as it is.

        pty: term, columns, rows, width_px, height_px, modes. env: [name, value] pairs. stream: whether it has
        timing, in and out (default: if it is a shell, exec or subsystem).
        """
        if not _KIND.fullmatch(kind):
            raise BundleWriteError(f"channel kind {kind!r} is not a lower-case word")
        opened = clock.now()
        carries = kind in STREAM_KINDS if stream is None else stream
        with self._lock:
            if self._sealed:
                raise BundleWriteError(f"bundle {self.name} is sealed")
            number = self._opened
            stored, sealer = self._input_of(f"{number}.{kind}", carries or kind in LATER_STREAMS)
            meta = {
                "channel": number,
                "kind": kind,
                "opened": _clock_facts(opened),
                "stream": carries,
                "input": stored,
                **({"sealed": sealer.facts} if sealer else {}),
                "pty": pty,
                "command": command,
                "env": env or [],
                **more,
            }
            directory = self.path / f"{number}.{kind}"
            make_directory(directory)
            try:
                channel = ChannelWriter(
                    self.path,
                    number,
                    kind,
                    meta,
                    stream=carries,
                    opened=opened,
                    written=self.written,
                    pending=self._pending,
                    sealer=sealer,
                )
            except BundleError:
                discard_directory(directory)
                raise
            self._opened += 1
            self._active.append(channel)
            self.written.set()
        sync_directory(self.path / channel.name)
        sync_directory(self.path)
        return channel

    def _input_of(self, channel: str, may_carry: bool) -> tuple[str, Sealer | None]:
        """How the input of a channel is stored, and what seals it."""
        if not may_carry or self._input == "off":
            return "off", None
        if self._input == "plain":
            return "plain", None
        return "sealed", self._input(context(self.name, channel))

    def digest(self) -> None:
        """Hash what was written since the last commit; the commit that follows has less to do."""
        self.overdue.clear()
        with self._lock:
            active = list(self._active)
        for channel in active:
            channel.digest()

    def commit(self) -> None:
        """Hash, sync and journal everything written since the last commit, with a checkpoint of the clocks.

        Idle, it costs a look at the clocks; a checkpoint comes each minute, or when the wall clock steps.
        """
        with self._committing:
            if self._sealed:
                return
            self._commit()

    def _commit(self) -> None:
        self.written.clear()  # what is written from here on asks for the next commit
        with self._lock:
            active = list(self._active)
        for channel in active:
            over = channel.closed
            channel.digest()
            self._unwritten += [block_line(block) for block in channel.harvest()]
            if over:
                self._retire(channel)
        pair = clock.now()
        idle = pair.monotonic_ns - self._checkpoint.monotonic_ns
        if self._unwritten or idle >= IDLE_CHECKPOINT_NS or pair.step_since(self._checkpoint):
            self._journal.write([*self._unwritten, clock_line(pair)])
            self._unwritten, self._checkpoint = [], pair
            self._journal.sync()

    def _retire(self, channel: ChannelWriter) -> None:
        with self._lock:
            self._active.remove(channel)
        try:
            self._hashes |= channel.release()
        except BundleError as error:
            self._unsealable = error
            raise

    def seal(
        self, sign: Sign | None, how: Literal["seal", "abort"] = "seal", reason: str | None = None
    ) -> None:
        """Finish: close what is open, last journal line, MANIFEST, MANIFEST.sig. Sealing twice is fine."""
        if how not in (SEAL, ABORT):
            raise BundleWriteError(f"a bundle ends by seal or abort, not by {how!r}")
        with self._committing:
            if self._unsealable:
                raise self._unsealable
            if self._sealed:
                return
            try:
                self._seal(sign, how, reason)
            except BundleError as error:
                self._unsealable = error
                raise

    def _seal(self, sign: Sign | None, how: str, reason: str | None) -> None:
        with self._lock:
            self._sealed = True
            active = list(self._active)
        for channel in active:
            if not channel.closed:
                channel.close()
        self._commit()
        self._journal.write([end_line(how, clock.now(), reason)])
        self._journal.sync()
        write_manifest(self.path, self._hashes | {NAME: self._journal.sha256}, sign)
        self._journal.close()

    @property
    def head(self) -> tuple[int, str]:
        """The journal's length on stable storage and its chain value there: whoever was told of it can prove
        that nothing before was rewritten.
        """
        return self._journal.head

    def release(self) -> None:
        """Let go of the journal without sealing: the bundle is no longer live, and recover() may have it."""
        self._sealed = True
        self._journal.close()


def new_session_id() -> str:
    return secrets.token_hex(4)


def _make_path(root: Path, session: dict[str, Any], started: ClockPair, session_id: str) -> Path:
    target = session.get("target")
    target_name = target.get("name") if isinstance(target, dict) else target
    stamp = started.utc[:19].replace("-", "").replace(":", "") + "Z"
    people = f"{reduce_name(str(session.get('person') or ''))}-{reduce_name(str(target_name or ''))}"
    make_directory(root, exist_ok=True, parents=True)
    path = root
    for part in (stamp[:4], stamp[4:6], stamp[6:8]):
        parent, path = path, path / part
        make_directory(path, exist_ok=True)
        sync_directory(parent)
    path = path / f"{stamp}-{people}-{session_id}"
    make_directory(path)
    sync_directory(path.parent)
    return path


def _clock_facts(pair: ClockPair) -> dict[str, Any]:
    return {"utc": pair.utc, "monotonic_ns": pair.monotonic_ns, "boot_id": pair.boot_id, "ntp": pair.ntp}
