"""sessionlens flags: what a viewer could have missed: concealed, overwritten, invisible, never printed."""

from __future__ import annotations

import argparse

from sessionlens.catalog.search import count
from sessionlens.cli.common import chosen, form_arguments, limits, print_table, recording_argument, say
from sessionlens.cli.masking import masked
from sessionlens.terminal.flags import KINDS

COLUMNS = ("t", "n", "severity", "kind", "offset", "why", "text")
FIRST_TO_GO = ("why", "offset", "n", "session")
SEVERITIES = ("low", "medium", "high")


def arguments(parser: argparse.ArgumentParser) -> None:
    recording_argument(parser)
    form_arguments(parser)
    parser.add_argument("--kind", choices=sorted(KINDS), metavar="KIND", help="only flags of this kind")
    parser.add_argument("--severity", choices=SEVERITIES, default="low", help="only this severe or more so")


def run(arguments: argparse.Namespace) -> int:
    source = chosen(arguments)
    table = source.flags
    table = table[table["severity"].isin(SEVERITIES[SEVERITIES.index(arguments.severity) :])]
    if arguments.kind:
        table = table[table["kind"] == arguments.kind]
    print_table(masked(table, source, arguments), COLUMNS, arguments, FIRST_TO_GO)
    if not (arguments.json or arguments.csv):
        high = int((table["severity"] == "high").sum())
        notes = [count(len(table), "flag"), f"{high} high"] if len(table) else ["no flags"]
        notes += limits(source)
        say(", ".join(notes))
    return 0
