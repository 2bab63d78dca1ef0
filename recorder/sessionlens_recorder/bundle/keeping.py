"""How long a bundle is kept: holds, which stop its deletion, and the tombstone that a deletion leaves.

Both lie beside the bundle, whose own files never change: `<name>.hold`, and `<name>.deleted` with its
signature `<name>.deleted.sig`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from .clock import now
from .errors import BundleReadError
from .files import read_regular, sync_directory
from .giving import open_made
from .guarding import guarded
from .naming import dump_document

GOING = ".deleting"  # below the recordings: what is deleted right now, out of every reader's sight
HOLD, DELETED, SIG = ".hold", ".deleted", ".sig"
FORMAT, VERSION = "sessionlens-tombstone", 1
LIMIT = 1 << 20
NEW = ".new"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What was deleted, when, by which rule."""

    name: str
    session: str
    ended: str
    """When the session was over: UTC, as the journal said."""
    deleted: str
    rule: str
    bastion: str
    manifest_sha256: str
    """Of the file MANIFEST."""
    journal_length: int
    chain: str
    """The journal's last chain value: heads that were told of it can still be compared."""
    files: int
    size: int
    """Of all its files, in bytes."""

    def dump(self) -> bytes:
        """The file."""
        return dump_document({"format": FORMAT, "version": VERSION, **asdict(self)})


def tombstone_of(bundle: Path) -> Path:
    return bundle.with_name(bundle.name + DELETED)


def signature_of(tombstone: Path) -> Path:
    return tombstone.with_name(tombstone.name + SIG)


def find_tombstones(root: Path) -> Iterator[Path]:
    """Below a folder, in order; links to folders are not followed."""
    for folder, folders, names in os.walk(root):
        folders.sort()
        yield from (Path(folder, name) for name in sorted(names) if name.endswith(DELETED))


def parse_tombstone(raw: bytes) -> Tombstone:
    """Raises BundleReadError."""
    try:
        found = json.loads(raw)
        if found["format"] != FORMAT or found["version"] != VERSION:
            raise BundleReadError("it is a tombstone of another format")
        values = {field.name: found[field.name] for field in fields(Tombstone)}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BundleReadError("it is not a tombstone") from error
    for field in fields(Tombstone):
        if type(values[field.name]).__name__ != field.type:
            raise BundleReadError(f"it is not a tombstone: {field.name} is no {field.type}")
    return Tombstone(**values)


# holds


def holds_of(bundle: Path) -> list[str]:
    """The cases that hold a bundle. What cannot be read holds it too."""
    path = bundle.with_name(bundle.name + HOLD)
    if not os.path.lexists(path):
        return []
    try:
        return [str(entry["case"]) for entry in _entries(path)] or ["?"]
    except (BundleReadError, ValueError, KeyError, TypeError):
        return ["?"]


def hold(bundle: Path, case: str, by: str) -> bool:
    """Keep a bundle for a case. False if that case held it already. Raises BundleError."""
    path = bundle.with_name(bundle.name + HOLD)
    with guarded(bundle):
        entries = _entries(path)
        fresh = all(entry.get("case") != case for entry in entries)
        if fresh:
            _write(path, [*entries, {"case": case, "utc": now().utc, "by": by}])
        unbury(bundle)
    return fresh


def release(bundle: Path, case: str) -> bool:
    """This case needs it no more; others may. False if it did not hold it."""
    path = bundle.with_name(bundle.name + HOLD)
    with guarded(bundle):
        entries = _entries(path)
        left = [entry for entry in entries if entry.get("case") != case]
        if len(left) == len(entries):
            return False
        if left:
            _write(path, left)
        else:
            path.unlink()
            sync_directory(path.parent)
    return True


def unbury(bundle: Path) -> None:
    """With the lock: a tombstone beside its bundle is of a deletion that was interrupted, and not true."""
    stone = tombstone_of(bundle)
    for path in (stone, signature_of(stone)):
        if os.path.lexists(path):
            path.unlink()
            sync_directory(path.parent)


def _entries(path: Path) -> list[dict[str, Any]]:
    if not os.path.lexists(path):
        return []
    try:
        found = json.loads(read_regular(path.parent, path.name, LIMIT))["holds"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BundleReadError(f"{path} is not a list of holds; it keeps the recording as it is") from error
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise BundleReadError(f"{path} is not a list of holds; it keeps the recording as it is")
    return found


def _write(path: Path, entries: list[dict[str, Any]]) -> None:
    """At once or not at all."""
    new = path.with_name(path.name + NEW)
    new.unlink(missing_ok=True)
    with open(open_made(new, os.O_WRONLY | os.O_EXCL), "wb") as file:
        file.write(dump_document({"format": "sessionlens-hold", "holds": entries}))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    sync_directory(path.parent)
