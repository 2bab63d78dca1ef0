"""What an SFTP client asks for: draft-ietf-secsh-filexfer-02 section 6, and the extensions of OpenSSH's
PROTOCOL, section 4, as files.jsonl tells them.

Reads only. READ, WRITE, READDIR and CLOSE belong to a handle and are sftp.py's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sessionlens_recorder.session.files.fields import Fields
from sessionlens_recorder.session.files.framing import NotUnderstood

INIT, VERSION, OPEN, CLOSE, READ, OPENDIR, READDIR, EXTENDED = 1, 2, 3, 4, 5, 11, 12, 200
STATUS, HANDLE, NAME, ATTRS, EXTENDED_REPLY = 101, 102, 104, 105, 201
_FLAGS = ("read", "write", "append", "create", "truncate", "exclusive")  # SSH_FXF_*, from bit 0 on


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: `fields` go into files.jsonl, `handles` name the open files that stand for `path` and
    `to`, `answers` are the packet types that may answer it beside STATUS.
    """

    operation: str
    fields: dict[str, Any]
    handles: tuple[bytes, ...] = ()
    answers: frozenset[int] = frozenset()


def read_request(kind: int, fields: Fields) -> Asked:
    """A request, from behind its number to its end. NotUnderstood where it is none."""
    read = _REQUESTS.get(kind)
    if read is None:
        raise NotUnderstood(f"packet type {kind} is no request of version 3")
    asked = read(fields)
    fields.end()
    return asked


def _open(fields: Fields) -> Asked:
    path, flags = fields.string(), fields.u32()
    if flags >> len(_FLAGS):
        raise NotUnderstood(f"a file is opened with unknown flags {flags:#x}")
    how = [name for bit, name in enumerate(_FLAGS) if flags >> bit & 1]
    told = {"path": path, "flags": how, "attributes": fields.attributes()}
    return Asked("open", told, answers=frozenset({HANDLE}))


def empties(flags: list[str]) -> bool:
    """Whether a file that was opened so is empty, whatever was there."""
    return "truncate" in flags or {"create", "exclusive"} <= set(flags)


def _named(operation: str, names: tuple[str, ...], *answers: int) -> Callable[[Fields], Asked]:
    """Strings, by these names."""
    return lambda fields: Asked(
        operation, {name: fields.string() for name in names}, answers=frozenset(answers)
    )


def _path(operation: str, *answers: int) -> Callable[[Fields], Asked]:
    return _named(operation, ("path",), *answers)


def _path_and_attributes(operation: str) -> Callable[[Fields], Asked]:
    return lambda fields: Asked(operation, {"path": fields.string(), "attributes": fields.attributes()})


def _two_paths(operation: str) -> Callable[[Fields], Asked]:
    return _named(operation, ("path", "to"))


def _symlink(fields: Fields) -> Asked:
    """OpenSSH has the two in the other order than the draft, and so has everybody since."""
    to, path = fields.string(), fields.string()
    return Asked("symlink", {"path": path, "to": to})


def _fsetstat(fields: Fields) -> Asked:
    handle = fields.string()
    return Asked("setstat", {"attributes": fields.attributes()}, (handle,))


def _extended(fields: Fields) -> Asked:
    name = fields.name()
    read = _EXTENSIONS.get(name)
    if read is None:  # whatever it is: all of it is kept, and so is its answer
        answers = frozenset({NAME, ATTRS, EXTENDED_REPLY})
        return Asked("extended", {"extension": name, "data": fields.take_rest()}, answers=answers)
    asked = read(fields)
    return Asked(asked.operation, asked.fields | {"extension": name}, asked.handles, asked.answers)


def _copy_data(fields: Fields) -> Asked:
    source, start, size = fields.string(), fields.u64(), fields.u64()
    target, to_start = fields.string(), fields.u64()
    told = {"offset": start, "size": size or None, "to_offset": to_start}  # 0: up to the end of the file
    return Asked("copy", told, (source, target))


def _handle(operation: str, *answers: int) -> Callable[[Fields], Asked]:
    return lambda fields: Asked(operation, {}, (fields.string(),), frozenset(answers))


_REQUESTS: dict[int, Callable[[Fields], Asked]] = {
    OPEN: _open,
    7: _path("lstat", ATTRS),
    8: _handle("fstat", ATTRS),
    9: _path_and_attributes("setstat"),
    10: _fsetstat,
    OPENDIR: _path("readdir", HANDLE),
    13: _path("remove"),
    14: _path_and_attributes("mkdir"),
    15: _path("rmdir"),
    16: _path("realpath", NAME),
    17: _path("stat", ATTRS),
    18: _two_paths("rename"),
    19: _path("readlink", NAME),
    20: _symlink,
    EXTENDED: _extended,
}

_EXTENSIONS: dict[str, Callable[[Fields], Asked]] = {
    "posix-rename@openssh.com": _two_paths("rename"),
    "hardlink@openssh.com": _two_paths("hardlink"),
    "statvfs@openssh.com": _path("statvfs", EXTENDED_REPLY),
    "fstatvfs@openssh.com": _handle("statvfs", EXTENDED_REPLY),
    "fsync@openssh.com": _handle("fsync"),
    "lsetstat@openssh.com": _path_and_attributes("setstat"),
    "limits@openssh.com": _named("limits", (), EXTENDED_REPLY),
    "expand-path@openssh.com": _path("expand-path", NAME),
    "copy-data": _copy_data,
    "home-directory": lambda fields: Asked(
        "home-directory", {"user": fields.string()}, answers=frozenset({NAME})
    ),
    "users-groups-by-id@openssh.com": lambda fields: Asked(
        "users-groups",
        {"users": fields.string(), "groups": fields.string()},
        answers=frozenset({EXTENDED_REPLY}),
    ),
}
