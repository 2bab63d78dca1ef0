"""MANIFEST in the format of sha256sum(1), and its signature: what makes a bundle sealed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from .errors import BundleError, BundleReadError, BundleWriteError
from .files import sync_directory, write_once
from .naming import is_safe_path

MANIFEST, SIGNATURE = "MANIFEST", "MANIFEST.sig"
PART = ".part"
_LINE = re.compile(rb"([0-9a-f]{64}) [ *]([^\n]+)\n")

Sign = Callable[[bytes], str]


def write_manifest(root: Path, hashes: Mapping[str, str], sign: Sign | None) -> None:
    """Write MANIFEST and, if there is a signer, MANIFEST.sig; each appears at once or not at all."""
    manifest = "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items())).encode()
    _publish(root, MANIFEST, manifest)
    if sign is not None:
        _publish(root, SIGNATURE, _signed(manifest, sign))
    sync_directory(root)


def _publish(root: Path, name: str, data: bytes) -> None:
    write_once(root, name + PART, data)
    try:
        (root / (name + PART)).rename(root / name)
    except OSError as error:
        raise BundleWriteError(f"the bundle stays unsealed: {name}: {error.strerror}") from error


def _signed(manifest: bytes, sign: Sign) -> bytes:
    try:
        return sign(manifest).encode("ascii")
    except BundleError:
        raise
    except Exception as error:
        raise BundleWriteError(f"the bundle stays unsealed: signing failed: {error}") from error


def refuse_sealed(root: Path) -> None:
    """A sealed bundle is never written again. Raises BundleWriteError."""
    if os.path.lexists(root / SIGNATURE):
        raise BundleWriteError(f"{root} is sealed: nothing is written to it any more")


def discard_unsigned(root: Path) -> None:
    """Remove what an interrupted sealing left, so that it can be done again."""
    for name in (MANIFEST, MANIFEST + PART, SIGNATURE + PART):
        (root / name).unlink(missing_ok=True)


def read_manifest(raw: bytes) -> dict[str, str]:
    """file -> SHA-256. Raises BundleReadError on the first line that no recorder writes."""
    hashes: dict[str, str] = {}
    offset = 0
    while offset < len(raw):
        match = _LINE.match(raw, offset)
        name = match[2].decode("utf-8", "backslashreplace") if match else ""
        if match is None or not is_safe_path(name) or name in hashes:
            why = "is not `SHA-256  file`, or names a file twice"
            raise BundleReadError(f"{MANIFEST}: the line at byte {offset} {why}")
        hashes[name] = match[1].decode("ascii")
        offset = match.end()
    return hashes
