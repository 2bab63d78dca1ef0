"""Bundles of sessionlens-recorder (docs/recording-format.md): sealed, unsealed, live or damaged.

A Source is one SSH connection, or one channel directory of it. Signatures are evidence/'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from sessionlens_recorder.bundle import (
    MANIFEST,
    SIGNATURE,
    BundleReadError,
    Malformed,
    as_text,
    channel_dirs,
    channel_number,
    check,
    is_bundle,
    is_made_in_channel,
    read_channel,
    read_events,
    read_files,
    read_session,
)

from sessionlens.errors import FormatError
from sessionlens.formats.bundle_around import around
from sessionlens.formats.bundle_channel import load_channel, recipients
from sessionlens.formats.facts import address, inner, integer, is_id, utc_ns
from sessionlens.formats.identity import Identities, refusal
from sessionlens.formats.source import Channel, Events, Source
from sessionlens.recording import Gap, Info, Recording

_LONGEST_NS = 1 << 58  # nine years, as in a timing file

NAME = "bundle"
VERSION = 1
KEY = 32
"""Bytes of the key of sealed input."""
_FILES = frozenset({"session.json", "journal", MANIFEST, SIGNATURE})


def root_of(path: Path) -> Path | None:
    """The bundle that a path is, or is a channel of, or is a file of."""
    inside = _folder(path)
    for candidate in (inside, inside.parent):
        if is_bundle(candidate) and (candidate == inside or inside in channel_dirs(candidate)):
            return candidate
    return None


def _folder(path: Path) -> Path:
    inside = path.name in _FILES or is_made_in_channel(path.name)
    return path.parent if inside and not path.is_dir() else path


def detect(path: Path) -> bool:
    """Whether the path belongs to a bundle."""
    return root_of(path) is not None


def open_bundle(path: Path, identities: Identities | None = None) -> Source:
    """Open a bundle, or one channel of it. Raises IdentityError if its input is sealed for other keys."""
    root = root_of(path)
    if root is None:
        raise FormatError(f"{path} is not a bundle")
    bundle = _Bundle(root, identities)
    wanted = _folder(path)
    chosen = [d for d in bundle.directories if wanted in (root, d)]
    channels = [bundle.channel(directory) for directory in chosen]
    infos = [bundle.info(channel) for channel in channels]
    info = next((i for i, c in zip(infos, channels, strict=True) if c.interactive), None)
    info = info or next(iter(infos), None) or bundle.base()
    return Source(wanted, NAME, info, channels, meta=bundle.session, gaps=bundle.gaps)


class _Bundle:
    """One bundle while it is being opened."""

    def __init__(self, root: Path, identities: Identities | None) -> None:
        self.root, self.identities = root, identities
        self.directories = channel_dirs(root)
        self.found: list[Gap] = []
        try:
            self.session = read_session(root)
        except BundleReadError as error:
            self.session = {}
            self._missing("session.json", f"{error}: who connected to what is not known")
        version = self.session.get("version", VERSION)
        if version != VERSION:
            raise FormatError(
                f"{root}: bundle version {version!r}, and this SessionLens reads {VERSION}; get a newer one"
            )

    def _missing(self, file: str, text: str) -> None:
        self.found.append(Gap("missing", file, None, None, None, text))

    @cached_property
    def around(self) -> dict[str, Any]:
        """What session.json, journal and others say of what was around the session."""
        return around(self.root, self.session, [directory.name for directory in self.directories])

    def base(self) -> Info:
        """What session.json says."""
        s = self.session
        login, client, target = inner(s, "authentication"), inner(s, "client"), inner(s, "target")
        return Info(
            session=next(filter(is_id, (str(s.get("session")), self.root.name[-8:])), "0" * 8),
            name=self.root.name,
            source_format=NAME,
            person=as_text(s.get("person")),
            method=as_text(login.get("method")),
            key_fingerprint=as_text(login.get("key_fingerprint")),
            certificate_id=as_text(login.get("certificate_id")),
            second_factor=as_text(login.get("second_factor")),
            account=as_text(s.get("account")),
            target=as_text(target.get("name")),
            target_address=address(target),
            host_key_fingerprint=as_text(target.get("host_key_fingerprint")),
            client=address(client),
            client_version=as_text(client.get("version")),
            bastion=as_text(s.get("bastion")),
            started_ns=utc_ns(inner(s, "started")),
            channels=len(self.directories),
            actor=as_text(inner(s, "actor").get("kind")),
            recorder_version=as_text(s.get("recorder_version")),
            **self.around,
        )

    def channel(self, directory: Path) -> Channel:
        """The channel of a directory, its bytes not read yet."""
        name = directory.name
        kind = name.partition(".")[2]
        try:
            meta = read_channel(self.root, name)
        except BundleReadError as error:
            meta = {"stream": any((directory / file).exists() for file in ("timing", "out", "in"))}
            self._missing(f"{name}/channel.json", f"{error}: terminal and environment are not known")
        # sftp is listed in files.jsonl; what of it was not understood is a stream that began later
        carries = meta.get("stream") is not False or (directory / "timing").exists()
        channel = Channel(
            channel_number(directory),
            kind,
            meta,
            name=name,
            interactive=carries and bool(meta.get("pty", kind == "shell")),
            load=(lambda: self._load(channel, key)) if carries else None,
            events=lambda: self._events(name),
            files=lambda: self._files(name)[0],
            opened_ns=self._opened_ns(meta),
        )
        key = self._key(channel) if carries else None
        return channel

    def _load(self, channel: Channel, key: bytes | None) -> Recording:
        name = as_text(self.session.get("name")) or self.root.name
        return load_channel(self.root, channel, self.info(channel), name, key)

    def _key(self, channel: Channel) -> bytes | None:
        """Of its sealed input, if there are keys for it. IdentityError if they are others'."""
        if self.identities is None or channel.meta.get("input") != "sealed":
            return None
        key = self.identities.open(inner(channel.meta, "sealed").get("key"))
        if key is None or len(key) != KEY:
            told = recipients(channel)
            if not set(told) & set(self.identities.recipients):
                raise refusal(f"{self.root}", self.identities, told)
            text = f"{channel.name}/channel.json: the key of what was typed was changed, and does not open"
            self.found.append(Gap("tampered", f"{channel.name}/channel.json", None, None, None, text))
            return None
        return key

    def _opened_ns(self, meta: dict[str, Any]) -> int:
        """From the start of the session to the start of a channel."""
        opened, started = inner(meta, "opened"), inner(self.session, "started")
        if not opened or not started:
            return 0
        elapsed = integer(opened.get("monotonic_ns"), 0) - integer(started.get("monotonic_ns"), 0)
        return min(max(0, elapsed), _LONGEST_NS)

    def _events(self, name: str) -> Events:
        try:
            return read_events(self.root, name)[0]
        except BundleReadError:
            return []

    def _files(self, name: str) -> tuple[Events, list[Malformed]]:
        try:
            return read_files(self.root, name)
        except BundleReadError:
            return [], []

    def _unread_lines(self) -> Iterator[Gap]:
        """What of the lists of files is not a line of such a list."""
        for directory in self.directories:
            file = f"{directory.name}/files.jsonl"
            for bad in self._files(directory.name)[1]:
                text = f"{file}: {bad.text} (byte {bad.offset})"
                yield Gap("broken", file, bad.offset, bad.length, None, text)

    def info(self, channel: Channel) -> Info:
        """session.json, channel.json and how the channel ended, in one."""
        base, meta, pty = self.base(), channel.meta, inner(channel.meta, "pty")
        close = next((e for e in reversed(channel.events) if e["event"] == "close"), {})
        return replace(
            base,
            opened_ns=channel.opened_ns,
            duration_ns=close.get("t_ns"),
            channel=channel.number,
            kind=channel.kind,
            term=as_text(pty.get("term")),
            columns=integer(pty.get("columns"), None),
            rows=integer(pty.get("rows"), None),
            shell=as_text(meta.get("shell")),
            command=_command(channel),
            exit_code=integer(close.get("exit_code"), None),
            exit_signal=as_text(close.get("signal")),
            input=as_text(meta.get("input")),
            sealed_for=tuple(recipients(channel)),
        )

    def gaps(self) -> list[Gap]:
        """What is wrong with the bundle: documents that are missing, its state, its hashes."""
        try:
            report = check(self.root)
        except OSError as error:
            raise FormatError(f"{self.root} cannot be read: {error}") from error
        gaps = list(self.found)
        if report.state in _STATES:
            gaps.append(Gap(report.state, "journal", None, None, None, _STATES[report.state]))
        if report.state == "aborted":
            text = f"the recording was broken off ({report.reason}): its last moments may be missing"
            gaps.append(Gap("aborted", "journal", None, None, None, text))
        if report.state in ("sealed", "aborted") and not report.signed:
            gaps.append(Gap("unsigned", SIGNATURE, None, None, None, _UNSIGNED))
        told = {(gap.kind, gap.file) for gap in gaps}
        gaps += [
            Gap(p.kind, p.file, p.offset, p.length, None, f"{p.text}. {_ADVICE[p.kind]}")
            for p in report.problems
            if (p.kind, p.file) not in told
        ]
        return [*gaps, *self._unread_lines(), *self._torn()]

    def _torn(self) -> list[Gap]:
        """What a recovery set aside."""
        torn = self.root / "torn"
        if not torn.is_dir() or torn.is_symlink():
            return []
        about = "that no timing accounts for, set aside after a crash"
        sizes = {file.name: file.lstat().st_size for file in sorted(torn.iterdir())}
        return [
            Gap("torn", f"torn/{name}", 0, size, None, f"torn/{name}: {size} bytes {about}")
            for name, size in sizes.items()
        ]


def _command(channel: Channel) -> str | None:
    """As channel.json has it, else as the user's last `exec` request in events.jsonl has it."""
    if (told := as_text(channel.meta.get("command"))) is not None:
        return told
    asked = (e for e in reversed(channel.events) if e["event"] == "exec" and e.get("by") == "user")
    return as_text(next(asked, {}).get("command"))


_STATES = {
    "live": "the session is still being recorded: what comes later is not here yet",
    "unsealed": "the bundle was never sealed: its end may be missing. A recorder seals it when it starts",
}
_UNSIGNED = (
    f"nobody signed this recording: who sealed it cannot be told, and anybody can seal a changed copy again. "
    f"Look for a copy that has its {SIGNATURE}"
)
_ADVICE = {
    "tampered": "Do not rely on this part; compare another copy",
    "torn": "A crash leaves this; it is no sign of tampering",
    "missing": "Look for another copy",
    "unlisted": "Somebody else put it there; it is not evidence",
    "unsafe": "Replace it by the file itself",
}
