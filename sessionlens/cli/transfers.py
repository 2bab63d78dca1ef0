"""sessionlens transfers: files that passed by sftp and scp, and what was done to files with them."""

from __future__ import annotations

import argparse

from sessionlens.catalog import unread
from sessionlens.catalog.asking import chosen_rows
from sessionlens.catalog.search import count
from sessionlens.cli.common import (
    filter_arguments,
    filters,
    form_arguments,
    print_table,
    recording_argument,
    say,
    single,
    unknown,
)
from sessionlens.cli.masking import masked
from sessionlens.session import corpus, open
from sessionlens.tables.transfers import QUERIES

COLUMNS = ("start", "person", "operation", "size", "result", "sha256", "unhashed", "attributes", "to", "path")
OF_MANY = ("session", "start_utc", *COLUMNS[1:])
FIRST_TO_GO = ("unhashed", "sha256", "person", "session", "attributes", "to")


def arguments(parser: argparse.ArgumentParser) -> None:
    recording_argument(parser)
    filter_arguments(parser)
    parser.add_argument("--all", action="store_true", help="also what only asked: stat, realpath, …")
    form_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    source = corpus(arguments.path) if single(arguments.path) is None else open(arguments.path)
    table = chosen_rows(source.transfers, **filters(arguments))
    asked = table["operation"].isin(QUERIES)
    shown = table if arguments.all else table[~asked]
    columns = OF_MANY if shown["session"].nunique() > 1 else COLUMNS
    print_table(masked(shown, source, arguments), columns, arguments, FIRST_TO_GO)
    if not (arguments.json or arguments.csv):
        notes = [count(len(shown), "file operation")]
        if len(shown) < len(table):
            notes.append(f"{len(table) - len(shown)} that only asked left out (--all shows them)")
        notes += unread.notes(unread.lost(source.gaps))  # what was typed says nothing of files
        notes += unknown(source, arguments.user)
        say(", ".join(notes))
    return 0
