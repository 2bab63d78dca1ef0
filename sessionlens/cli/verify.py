"""sessionlens verify: whether a recording is what was sealed, in words for lay readers."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from sessionlens.cli.common import say
from sessionlens.evidence import Verification, verify
from sessionlens.session import corpus
from sessionlens.visible import visible


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", type=Path, help="a recording or a folder of recordings")
    parser.add_argument(
        "--signers", type=Path, help="allowed_signers file (ssh-keygen(1)): whose seal is trusted"
    )
    parser.add_argument("--json", action="store_true", help="exact, for programs")


def run(arguments: argparse.Namespace) -> int:
    """0: all hold, 1: something does not hold, 2: cannot tell. The worst of several wins: 1, then 2."""
    paths = corpus(arguments.path).paths
    results = [(path, verify(path, arguments.signers)) for path in paths]
    if arguments.json:
        say(json.dumps([{"recording": str(path), **result.as_dict()} for path, result in results], indent=1))
    else:
        for path, result in results:
            say_result(path, result)
    codes = {result.exit_code for _, result in results}
    return 1 if 1 in codes else max(codes)


def say_result(path: Path, result: Verification) -> None:
    """One verdict for people."""
    say(f"{visible(str(path))}")
    say(visible(str(result), keep="\n"))
