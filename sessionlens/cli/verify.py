"""sessionlens verify: whether a recording is what was sealed, or a video what was made of it, in words for
lay readers."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from sessionlens_recorder.bundle import find_tombstones

from sessionlens.catalog.search import count
from sessionlens.cli.common import identity_argument, progress, say, zone_argument
from sessionlens.errors import FormatError, UsageError
from sessionlens.evidence import Verification, deleted, heads, verify
from sessionlens.formats import survey
from sessionlens.session import corpus
from sessionlens.session.outputs import is_video
from sessionlens.visible import visible


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", type=Path, help="a recording, a folder of recordings, or a video")
    parser.add_argument(
        "--signers",
        type=Path,
        help="allowed_signers file (ssh-keygen(1)): whose seal is trusted; without it anybody's seal is",
    )
    parser.add_argument(
        "--heads",
        type=Path,
        help="JSON lines with the chain heads that a recorder's sink kept: whether one was written anew "
        "(exit code 1), or is not there any more (2)",
    )
    parser.add_argument(
        "--source",
        type=Path,
        metavar="RECORDING",
        help="of a video: what it was made from, if not found here",
    )
    identity_argument(parser)
    parser.add_argument("--json", action="store_true", help="exact, for programs")
    zone_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """0: all hold, 1: something does not hold, 2: cannot tell, which a recording that heads tell of and that
    is not there is too, and what looks like one and does not open. The worst of several wins: 1, then 2.
    """
    told = None if arguments.heads is None else heads.read(arguments.heads)
    if is_video(arguments.path):
        return _video(arguments, told)
    if arguments.source is not None or arguments.identity:
        raise UsageError("--source and --identity are for a video: evidence.mp4")
    paths = _recordings(arguments.path)
    results = [(path, verify(path, arguments.signers, told)) for path in paths]
    whole = arguments.path not in paths
    deletions = deleted.find(arguments.path, arguments.signers, told) if whole else []
    gone = heads.missing(told, paths) if told is not None and whole else []
    gone = sorted(set(gone) - {deletion.name for deletion in deletions})
    if arguments.json:
        found = [{"recording": str(path), **result.as_dict()} for path, result in results]
        found += [{"recording": deletion.path, **deletion.as_dict()} for deletion in deletions]
        say(json.dumps(found, indent=1))
    else:
        for path, result in results:
            say_result(path, result)
        for deletion in deletions:
            say(visible(deletion.path))
            say(visible(str(deletion), keep="\n"))
        if len(results) + len(deletions) > 1:
            say(_in_all([result for _, result in results], len(deletions)))
    if gone:
        say_gone(gone, arguments.path)
    codes = {0, *(result.exit_code for _, result in results), *(deletion.exit_code for deletion in deletions)}
    unseen = survey(arguments.path)[1] if whole and arguments.path.is_dir() else {}
    for lost, why in unseen.items():
        sys.stderr.write(f"sessionlens verify: {visible(f'{lost}: {why}')}\n")
    codes |= {2} if gone or unseen else set()
    return 1 if 1 in codes else max(codes)


def _video(arguments: argparse.Namespace, told: heads.Heads | None) -> int:
    """One video, with the recording that it was made from."""
    from sessionlens.session.filmed import verify as verify_video

    result = verify_video(
        arguments.path,
        arguments.signers,
        told,
        source=arguments.source,
        identity=arguments.identity,
        progress=progress("comparing"),
    )
    if arguments.json:
        say(json.dumps([{"video": str(arguments.path), **result.as_dict()}], indent=1))
    else:
        say_result(arguments.path, result)
    return result.exit_code


def _recordings(path: Path) -> list[Path]:
    """None is fine where tombstones say that all of them were deleted."""
    try:
        return corpus(path).paths
    except FormatError:
        if path.is_dir() and any(find_tombstones(path)):
            return []
        raise


def _in_all(results: list[Verification], deleted: int) -> str:
    """`3 recordings: 2 INTACT, 1 DAMAGED; signer not checked: …`, after many verdicts."""
    kinds = Counter(result.status for result in results)
    said = [f"{number} {status}" for status, number in sorted(kinds.items())]
    said += [count(deleted, "tombstone")] if deleted else []
    asked = any(result.status == "INTACT" and result.signer is None for result in results)
    doubt = "; signer not checked: anybody may have sealed them, name --signers" if asked else ""
    return f"{count(len(results), 'recording')}: {', '.join(said)}{doubt}"


def say_result(path: Path, result: Verification) -> None:
    """One verdict for people."""
    say(f"{visible(str(path))}")
    say(visible(str(result), keep="\n"))


def say_gone(names: list[str], where: Path) -> None:
    """Recordings that were told of and are not there: deleted, or kept elsewhere. On standard error, so that
    --json stays JSON.
    """
    some = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    sys.stderr.write(
        f"sessionlens verify: CANNOT TELL about {count(len(names), 'recording')} that chain heads tell of, "
        f"not below {visible(str(where))}: {visible(some)}\n"
    )
