"""sessionlens channels: shells, commands, file transfers, tunnels, and how long each was open."""

from __future__ import annotations

import argparse

from sessionlens.catalog.asking import chosen_rows
from sessionlens.catalog.search import count
from sessionlens.catalog.unread import lost, notes
from sessionlens.cli.common import (
    chosen,
    filter_arguments,
    form_arguments,
    print_table,
    recording_argument,
    say,
    unknown,
)

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
    filters = {name: getattr(arguments, name) for name in ("user", "since", "until")}
    table = chosen_rows(source.channels, "opened_utc", **filters)
    if arguments.kind is not None:
        table = table[table["kind"] == arguments.kind]
    print_table(table, COLUMNS, arguments, FIRST_TO_GO)
    if not (arguments.json or arguments.csv):
        kinds = ", ".join(f"{number} {kind}" for kind, number in table["kind"].value_counts().items())
        head = f"{count(len(table), 'channel')}{f': {kinds}' if kinds else ''}"
        say("; ".join([head, *notes(lost(source.gaps)), *unknown(source, arguments.user)]))
    return 0
