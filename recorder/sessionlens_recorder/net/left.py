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
        if not is_sealed(journal.parent):
            yield journal.parent


def is_sealed(path: Path) -> bool:
    """Or gone."""
    return (path / "MANIFEST.sig").exists() or not path.is_dir()


def seal_left(left: Iterable[tuple[Path, str]], sign: Callable[[bytes], str]) -> int:
    """Recover each, with its reason; one that is locked is alive and left alone. An exit code."""
    code = 0
    for path, reason in left:
        try:
            recover(path, sign, reason)
        except BundleError as error:
            logs.error("bundle-recovery-failed", session=path.name[-8:], bundle=path.name, reason=error)
            code = 1
        else:
            logs.warning("bundle-recovered", session=path.name[-8:], bundle=path.name, reason=reason)
            tell_recovered(path)
    return code
