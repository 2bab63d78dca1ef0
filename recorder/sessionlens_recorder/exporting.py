"""`export`: sealed recordings in one ZIP file, with what verifies them and who took them out, when and why.

Names in it depend on the recordings and the case alone. It verifies after `unzip` with sha256sum(1) and
ssh-keygen(1). The recordings are copied as they are, what does not hold in them included.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import time
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sessionlens_recorder import __version__, logs, signing
from sessionlens_recorder.bundle import check, open_regular
from sessionlens_recorder.bundle.clock import now
from sessionlens_recorder.config import NAME, Config
from sessionlens_recorder.finding import find_recording
from sessionlens_recorder.operators import Operator, telling

PIECE = 1 << 20
CUSTODY = "CUSTODY.json"
SUMS = "SHA256SUMS"
README = """\
{case}: recordings of SSH sessions, taken out with `sessionlens-recorder export`.

Who, when, why, from which host: CUSTODY.json. Nothing was changed since:

    sha256sum -c SHA256SUMS

The bastion's key sealed a recording, and nothing in it was changed since (in its folder):

    ssh-keygen -Y verify -f ../../allowed_signers -I {signer} -n sessionlens -s MANIFEST.sig < MANIFEST
    sha256sum -c MANIFEST

`allowed_signers` here is the bastion's own word: compare it with the copy that was given to you before.
"""


def export(
    config: Config, sessions: Iterable[str], case: str, reason: str, by: Operator, output: Path
) -> Iterator[tuple[bool, str]]:
    """A line for each recording, and whether it holds; then one for the file. ValueError, OSError."""
    if not NAME.fullmatch(case):
        raise ValueError(f"--case: {case!r} is not a name (letters, digits, '.', '_', '-')")
    bundles = {
        bundle.name: bundle for bundle in (find_recording(config.server.recordings, one) for one in sessions)
    }
    states = {name: _state(bundle) for name, bundle in sorted(bundles.items())}
    custody = _custody(config, case, reason, by, states)
    digest = _write(output, case, config, bundles, custody)
    for name, state in states.items():
        problems = "; ".join(state["problems"])
        yield (
            not problems,
            logs.escape(f"{name}: {state['state']}{', DAMAGED: ' if problems else ''}{problems}"),
        )
    yield True, f"{output}: {len(bundles)} recording{'s' * (len(bundles) != 1)}, sha256 {digest}"
    with telling(config):
        logs.event(
            "exported",
            case=case,
            by=by.name,
            unix_user=by.unix_user,
            sudo_user=by.sudo_user,
            reason=reason,
            file=output.name,
            sessions=" ".join(name[-8:] for name in states),
            sha256=digest,
        )


def _state(bundle: Path) -> dict[str, Any]:
    report = check(bundle)
    if report.state in ("live", "unsealed"):
        raise ValueError(f"{bundle.name} is {report.state}: only what is sealed can be exported")
    problems = [f"{one.file}: {one.text}" for one in report.problems if one.kind != "torn"]
    unsigned = [] if report.signed else ["it is not signed"]
    return {"state": report.state, "reason": report.reason, "problems": [*problems, *unsigned]}


def _custody(config: Config, case: str, reason: str, by: Operator, states: dict[str, Any]) -> dict[str, Any]:
    return {
        "case": case,
        "exported": now().utc,
        "by": by.name,
        "unix_user": by.unix_user,
        "sudo_user": by.sudo_user,
        "reason": reason,
        "host": socket.gethostname(),
        "bastion": config.server.name,
        "recorder_version": __version__,
        "recordings": states,
    }


def _write(output: Path, case: str, config: Config, bundles: dict[str, Path], custody: dict[str, Any]) -> str:
    """The file, under its name only once it is whole; its SHA-256."""
    part = output.with_name(f"{output.name}.part")
    if os.path.lexists(output):
        raise ValueError(f"{output} is there already; an export never overwrites")
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                _fill(archive, case, config, bundles, custody)
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.link(part, output)  # fails where something has come to be there
    finally:
        part.unlink()
    return digest


def _fill(
    archive: zipfile.ZipFile, case: str, config: Config, bundles: dict[str, Path], custody: dict[str, Any]
) -> None:
    texts = {
        "README.txt": README.format(case=case, signer=config.server.name),
        "allowed_signers": _signers(config),
        CUSTODY: json.dumps(custody, indent=1) + "\n",
    }
    sums = {}
    for name, text in texts.items():
        archive.writestr(_entry(case, name), text)
        sums[name] = hashlib.sha256(text.encode()).hexdigest()
    for name, bundle in sorted(bundles.items()):
        for file in sorted(path for path in bundle.rglob("*") if path.is_file() and not path.is_symlink()):
            inside = file.relative_to(bundle).as_posix()
            sums[f"recordings/{name}/{inside}"] = _copy(archive, case, bundle, inside)
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    archive.writestr(_entry(case, SUMS), lines)


def _signers(config: Config) -> str:
    """The key of now, and those before it, as far as the file beside the configuration has them."""
    line = signing.allowed_signers_line(signing.load_key(config.server.signing_key), config.server.name)
    beside = config.path.with_name("allowed_signers")
    kept = beside.read_text() if beside.is_file() else ""
    return kept if line.strip() in kept else f"{kept}{line.rstrip()}\n"


def _copy(archive: zipfile.ZipFile, case: str, bundle: Path, inside: str) -> str:
    digest = hashlib.sha256()
    entry = _entry(case, f"recordings/{bundle.name}/{inside}")
    with open_regular(bundle, inside) as source, archive.open(entry, "w", force_zip64=True) as target:
        while piece := source.read(PIECE):
            digest.update(piece)
            target.write(piece)
    return digest.hexdigest()


def _entry(case: str, name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(f"{case}/{name}", time.gmtime()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry
