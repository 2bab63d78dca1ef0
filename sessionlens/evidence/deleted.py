"""Recordings that were deleted as the rules say: the signed tombstones that a recorder leaves in their place.

A tombstone that holds says what was deleted, when, by which rule, and the hashes that the recording had; it
cannot say that the rule was a good one. A recording that is gone without one is missing.
"""

from __future__ import annotations

import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sessionlens_recorder.bundle import (
    BundleReadError,
    Tombstone,
    find_tombstones,
    parse_tombstone,
    parse_utc,
    read_regular,
    signature_of,
)

from sessionlens.evidence import heads as told_heads
from sessionlens.evidence import signers as allowed
from sessionlens.evidence import sshsig

NAMESPACE = "sessionlens"
_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class Deletion:
    """One tombstone, and whether it holds."""

    path: str
    name: str
    """Of the recording that was here."""
    stone: Tombstone | None
    problem: str | None
    """What does not hold; None: it does."""
    signer: str | None = None
    """None: not checked."""
    fingerprint: str | None = None

    def __str__(self) -> str:
        if self.problem is not None or self.stone is None:
            return f"DAMAGED: the tombstone of a deleted recording does not hold: {self.problem}"
        stone = self.stone
        key = f"signer not checked: key {self.fingerprint} may be anybody's, name --signers"
        who = f"signed by {self.signer}" if self.signer else key
        return (
            f"DELETED {stone.deleted} by {stone.bastion} ({stone.rule}); the session ended {stone.ended}\n"
            f"  What this means: it is not missing; the recorder deleted it as it was told to, and says so "
            f"({who}).\n"
            f"  It had {stone.files} files, {stone.size} bytes, MANIFEST {stone.manifest_sha256}."
        )

    @property
    def exit_code(self) -> int:
        """0 it holds, 1 it does not."""
        return 0 if self.problem is None else 1

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "status": "DELETED" if self.problem is None else "DAMAGED",
            "exit_code": self.exit_code,
            "summary": str(self).partition("\n")[0],
            "signer": self.signer,
            "fingerprint": self.fingerprint,
            "problem": self.problem,
            "tombstone": asdict(self.stone) if self.stone else None,
        }


def find(
    root: Path,
    signers: str | os.PathLike[str] | None = None,
    told: told_heads.Heads | None = None,
) -> list[Deletion]:
    """Every tombstone below a folder, checked. Raises NotFoundError or UsageError if the signers file is no
    use.
    """
    trusted = None if signers is None else allowed.read(Path(signers))
    return [_check(path, trusted, told or {}) for path in find_tombstones(root)]


def _check(path: Path, trusted: list[allowed.Signer] | None, told: told_heads.Heads) -> Deletion:
    name = path.stem
    fingerprint = signer = stone = None
    try:
        raw = read_regular(path.parent, path.name, _LIMIT)
        stone = parse_tombstone(raw)
        signature = sshsig.parse(read_regular(path.parent, signature_of(path).name, _LIMIT))
        fingerprint = signature.fingerprint
        signature.check(raw, NAMESPACE)
        if stone.name != name:
            raise BundleReadError(f"it is that of {stone.name}")
        if trusted is not None:
            signer = _signer(signature, stone, trusted)
        _compare(stone, told.get(name, []))
    except (BundleReadError, sshsig.SignatureError, sshsig.UnsupportedSignature, ValueError) as error:
        return Deletion(str(path), name, stone, str(error), None, fingerprint)
    return Deletion(str(path), name, stone, None, signer, fingerprint)


def _signer(signature: sshsig.Signature, stone: Tombstone, trusted: list[allowed.Signer]) -> str:
    at = parse_utc(stone.deleted) if stone.deleted else time.time_ns()
    known = [signer for signer in trusted if signer.key == signature.key]
    refusals = [signer.refusal(NAMESPACE, at) for signer in known]
    for one, refusal in zip(known, refusals, strict=True):
        if refusal is None:
            return one.principals
    why = "; ".join(filter(None, refusals)) or f"the key {signature.fingerprint} is not in the signers file"
    raise BundleReadError(why)


def _compare(stone: Tombstone, told: list[told_heads.Head]) -> None:
    """What was told of the recording while it was made, against what the tombstone says of it."""
    for head in told:
        if head.length > stone.journal_length or (
            head.length == stone.journal_length and head.chain != stone.chain
        ):
            raise BundleReadError(
                f"it speaks of another recording than the chain heads (line {head.line} of them)"
            )
