"""sessionlens verify: whether a recording is what was sealed, in words for lay readers."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from sessionlens.cli.common import say
from sessionlens.evidence import Verification, heads, verify
from sessionlens.session import corpus
from sessionlens.visible import visible


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", type=Path, help="a recording or a folder of recordings")
    parser.add_argument(
        "--signers", type=Path, help="allowed_signers file (ssh-keygen(1)): whose seal is trusted"
    )
    parser.add_argument(
        "--heads",
        type=Path,
        help="JSON lines with the chain heads that a recorder's sink kept: whether it was written anew",
    )
    parser.add_argument("--json", action="store_true", help="exact, for programs")


def run(arguments: argparse.Namespace) -> int:
    """0: all hold, 1: something does not hold, 2: cannot tell. The worst of several wins: 1, then 2."""
    paths = corpus(arguments.path).paths
    told = None if arguments.heads is None else heads.read(arguments.heads)
    results = [(path, verify(path, arguments.signers, told)) for path in paths]
    gone = heads.missing(told, paths) if told is not None and arguments.path not in paths else []
    if arguments.json:
        say(json.dumps([{"recording": str(path), **result.as_dict()} for path, result in results], indent=1))
    else:
        for path, result in results:
            say_result(path, result)
    if gone:
        say_gone(gone, arguments.path)
    codes = {result.exit_code for _, result in results} | ({2} if gone else set())
    return 1 if 1 in codes else max(codes)


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
        f"sessionlens verify: CANNOT TELL about {len(names)} recordings that chain heads tell of and that "
        f"are not below {visible(str(where))}: {visible(some)}\n"
    )
