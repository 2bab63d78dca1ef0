"""verify: structure, hashes, chain and signature of a bundle, and one verdict on all of it.

The order of the verdict: what is damaged is damaged, whatever else cannot be told; only then is asked whether
the bundle is sealed, and by whom. Nothing is trusted that is not under the signature.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

from sessionlens_recorder.bundle import (
    MANIFEST,
    SIGNATURE,
    BundleReadError,
    Report,
    check,
    holds_of,
    read_regular,
)

from sessionlens.errors import NotFoundError, RecordingError
from sessionlens.evidence import heads as told_heads
from sessionlens.evidence import signers as allowed
from sessionlens.evidence import sshsig
from sessionlens.evidence.verification import Failure, Verification
from sessionlens.formats import open_source
from sessionlens.formats.bundle import root_of
from sessionlens.times import format_instant

NAMESPACE = "sessionlens"
_SIGNATURE_LIMIT = 1 << 20
_HELP = "No conclusion can be drawn from this, in either direction."


def verify(
    path: str | os.PathLike[str],
    signers: str | os.PathLike[str] | None = None,
    heads: str | os.PathLike[str] | told_heads.Heads | None = None,
) -> Verification:
    """Verify a recording; signers is an allowed_signers file (ssh-keygen(1)), heads a file of JSON lines with
    the chain heads that the recorder told its sinks (or what `heads.read` made of it).

    Raises NotFoundError or FormatError where there is no recording, UsageError for a bad signers or heads
    file.
    """
    there = Path(path)
    trusted = None if signers is None else allowed.read(Path(signers))
    told = heads if heads is None or isinstance(heads, dict) else told_heads.read(Path(heads))
    if not there.exists():
        raise NotFoundError(f"{there}: no such file or folder")
    root = root_of(there)
    if root is None:
        return _foreign(there)
    try:
        report = check(root)
    except OSError as error:
        raise RecordingError(f"{root} cannot be read: {error.strerror or error}") from error
    verdict = _verdict(report, trusted, signers)
    if told is not None:
        verdict = _with_heads(verdict, told_heads.compare(root, told))
    return replace(verdict, notes=(*verdict.notes, *_held(root)))


def _held(root: Path) -> list[str]:
    cases = ", ".join(holds_of(root))
    return [f"It is held for {cases}: retention does not delete it."] if cases else []


def _with_heads(verdict: Verification, compared: told_heads.Comparison) -> Verification:
    if compared.failures and verdict.status == "DAMAGED":
        return replace(verdict, problems=(*verdict.problems, *compared.failures))
    if compared.failures:
        offset = compared.failures[0].offset
        where = "" if offset is None else f", after byte {offset}"
        return replace(
            verdict,
            status="DAMAGED",
            summary=f"DAMAGED at journal{where}: it is not the one that was told of while it was recorded",
            meaning=_REWRITTEN,
            problems=(*compared.failures, *verdict.problems),
        )
    if compared.note:
        return replace(verdict, notes=(*verdict.notes, compared.note))
    if verdict.status != "INTACT":
        return replace(verdict, notes=(*verdict.notes, _NO_HEADS))
    return replace(
        verdict,
        status="CANNOT TELL",
        summary="CANNOT TELL because no chain head of it was told",
        meaning=f"{verdict.meaning} {_NO_HEADS}",
    )


_REWRITTEN = (
    "While the session was recorded, the recorder told somebody else how far the recording was and a "
    "fingerprint of it. This recording does not have that fingerprint: somebody who had the bastion's keys "
    "wrote it anew. Do not rely on it."
)
_NO_HEADS = (
    "The file of chain heads has none of this recording, so it does not say whether it was written anew."
)


def _verdict(
    report: Report, trusted: list[allowed.Signer] | None, signers: str | os.PathLike[str] | None
) -> Verification:
    failures = tuple(Failure(p.kind, p.file, p.offset, p.length, p.text) for p in report.problems)
    if report.damaged:
        return _damaged(report, failures)
    if report.state == "live":
        return _unclear(report, failures, "it is still being recorded", "Ask again when the session is over.")
    if report.state == "unsealed":
        return _unclear(report, failures, "it was never sealed", _UNSEALED)
    if not report.signed:
        return _unclear(report, failures, "its seal carries no signature", _UNSIGNED)
    return _check_signature(report, failures, trusted, signers)


_UNSEALED = (
    "The recorder stopped before it could seal the recording. What is there fits together, but nobody "
    "vouches for it. The recorder seals it when it starts again."
)
_UNSIGNED = "Everything fits together, but anybody could have written it."


def _foreign(path: Path) -> Verification:
    source = open_source(path)
    return Verification(
        "CANNOT TELL",
        f"CANNOT TELL because the format {source.format} carries no hashes and no signature",
        f"The recording can be read, but nothing in it shows whether it was changed. {_HELP}",
        str(path),
    )


def _unclear(report: Report, failures: tuple[Failure, ...], why: str, meaning: str) -> Verification:
    summary = f"CANNOT TELL because {why}"
    return Verification("CANNOT TELL", summary, f"{meaning} {_HELP}", str(report.path), problems=failures)


def _damaged(report: Report, failures: tuple[Failure, ...]) -> Verification:
    first = next(f for f in failures if f.kind != "torn")
    where = first.file
    if first.offset is not None:
        where += f", byte {first.offset}"
        where += "" if first.length is None else f", {first.length} bytes"
    meaning = (
        "The recording is not what the recorder wrote: at the places named below something was changed, "
        "removed or added. Do not rely on these parts; look for another copy."
    )
    return Verification("DAMAGED", f"DAMAGED at {where}", meaning, str(report.path), problems=failures)


def _check_signature(
    report: Report,
    failures: tuple[Failure, ...],
    trusted: list[allowed.Signer] | None,
    signers: str | os.PathLike[str] | None,
) -> Verification:
    try:
        signature = sshsig.parse(read_regular(report.path, SIGNATURE, _SIGNATURE_LIMIT))
        signature.check(read_regular(report.path, MANIFEST), NAMESPACE)
    except (sshsig.SignatureError, BundleReadError) as error:
        failure = Failure("signature", SIGNATURE, None, None, f"{SIGNATURE}: {error}")
        return _damaged(report, (failure, *failures))
    except sshsig.UnsupportedSignature as error:
        return _unclear(
            report, failures, str(error), "Everything fits together, but the seal was not checked."
        )
    if trusted is None:
        return _intact(report, failures, signature, None)
    return _check_signer(report, failures, signature, trusted, str(signers))


def _check_signer(
    report: Report,
    failures: tuple[Failure, ...],
    signature: sshsig.Signature,
    trusted: list[allowed.Signer],
    file: str,
) -> Verification:
    at_ns = time.time_ns() if report.ended_ns is None else report.ended_ns
    candidates = [signer for signer in trusted if signer.key == signature.key]
    refusals = [signer.refusal(NAMESPACE, at_ns) for signer in candidates]
    for signer, refusal in zip(candidates, refusals, strict=True):
        if refusal is None:
            return _intact(report, failures, signature, signer.principals)
    why = "; ".join(filter(None, refusals)) or f"the key {signature.fingerprint} is not in {file}"
    meaning = (
        "The recording fits together, but its seal is not of a signer whom you trust: "
        "it may have been made by somebody else. Do not rely on it before you know whose key this is."
    )
    return Verification(
        "DAMAGED",
        f"DAMAGED at {SIGNATURE}: the seal is not of a trusted signer",
        meaning,
        str(report.path),
        fingerprint=signature.fingerprint,
        sealed_ns=report.ended_ns,
        problems=(Failure("signer", SIGNATURE, None, None, why), *failures),
    )


def _intact(
    report: Report, failures: tuple[Failure, ...], signature: sshsig.Signature, signer: str | None
) -> Verification:
    who = f"Sealed by {signer}, key {signature.fingerprint}."
    notes = [who if signer else _UNCHECKED, f"Checked: {report.files} files, {report.bytes} bytes."]
    if report.ended_ns is not None:
        notes.insert(1, f"Sealed {format_instant(report.ended_ns)}, by the recorder's clock.")
    if report.state == "aborted":
        notes.append(
            f"The recording was broken off ({report.reason}): the session's last moments may be missing."
        )
    meaning = (
        "Every byte is as it was when the recorder sealed it; nothing was changed, removed or added since."
    )
    unchecked = (
        f"INTACT since it was sealed, signer not checked: key {signature.fingerprint} may be anybody's"
    )
    return Verification(
        "INTACT",
        "INTACT" if signer else unchecked,
        meaning if signer else _ANYBODY,
        str(report.path),
        signer=signer,
        fingerprint=signature.fingerprint,
        sealed_ns=report.ended_ns,
        notes=tuple(notes),
        problems=failures,
    )


_ANYBODY = (
    "Nothing was changed, removed or added since it was sealed. Who sealed it was not asked: whoever had the "
    "files could have changed them, or made them up, and sealed them with a key of their own. By itself "
    "it proves nothing before you know that this key is the recorder's."
)
_UNCHECKED = (
    "To know: --signers FILE (signers= in Python), the allowed_signers of that recorder, as its "
    "administrator gave it to you: not one that came along with the recording."
)
