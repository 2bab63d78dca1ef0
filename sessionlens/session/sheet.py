"""What a video's title says of its recording beyond the facts of the bands: which channels, and how far the
recording was checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sessionlens import evidence
from sessionlens.errors import UsageError
from sessionlens.evidence.origin import manifest_sha256
from sessionlens.times import format_utc

if TYPE_CHECKING:
    from os import PathLike

    from sessionlens.evidence import Verification
    from sessionlens.session.session import Session


def checked(session: Session, signers: str | PathLike[str] | None) -> Verification:
    """The recording's verification. Raises UsageError where signers were named and none of them sealed it: a
    title names a signer, or says that nobody was asked."""
    seal = evidence.verify(session.path, signers)
    if signers is not None and seal.signer is None:
        raise UsageError(
            f"{session.path}: no signer of {signers} vouches for it ({seal.summary}); leave it out"
        )
    return seal


def sheet(session: Session, seal: Verification) -> tuple[tuple[str, str], ...]:
    """(label, text) of each line."""
    here = session.main.channel
    rest = [c.name for c in session.source.channels if c.number != here.number]
    return (
        ("channel", here.name),
        ("not shown", ", ".join(rest)),
        ("checked", said(seal)),
        ("MANIFEST", f"{digest} (SHA-256)" if (digest := manifest_sha256(session.path)) else ""),
    )


def said(seal: Verification) -> str:
    """The verdict in words; the same whoever asks, so that a video can be made again."""
    if seal.status != "INTACT":
        return seal.summary
    whose = f"of {seal.signer}" if seal.signer is not None else "whose key that is was not checked"
    when = f" on {format_utc(seal.sealed_ns)}" if seal.sealed_ns is not None else ""
    return f"INTACT since it was sealed{when}, with key {seal.fingerprint}; {whose}"
