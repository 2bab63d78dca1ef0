"""sessionlens commands: what was typed, when, with its exit code and how it is known."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import pandas as pd

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
from sessionlens.session.following import follow
from sessionlens.tables.output import records
from sessionlens.times import format_elapsed
from sessionlens.visible import visible

COLUMNS = ("n", "start", "person", "context", "exit_code", "confidence", "marks", "command")
FIRST_TO_GO = ("confidence", "person", "context", "exit_code", "marks", "session")


def arguments(parser: argparse.ArgumentParser) -> None:
    recording_argument(parser)
    form_arguments(parser)
    parser.add_argument("--marked", action="store_true", help="only commands that carry a mark")
    parser.add_argument("--follow", action="store_true", help="print each command of a growing recording")
    parser.add_argument("--jsonl", action="store_true", help="one JSON object a line, exact, for programs")
    parser.add_argument("--ran", metavar="WORDS", help='only commands that run this, as in "rm -rf /srv"')
    filter_arguments(parser)
    parser.add_argument("--why", type=int, metavar="N", help="what the text of command N rests on")


def run(arguments: argparse.Namespace) -> int:
    """0; with --ran: 0 found, 1 not there, 2 not found where not everything could be seen."""
    if arguments.ran is not None and not arguments.follow:
        return _asked(arguments)
    if arguments.ran is not None or arguments.user or arguments.since or arguments.until:
        raise UsageError("--user, --since and --until go with --ran, and --ran goes without --follow")
    if arguments.follow:
        return _follow(arguments)
    if arguments.why is not None:
        say(repr(open(arguments.path).why(arguments.why)))
        return 0
    source = corpus(arguments.path) if single(arguments.path) is None else open(arguments.path)
    table = source.commands
    if arguments.marked:
        table = table[table["marks"] != ""]
    _print(table, arguments)
    if arguments.jsonl:
        return 0
    if not (arguments.json or arguments.csv):
        marked = int((table["marks"] != "").sum())
        notes = [count(len(table), "command"), f"{marked} marked"]
        if len(source.gaps):
            notes.append(
                f"{count(len(source.gaps), 'gap')}: not everything could be read, see `sessionlens info`"
            )
        say(", ".join(notes))
    return 0


def _print(table: pd.DataFrame, arguments: argparse.Namespace) -> None:
    if arguments.jsonl:
        for row in records(table):
            say(json.dumps(row))
    else:
        print_table(table, COLUMNS, arguments, FIRST_TO_GO)


def _asked(arguments: argparse.Namespace) -> int:
    """Which commands run these words, and what was looked at."""
    case = corpus(arguments.path)
    filters = {name: getattr(arguments, name) for name in ("user", "since", "until")}
    found = case.commands.sl.ran(arguments.ran, **filters)
    if arguments.marked:
        found = found[found["marks"] != ""]
    _print(found, arguments)
    coverage = case.coverage_of_commands(**filters)
    said = coverage.of_commands(list(found["confidence"])) + "\n"
    (sys.stderr if arguments.json or arguments.csv or arguments.jsonl else sys.stdout).write(said)
    return 0 if len(found) else 1 if coverage.complete else 2


def _follow(arguments: argparse.Namespace) -> int:
    """Each command as soon as it is sure; Ctrl-C ends it, as the end of the recording does."""
    try:
        for news in follow(arguments.path):
            for row in records(news):
                say(json.dumps(row) if arguments.jsonl else _line(row))
    except KeyboardInterrupt:
        return 0
    return 0


def _line(row: dict[str, Any]) -> str:
    when = format_elapsed(round(row["start"] * 1e9))
    corrects = "  (corrects what was told before)" if row["corrects"] else ""
    marks = f"  [{row['marks']}]" if row["marks"] else ""
    return f"{when}  {visible(row['context'])}  {visible(row['command'])}{marks}{corrects}"
