"""sessionlens golden: whether recordings still show what they showed when somebody last looked; for CI."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sessionlens.cli.common import progress, say
from sessionlens.golden import checking, updating
from sessionlens.golden.junit import junit
from sessionlens.golden.times import HELP
from sessionlens.visible import visible


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    update = actions.add_parser("update", help="write what the recordings show now; not where CI is set")
    check = actions.add_parser("check", help="compare; 0 equal, 1 differs, 2 could not be compared")
    for action in (update, check):
        action.add_argument("path", type=Path, help="a recording, or a folder of recordings")
        action.add_argument(
            "--goldens", type=Path, metavar="DIR", help="where they lie (default: beside the recordings)"
        )
    update.add_argument(
        "--times", metavar="TIMES", help=f"{HELP}; default: as before, at first commands, last"
    )
    either = argparse.BooleanOptionalAction
    update.add_argument("--painted", action=either, help="pictures too (default: as before)")
    update.add_argument("--video", action=either, help="the decoded video too (default: as before)")
    check.add_argument(
        "--pages", type=Path, metavar="DIR", default=checking.PAGES, help="where pages of differences go"
    )
    check.add_argument("--junit", type=Path, metavar="FILE", help="the results as JUnit's XML")


def run(arguments: argparse.Namespace) -> int:
    return (_update if arguments.action == "update" else _check)(arguments)


def _update(arguments: argparse.Namespace) -> int:
    wanted = updating.Wanted(arguments.times, arguments.painted, arguments.video)
    done = []
    for golden, what in updating.update(
        arguments.path, arguments.goldens, wanted, progress=progress("writing")
    ):
        done.append(what)
        if what != "unchanged":
            say(f"{what:<8} {visible(str(golden))}")
    counts = ", ".join(f"{done.count(what)} {what}" for what in dict.fromkeys(done))
    say(f"{len(done)} recording{'s' * (len(done) != 1)}: {counts}")
    return checking.CANNOT if updating.NOT_OPENED in done else checking.EQUAL


def _check(arguments: argparse.Namespace) -> int:
    results = checking.check(
        arguments.path, arguments.goldens, arguments.pages, progress=progress("comparing")
    )
    if arguments.junit is not None:
        arguments.junit.parent.mkdir(parents=True, exist_ok=True)
        arguments.junit.write_bytes(junit(results))
    for result in results:
        if result.code:
            say(visible(str(result), keep="\n"))
        for text in result.not_compared:
            sys.stderr.write(f"sessionlens golden: {visible(result.name)}: not compared: {visible(text)}\n")
    say(checking.summary(results))
    return checking.code(results)
