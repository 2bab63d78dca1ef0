"""sessionlens channels: shells, commands, file transfers, tunnels, and how long each was open."""

from __future__ import annotations

import argparse

from sessionlens.catalog.asking import chosen_rows
from sessionlens.catalog.unread import lost, notes
from sessionlens.cli.common import (
    chosen,
    counted,
    filter_arguments,
    filters,
    form_arguments,
    other_kinds,
    print_table,
    recording_argument,
    say,
    unknown,
)
from sessionlens.cli.masking import masked

COLUMNS = (
    "channel", "opened_utc", "duration", "person", "kind", "address", "sent", "received", "exit_code",
    "command",
)  # fmt: skip
FIRST_TO_GO = ("person", "received", "sent", "opened_utc")


def arguments(parser: argparse.ArgumentParser) -> None:
    recording_argument(parser)
    form_arguments(parser)
    filter_arguments(parser)
    parser.add_argument("--kind", metavar="KIND", help="only shell, exec, sftp, forward, agent, x11 …")


def run(arguments: argparse.Namespace) -> int:
    source = chosen(arguments)
    every = chosen_rows(source.channels, "opened_utc", **filters(arguments))
    table = every if arguments.kind is None else every[every["kind"] == arguments.kind]
    print_table(masked(table, source, arguments), COLUMNS, arguments, FIRST_TO_GO)
    if not (arguments.json or arguments.csv):
        said = [counted(table, "channel"), *notes(lost(source.gaps)), *unknown(source, arguments.user)]
        say("; ".join([*said, *other_kinds(table, every)]))
    return 0
