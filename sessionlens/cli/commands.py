"""sessionlens commands: what was typed, when, with its exit code and how it is known."""

from __future__ import annotations

import argparse
import sys

from sessionlens.catalog.search import count
from sessionlens.cli.common import (
    filter_arguments,
    form_arguments,
    print_table,
    recording_argument,
    say,
    single,
)
from sessionlens.errors import UsageError
from sessionlens.session import corpus, open

COLUMNS = ("n", "start", "person", "context", "exit_code", "confidence", "marks", "command")
FIRST_TO_GO = ("confidence", "person", "context", "exit_code", "marks", "session")


def arguments(parser: argparse.ArgumentParser) -> None:
    recording_argument(parser)
    parser.add_argument("--marked", action="store_true", help="only commands that carry a mark")
    parser.add_argument("--ran", metavar="WORDS", help='only commands that run this, as in "rm -rf /srv"')
    filter_arguments(parser)
    form_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """0; with --ran: 0 found, 1 not there, 2 not found where not everything could be seen."""
    if arguments.ran is not None:
        return asked(arguments)
    if arguments.user or arguments.since or arguments.until:
        raise UsageError("--user, --since and --until go with --ran")
    source = corpus(arguments.path) if single(arguments.path) is None else open(arguments.path)
    table = source.commands
    if arguments.marked:
        table = table[table["marks"] != ""]
    print_table(table, COLUMNS, arguments, FIRST_TO_GO)
    if not (arguments.json or arguments.csv):
        marked = int((table["marks"] != "").sum())
        notes = [count(len(table), "command"), f"{marked} marked"]
        if len(source.gaps):
            notes.append(
                f"{count(len(source.gaps), 'gap')}: not everything could be read, see `sessionlens info`"
            )
        say(", ".join(notes))
    return 0


def asked(arguments: argparse.Namespace) -> int:
    """Which commands run these words, and what was looked at."""
    case = corpus(arguments.path)
    filters = {name: getattr(arguments, name) for name in ("user", "since", "until")}
    found = case.commands.sl.ran(arguments.ran, **filters)
    if arguments.marked:
        found = found[found["marks"] != ""]
    print_table(found, COLUMNS, arguments, FIRST_TO_GO)
    coverage = case.coverage_of_commands(**filters)
    said = coverage.of_commands(len(found))
    if arguments.json or arguments.csv:
        sys.stderr.write(said + "\n")
    else:
        say(said)
    return 0 if len(found) else 1 if coverage.complete else 2
