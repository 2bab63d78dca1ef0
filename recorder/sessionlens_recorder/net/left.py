"""Bundles that a dead process left unsealed: found and sealed as aborted."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from sessionlens_recorder import logs
from sessionlens_recorder.birth import born
from sessionlens_recorder.bundle import BundleError, recover
from sessionlens_recorder.session.heads import tell_recovered

COPY_S = 60.0


def find_unsealed(root: Path) -> Iterator[Path]:
    """Bundles without a signature below the recordings' folder, in order; some may be alive."""
    for journal in sorted(root.glob("[0-9]*/[0-9]*/[0-9]*/*/journal")):
        if not is_sealed(journal.parent):
            yield journal.parent


def is_sealed(path: Path) -> bool:
    """Or gone."""
    return (path / "MANIFEST.sig").exists() or not path.is_dir()


def seal_left(left: Iterable[tuple[Path, str]], sign: Callable[[bytes], str]) -> int:
    """Recover each, with its reason; one that is locked is alive and left alone. An exit code."""
    code = 0
    for path, reason in left:
        copied = _copied(path)
        if copied is not None:
            reason = f"{reason}; this is a copy, made at {copied:%Y-%m-%dT%H:%M:%SZ}"
        try:
            recover(path, sign, reason)
        except BundleError as error:
            logs.error("bundle-recovery-failed", session=path.name[-8:], bundle=path.name, reason=error)
            code = 1
        else:
            logs.warning("bundle-recovered", session=path.name[-8:], bundle=path.name, reason=reason)
            if copied is None:
                tell_recovered(path)
    return code


def _copied(path: Path) -> datetime | None:
    """When it was put there, if that was long after it began: from a backup of a session that ran. That may
    have gone on elsewhere, and a chain head of the copy's end would speak against the recording of it.
    """
    with contextlib.suppress(OSError, ValueError):
        began = datetime.strptime(path.name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        there = born(
            path / "session.json"
        )  # not its ctime, which chown and a snapshot by hard links set anew
        if there is not None and there - began.timestamp() > COPY_S:
            return datetime.fromtimestamp(there, UTC)
    return None
