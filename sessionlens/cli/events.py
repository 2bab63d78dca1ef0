"""sessionlens events: lines that were cancelled, erased, hidden or could not be read; what else happened.

Text is printed as everywhere: control characters escaped, and what was typed without echo neither shown nor
measured.
"""

from __future__ import annotations

import argparse

from sessionlens.catalog.asking import chosen_rows
from sessionlens.cli.common import (
    chosen,
    counted,
    filter_arguments,
    filters,
    form_arguments,
    limits,
    other_kinds,
    print_table,
    recording_argument,
    say,
)
from sessionlens.cli.masking import masked

COLUMNS = ("t", "t_utc", "person", "kind", "text")
FIRST_TO_GO = ("t", "person", "t_utc")
OF_LINES = ("cancelled", "erased", "hidden input", "unread")


def arguments(parser: argparse.ArgumentParser) -> None:
    recording_argument(parser)
    form_arguments(parser)
    filter_arguments(parser)
    parser.add_argument(
        "--kind",
        metavar="KIND[,KIND…]",
        help="only events of these kinds, as in refused,watched (default: cancelled, erased, hidden, unread)",
    )


def run(arguments: argparse.Namespace) -> int:
    source = chosen(arguments)
    kinds = OF_LINES if arguments.kind is None else tuple(map(str.strip, arguments.kind.split(",")))
    every = chosen_rows(source.events, "t_utc", **filters(arguments))
    table = every[every["kind"].isin(kinds)]
    print_table(masked(table, source, arguments), COLUMNS, arguments, FIRST_TO_GO)
    if not (arguments.json or arguments.csv):
        said = [counted(table, "event"), *limits(source, arguments.user)]
        say("; ".join([*said, *other_kinds(table, every if arguments.kind is not None else table)]))
    return 0
