"""sessionlens commands: what was typed, when, with its exit code and how it is known."""

from __future__ import annotations

import argparse

from sessionlens.catalog.search import count
from sessionlens.cli.common import form_arguments, print_table, recording_argument, say, single
from sessionlens.session import corpus, open

COLUMNS = ("n", "start", "person", "context", "exit_code", "confidence", "marks", "command")
FIRST_TO_GO = ("confidence", "person", "context", "exit_code", "marks", "session")


def arguments(parser: argparse.ArgumentParser) -> None:
    recording_argument(parser)
    form_arguments(parser)
    parser.add_argument("--marked", action="store_true", help="only commands that carry a mark")
    parser.add_argument("--why", type=int, metavar="N", help="what the text of command N rests on")


def run(arguments: argparse.Namespace) -> int:
    if arguments.why is not None:
        say(repr(open(arguments.path).why(arguments.why)))
        return 0
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
