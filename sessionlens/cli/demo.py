"""sessionlens demo: a recorder, an insider and the evidence, on this machine, in less than a minute."""

from __future__ import annotations

import argparse
from pathlib import Path

from sessionlens.cli.common import progress, say


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, default=Path("sessionlens-demo"), help="folder to leave the results in"
    )


def run(arguments: argparse.Namespace) -> int:
    from sessionlens.demo import run_demo

    run_demo(arguments.out, say=say, progress=progress("rendering"))
    return 0
