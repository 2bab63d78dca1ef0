"""Bundles that a dead process left unsealed: found and sealed as aborted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sessionlens_recorder import logs
from sessionlens_recorder.bundle import BundleError, recover
from sessionlens_recorder.session.heads import tell_recovered


def find_unsealed(root: Path) -> Iterator[Path]:
    """Bundles without a signature below the recordings' folder, in order; some may be alive."""
    for journal in sorted(root.glob("[0-9]*/[0-9]*/[0-9]*/*/journal")):
        if not (journal.parent / "MANIFEST.sig").exists():
            yield journal.parent


def seal_left(paths: Iterable[Path], sign: Callable[[bytes], str], reason: str) -> int:
    """Recover each; one that is locked is alive and left alone. The answer is an exit code."""
    code = 0
    for path in paths:
        try:
            recover(path, sign, reason)
        except BundleError as error:
            logs.error("bundle-recovery-failed", bundle=path.name, reason=error)
            code = 1
        else:
            logs.warning("bundle-recovered", bundle=path.name, reason=reason)
            tell_recovered(path)
    return code
