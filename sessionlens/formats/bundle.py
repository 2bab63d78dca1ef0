"""Bundles of sessionlens-recorder (docs/recording-format.md): sealed, unsealed, live or damaged.

A Source is one SSH connection, or one channel directory of it. Signatures are evidence/'s.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from sessionlens_recorder.bundle import (
    CHANNEL_FILES,
    MANIFEST,
    SIGNATURE,
    BundleReadError,
    as_text,
    channel_dirs,
    channel_number,
    check,
    is_bundle,
    parse_utc,
    read_channel,
    read_clocks,
    read_events,
    read_regular,
    read_session,
)

from sessionlens.errors import FormatError
from sessionlens.formats.script import Files, load, seconds_ns
from sessionlens.formats.source import Channel, Events, Source
from sessionlens.formats.typescript import Assembly, add_exit, add_stderr, single
from sessionlens.recording import SIGNAL, Gap, Info, Recording
from sessionlens.times import format_elapsed

_Default = TypeVar("_Default")

NAME = "bundle"
VERSION = 1
_FILES = CHANNEL_FILES | {"session.json", "journal", MANIFEST, SIGNATURE}


def root_of(path: Path) -> Path | None:
    """The bundle that a path is, or is a channel of, or is a file of."""
    inside = _folder(path)
    for candidate in (inside, inside.parent):
        if is_bundle(candidate) and (candidate == inside or inside in channel_dirs(candidate)):
            return candidate
    return None


def _folder(path: Path) -> Path:
    return path.parent if path.name in _FILES and not path.is_dir() else path


def detect(path: Path) -> bool:
    """Whether the path belongs to a bundle."""
    return root_of(path) is not None


def open_bundle(path: Path) -> Source:
    """Open a bundle, or one channel of it."""
    root = root_of(path)
    if root is None:
        raise FormatError(f"{path} is not a bundle")
    bundle = _Bundle(root)
    wanted = _folder(path)
    chosen = [d for d in bundle.directories if wanted in (root, d)]
    channels = [bundle.channel(directory) for directory in chosen]
    infos = [bundle.info(channel) for channel in channels]
    info = next((i for i, c in zip(infos, channels, strict=True) if c.interactive), None)
    info = info or next(iter(infos), None) or bundle.base()
    return Source(wanted, NAME, info, channels, meta=bundle.session, gaps=bundle.gaps)


class _Bundle:
    """One bundle while it is being opened."""

    def __init__(self, root: Path) -> None:
        self.root = root
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

    def base(self) -> Info:
        """What session.json says."""
        s = self.session
        login, client, target = _dict(s, "authentication"), _dict(s, "client"), _dict(s, "target")
        return Info(
            session=next(filter(_is_id, (str(s.get("session")), self.root.name[-8:])), "0" * 8),
            name=self.root.name,
            source_format=NAME,
            person=as_text(s.get("person")),
            method=as_text(login.get("method")),
            key_fingerprint=as_text(login.get("key_fingerprint")),
            certificate_id=as_text(login.get("certificate_id")),
            second_factor=as_text(login.get("second_factor")),
            account=as_text(s.get("account")),
            target=as_text(target.get("name")),
            target_address=_address(target),
            host_key_fingerprint=as_text(target.get("host_key_fingerprint")),
            client=_address(client),
            client_version=as_text(client.get("version")),
            bastion=as_text(s.get("bastion")),
            started_ns=_utc(_dict(s, "started")),
            channels=len(self.directories),
            actor=as_text(_dict(s, "actor").get("kind")),
            recorder_version=as_text(s.get("recorder_version")),
        )

    def channel(self, directory: Path) -> Channel:
        """The channel of a directory, its bytes not read yet."""
        name = directory.name
        kind = name.partition(".")[2]
        try:
            meta = read_channel(self.root, name)
        except BundleReadError as error:
            meta = {"stream": any((directory / file).exists() for file in ("timing", "out", "in"))}
            self._missing(f"{name}/channel.json", f"{error}: terminal, environment and command are not known")
        carries = meta.get("stream") is not False
        channel = Channel(
            channel_number(directory),
            kind,
            meta,
            name=name,
            interactive=carries and (kind == "shell" or bool(meta.get("pty"))),
            load=(lambda: _load(self, channel)) if carries else None,
            events=lambda: self._events(name),
        )
        return channel

    def _events(self, name: str) -> Events:
        try:
            return read_events(self.root, name)[0]
        except BundleReadError:
            return []

    def info(self, channel: Channel) -> Info:
        """session.json, channel.json and how the channel ended, in one."""
        base, meta, pty = self.base(), channel.meta, _dict(channel.meta, "pty")
        opened, started = _dict(meta, "opened"), _dict(self.session, "started")
        close = next((e for e in reversed(channel.events) if e["event"] == "close"), {})
        opened_ns = _int(opened.get("monotonic_ns"), 0) - _int(started.get("monotonic_ns"), 0)
        return replace(
            base,
            opened_ns=min(max(0, opened_ns), _LONGEST_NS) if opened and started else 0,
            duration_ns=close.get("t_ns"),
            channel=channel.number,
            kind=channel.kind,
            term=as_text(pty.get("term")),
            columns=_int(pty.get("columns"), None),
            rows=_int(pty.get("rows"), None),
            shell=as_text(meta.get("shell")),
            command=as_text(meta.get("command")),
            exit_code=_int(close.get("exit_code"), None),
            exit_signal=as_text(close.get("signal")),
            input=as_text(meta.get("input")),
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
        told = {(gap.kind, gap.file) for gap in gaps}
        gaps += [
            Gap(p.kind, p.file, p.offset, p.length, None, f"{p.text}. {_ADVICE[p.kind]}")
            for p in report.problems
            if (p.kind, p.file) not in told
        ]
        torn = self.root / "torn"
        if torn.is_dir() and not torn.is_symlink():
            for file in sorted(torn.iterdir()):
                size = file.lstat().st_size
                text = f"torn/{file.name}: {size} bytes that no timing accounts for, set aside after a crash"
                gaps.append(Gap("torn", f"torn/{file.name}", 0, size, None, text))
        return gaps


_STATES = {
    "live": "the session is still being recorded: what comes later is not here yet",
    "unsealed": "the bundle was never sealed: its end may be missing. A recorder seals it when it starts",
}
_ADVICE = {
    "tampered": "Do not rely on this part; compare another copy",
    "torn": "A crash leaves this; it is no sign of tampering",
    "missing": "Look for another copy",
    "unlisted": "Somebody else put it there; it is not evidence",
    "unsafe": "Replace it by the file itself",
}


def _load(bundle: _Bundle, channel: Channel) -> Recording:
    """The bytes and times of one channel, with everything that is wrong about them."""
    info = bundle.info(channel)
    stored = info.input or "plain"
    inside = f"{channel.name}/"
    into = f"{inside}in" if stored == "plain" else None
    files = Files(partial(read_regular, bundle.root), f"{inside}timing", f"{inside}out", into)
    loaded = load(files)
    assembly = loaded.assembly
    if text := _INPUT.get(stored):
        assembly.gaps.append(Gap(f"{stored} input", f"{channel.name}/in", None, None, None, text))
    _add_events(bundle, channel, assembly)
    ended = seconds_ns(loaded.timing.headers.get("DURATION")) or info.duration_ns or 0
    duration = max(ended, assembly.end_ns)
    add_exit(assembly, duration, info.exit_code)
    _add_clock_steps(bundle, channel, duration, assembly)
    t_ns, *others = assembly.columns()
    gaps = [g if g.t_ns is None else replace(g, t_ns=g.t_ns + info.opened_ns) for g in assembly.gaps]
    info = replace(info, duration_ns=duration + info.opened_ns)
    return Recording(info, (t_ns + info.opened_ns, *others), loaded.blobs, notes=assembly.notes, gaps=gaps)


_INPUT = {
    "sealed": "what was typed is encrypted, and this version cannot open it: commands come from the output",
    "off": "what was typed was not recorded, as configured: commands come from the output",
}


def _add_events(bundle: _Bundle, channel: Channel, assembly: Assembly) -> None:
    """Signals and stderr ranges of events.jsonl."""
    file = f"{channel.name}/events.jsonl"
    try:
        malformed = read_events(bundle.root, channel.name)[1]
    except BundleReadError as error:
        text = f"{error}: signals, exit status and what was stderr are not known"
        assembly.gaps.append(Gap("missing", file, None, None, None, text))
        return
    for bad in malformed:
        text = f"{file}: {bad.text} (byte {bad.offset})"
        assembly.gaps.append(Gap("broken", file, bad.offset, bad.length, None, text))
    stderr = (e for e in channel.events if e["event"] == "stderr")
    add_stderr(assembly, [(_int(e.get("offset"), -1), _int(e.get("length"), 0)) for e in stderr])
    for event in channel.events:
        if event["event"] == "signal":
            assembly.notes.append(as_text(event.get("name")) or "unknown")
            assembly.add(single(event["t_ns"] // 1_000 * 1_000, SIGNAL, len(assembly.notes) - 1, 0))


def _add_clock_steps(bundle: _Bundle, channel: Channel, duration: int, assembly: Assembly) -> None:
    """Where the wall clock moved against the monotonic one while the channel was open."""
    opened = _int(_dict(channel.meta, "opened").get("monotonic_ns"), None)
    try:
        clocks = read_clocks(bundle.root)
    except BundleReadError:
        return  # bundle.gaps() has it
    for (_, _, before), (offset, length, after) in pairwise(clocks):
        step, t_ns = after.step_since(before), after.monotonic_ns - (opened or 0)
        if not step or opened is None or not 0 <= t_ns <= duration + _CHECKPOINT_NS:
            continue
        text = (
            f"the wall clock was moved by {'+' * (step > 0)}{format_elapsed(step)} between "
            f"{before.utc} and {after.utc}: elapsed times are right, UTC times count from the old setting"
        )
        assembly.gaps.append(Gap("clock", "journal", offset, length, min(t_ns, duration), text))


_LONGEST_NS = 1 << 58  # nine years, as in a timing file
_CHECKPOINT_NS = 61 * 1_000_000_000


def _dict(value: dict[str, Any], key: str) -> dict[str, Any]:
    inner = value.get(key)
    return inner if isinstance(inner, dict) else {}


def _int(value: object, default: _Default) -> int | _Default:
    return value if type(value) is int and abs(value) < 1 << 62 else default


def _is_id(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{8}", text) is not None


def _utc(clock: dict[str, Any]) -> int | None:
    try:
        ns = parse_utc(str(clock.get("utc")))
    except ValueError:
        return None
    return ns if 0 <= ns < 1 << 62 else None


def _address(party: dict[str, Any]) -> str | None:
    address, port = as_text(party.get("address")), party.get("port")
    return f"{address}:{port}" if address and type(port) is int else address
