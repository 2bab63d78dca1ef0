"""The command line `sessionlens`: the verbs of the library, one file a command.

Exit codes: 0 done, 1 what was asked does not hold, 2 cannot tell (verify), 64 wrong use or an input/output
error (sysexits.h EX_USAGE). Never a traceback for a bad recording.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from sessionlens import __version__
from sessionlens.errors import SessionLensError
from sessionlens.settings import options
from sessionlens.visible import visible

COMMANDS = (
    "info",
    "commands",
    "events",
    "channels",
    "search",
    "flags",
    "transfers",
    "screen",
    "play",
    "render",
    "report",
    "verify",
    "golden",
    "clean",
    "lab",
    "demo",
    "doctor",
)
EX_USAGE = 64


class Parser(argparse.ArgumentParser):
    """argparse, with the exit code that every command of ours has for wrong use."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(EX_USAGE, f"{self.prog}: {visible(message)}\n")


def build_parser() -> Parser:
    """The parser with all commands; each module adds its own arguments."""
    parser = Parser(prog="sessionlens", description="Recorded SSH sessions as evidence.")
    parser.add_argument("--version", action="version", version=f"sessionlens {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="COMMAND", required=True)
    for name in COMMANDS:
        module = import_module(f"sessionlens.cli.{name}")
        summary = " ".join((module.__doc__ or "").partition("\n\n")[0].split()).partition(": ")[2]
        verb = verbs.add_parser(name, help=summary, description=summary)
        module.arguments(verb)
        verb.set_defaults(run=module.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    arguments = build_parser().parse_args(argv)
    try:
        with options(tz=getattr(arguments, "tz", None)):
            import_module("sessionlens.cli.common").choose(arguments)
            code = arguments.run(arguments)
        sys.stdout.flush()
        return int(code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (SessionLensError, OSError) as error:
        sys.stderr.write(f"sessionlens {arguments.verb}: " + visible(str(error), keep="\n") + "\n")
        return EX_USAGE
    except KeyboardInterrupt:
        return 130
