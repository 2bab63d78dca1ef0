"""Who and what may no longer log in: `revoked_keys` and `revoked_people`, read again whenever they change.

Asked at each login, and by each running session when the accept process has seen a change, so that nothing
has to be restarted or signalled. A list of keys that cannot be read refuses every key, as in sshd.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeVar

from sessionlens_recorder.bundle import clock
from sessionlens_recorder.bundle.giving import open_made
from sessionlens_recorder.net.certificates import Certificate
from sessionlens_recorder.net.krl import read_revoked_keys

LOCK_S = 5.0  # to wait for somebody else who changes the list
T = TypeVar("T")
State = tuple[int, int, int]
"""By which it shows that a file has changed."""


def _state_of(found: os.stat_result) -> State:
    return found.st_ino, found.st_size, found.st_mtime_ns


def _state(path: Path) -> State | None:
    try:
        return _state_of(path.stat())
    except OSError:
        return None


class Watched(Generic[T]):
    """A file's content, parsed once for each time that it changes."""

    def __init__(self, path: Path, parse: Callable[[bytes], T]) -> None:
        self._path, self._parse = path, parse
        self._state: State | None = None
        self._value: T | None = None

    def read(self) -> T:
        """OSError or ValueError where there is nothing to be had."""
        state = _state_of(self._path.stat())
        if self._value is None or state != self._state:
            value = self._parse(self._path.read_bytes())
            self._value, self._state = value, state  # at once: several threads ask
            return value
        return self._value


class Changes:
    """Whether any of these files is another one than before, or the wall clock was set. The accept process
    asks, for all sessions.
    """

    def __init__(self) -> None:
        self._states: dict[Path, State | None] = {}
        self._clock = clock.now()

    def watch(self, *paths: Path | None) -> None:
        """These too: sessions keep the configuration with which they began."""
        for path in paths:
            if path is not None:
                self._states.setdefault(path, _state(path))

    def seen(self) -> bool:
        """Since this was asked last."""
        before, self._states = self._states, {path: _state(path) for path in self._states}
        then, self._clock = self._clock, clock.now()
        return before != self._states or bool(self._clock.step_since(then))


class Revocations:
    """Both lists. Answers are None or the reason."""

    def __init__(self, keys: Path | None, people: Path) -> None:
        self._keys = Watched(keys, read_revoked_keys) if keys is not None else None
        self._people = Watched(people, parse_people)

    def check_person(self, name: str) -> str | None:
        try:
            return self._person(name)
        except (OSError, ValueError) as error:
            return f"the list of revoked people cannot be read: {error}"

    def check_key(self, key: bytes, certificate: Certificate | None) -> str | None:
        try:
            return self._key(key, certificate)
        except (OSError, ValueError) as error:
            return f"revoked_keys cannot be read: {error}"

    def check_running(self, name: str, key: bytes | None, certificate: Certificate | None) -> str | None:
        """The same of a session that runs, which a list that cannot be read does not end."""
        try:
            return self._person(name) or (self._key(key, certificate) if key is not None else None)
        except (OSError, ValueError):
            return None

    def _person(self, name: str) -> str | None:
        try:
            return f"{name} is revoked" if name in self._people.read() else None
        except FileNotFoundError:  # nobody has been revoked yet
            return None

    def _key(self, key: bytes, certificate: Certificate | None) -> str | None:
        return self._keys.read().check(key, certificate) if self._keys is not None else None


def parse_people(data: bytes) -> dict[str, str]:
    """`NAME when why`, one a line."""
    people: dict[str, str] = {}
    for line in data.decode("utf-8", "replace").split("\n"):
        name, _, rest = line.strip().partition(" ")
        if name and not name.startswith("#"):
            people[name] = rest
    return people


def revoke(path: Path, name: str, reason: str, *, undo: bool = False) -> bool:
    """Put a person on the list, or take them off. False if that was so already."""
    with _alone(path.parent):
        return _change(path, name, reason, undo=undo)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else changes the list meanwhile, or one of two names would be lost."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(descriptor)
        yield
        os.fsync(descriptor)  # the new name too survives a power cut
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    """For a while: whoever may read the folder can hold its lock, and nobody may hold up a revocation."""
    deadline = time.monotonic() + LOCK_S
    while time.monotonic() < deadline:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            time.sleep(0.02)


def _change(path: Path, name: str, reason: str, *, undo: bool) -> bool:
    try:
        # no link: what root may read and the recorder may not is not copied for it
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            before = file.read()
    except FileNotFoundError:
        before = b""
    people = parse_people(before)
    if (name in people) is not undo:
        return False
    if undo:
        lines = [line for line in before.decode().split("\n") if line.strip().partition(" ")[0] != name]
        text = "\n".join(lines)
    else:
        kept = before.decode()
        text = kept + ("\n" if kept and not kept.endswith("\n") else "")
        text += f"{name} {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {' '.join(reason.split())}".rstrip() + "\n"
    _replace(path, text.encode())
    return True


def _replace(path: Path, data: bytes) -> None:
    """At once or not at all; the recorder may read at any moment."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with open(open_made(temporary, os.O_WRONLY | os.O_EXCL, 0o644), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
