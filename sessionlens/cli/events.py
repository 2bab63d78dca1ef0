"""sessionlens events: lines that were cancelled, erased, hidden or could not be read; what else happened.

Text is printed as everywhere: control characters escaped, and what was typed without echo neither shown nor
measured.
"""

from __future__ import annotations

import argparse

from sessionlens.catalog.search import count
from sessionlens.cli.common import chosen, form_arguments, print_table, recording_argument, say
from sessionlens.session import Session
from sessionlens.tables.schema import join

COLUMNS = ("t", "t_utc", "kind", "text")
FIRST_TO_GO = ("t_utc",)
OF_LINES = ("cancelled", "erased", "hidden input", "unread")


def arguments(parser: argparse.ArgumentParser) -> None:
    recording_argument(parser)
    form_arguments(parser)
    parser.add_argument(
        "--kind", metavar="KIND", help="only events of this kind (default: cancelled, erased, hidden, unread)"
    )


def run(arguments: argparse.Namespace) -> int:
    source = chosen(arguments)
    every = [source] if isinstance(source, Session) else list(source)
    kinds = OF_LINES if arguments.kind is None else (arguments.kind,)
    table = join((each.events[each.events["kind"].isin(kinds)] for each in every), "events")
    print_table(table, COLUMNS, arguments, FIRST_TO_GO)
    if not (arguments.json or arguments.csv):
        found = table["kind"].value_counts()
        said = ", ".join(f"{number} {kind}" for kind, number in found.items())
        say(f"{count(len(table), 'event')}{f': {said}' if said else ''}")
    return 0
