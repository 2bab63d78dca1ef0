"""sessionlens commands: what was typed, when, how sure that is; with its exit code where that is known."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from datetime import UTC
from typing import Any

import pandas as pd

from sessionlens.catalog.asking import chosen_rows
from sessionlens.catalog.search import count
from sessionlens.cli.common import (
    chosen,
    filter_arguments,
    filters,
    form_arguments,
    limits,
    print_coverage,
    print_table,
    read_filters,
    recording_argument,
    say,
    single,
)
from sessionlens.cli.masking import masked, tell, to_a_file, wanted
from sessionlens.errors import UsageError
from sessionlens.masking import Mask, Wanted
from sessionlens.session import corpus, open
from sessionlens.session.following import follow
from sessionlens.session.masking import masked_whys
from sessionlens.session.why import MEANING
from sessionlens.settings import options
from sessionlens.tables.masked import masked_table
from sessionlens.tables.output import records
from sessionlens.times import format_elapsed
from sessionlens.visible import visible

COLUMNS = ("n", "start", "person", "context", "exit_code", "confidence", "marks", "command")
OF_MANY = ("session", "start_utc", "recording", *(name for name in COLUMNS if name != "start"))
FIRST_TO_GO = ("recording", "confidence", "person", "context", "exit_code", "marks", "session")
TIERS = ("high", "medium", "low")
LONE = {  # what goes with each of these; all else would be dropped in silence
    "follow": ("jsonl", "marked"),
    "why": ("json",),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    recording_argument(parser)
    form = form_arguments(parser)
    form.add_argument("--jsonl", action="store_true", help="one JSON object a line, exact, for programs")
    parser.add_argument("--marked", action="store_true", help="only commands that carry a mark")
    parser.add_argument("--follow", action="store_true", help="print each command of a growing recording")
    parser.add_argument("--ran", metavar="WORDS", help='only commands that run this, as in "rm -rf /srv"')
    filter_arguments(parser)
    parser.add_argument(
        "--why",
        metavar="N[,N…]|TIER",
        help="what the text of these commands rests on, or of all that are high, medium or low",
    )


def run(arguments: argparse.Namespace) -> int:
    """0; with --ran: 0 found, 1 not there, 2 not found where not everything could be seen."""
    for name in LONE:
        _refuse_what_would_be_ignored(name, arguments)
    if arguments.follow:
        return _follow(arguments)
    if arguments.why is not None:
        return _why(arguments)
    if arguments.ran is not None:
        return _asked(arguments)
    source = chosen(arguments)
    table = chosen_rows(source.commands, **filters(arguments))
    if arguments.marked:
        table = table[table["marks"] != ""]
    _print(masked(table, source, arguments), arguments)
    if not (arguments.json or arguments.csv or arguments.jsonl):
        marked = int((table["marks"] != "").sum())
        notes = [count(len(table), "command"), f"{marked} marked"] if len(table) else ["no commands"]
        notes += limits(source, arguments.user)
        if said := read_filters(arguments):
            notes.append(f"only {', '.join(said)}")
        say(", ".join(notes))
    return 0


def _why(arguments: argparse.Namespace) -> int:
    """One after the other, from one extraction; the legend comes once."""
    session = open(arguments.path, identity=arguments.identity)
    said = [session.why(n) for n in _numbers(arguments.why, session.commands)]
    if (what := wanted(arguments, written=to_a_file())) != [False]:
        said, found = masked_whys(said, session.mask(what))
        tell(found)
    if arguments.json:
        told = [why.as_dict() for why in said]
        say(json.dumps(told[0] if arguments.why.isdecimal() else told))
    else:
        say("\n".join([*(why.text for why in said), MEANING]) if said else f"no command is {arguments.why}")
    return 0


def _numbers(wanted: str, table: pd.DataFrame) -> list[int]:
    """`3`, `3,7,9` or `low` as numbers of commands."""
    if wanted in TIERS:
        return [int(n) for n in table.loc[table["confidence"] == wanted, "n"]]
    numbers = [part.strip() for part in wanted.split(",")]
    if not all(part.isdecimal() and part.isascii() for part in numbers):
        raise UsageError(f"--why {wanted!r}: give numbers, as in 3 or 3,7,9, or one of {', '.join(TIERS)}")
    return [int(part) for part in numbers]


def _refuse_what_would_be_ignored(name: str, arguments: argparse.Namespace) -> None:
    given = {option for option, value in vars(arguments).items() if value is not None and value is not False}
    ignored = given - {name, *LONE[name], "path", "identity", "mask", "no_mask", "verb", "run"}
    if name in given and ignored:
        allowed = " and ".join(f"--{option}" for option in LONE[name])
        others = ", ".join(f"--{option}" for option in sorted(ignored))
        raise UsageError(f"--{name} does not go with {others}: it takes {allowed} only")


def _print(table: pd.DataFrame, arguments: argparse.Namespace) -> None:
    if arguments.jsonl:
        for row in records(table):
            say(json.dumps(row))
    elif arguments.json or arguments.csv or single(arguments.path) is not None:
        elsewhere = () if options.zone is UTC else ("start_utc",)
        columns = (*COLUMNS[:2], *elsewhere, *COLUMNS[2:])
        print_table(table, columns, arguments, ("start", *FIRST_TO_GO) if elsewhere else FIRST_TO_GO)
    else:
        where = [os.path.relpath(path, arguments.path) for path in table["recording"]]
        print_table(table.assign(recording=where), OF_MANY, arguments, FIRST_TO_GO)


def _asked(arguments: argparse.Namespace) -> int:
    """Which commands run these words, and what was looked at."""
    case = corpus(arguments.path, identity=arguments.identity)
    found = case.commands.sl.ran(arguments.ran, **filters(arguments))
    if arguments.marked:
        found = found[found["marks"] != ""]
    coverage = case.coverage_of_commands(**filters(arguments))
    _print(masked(found, case, arguments), arguments)
    said = coverage.of_commands(list(found["confidence"]))
    print_coverage(coverage.as_dict(len(found), said), arguments)
    return 0 if len(found) else 1 if coverage.complete else 2


def _follow(arguments: argparse.Namespace) -> int:
    """Each command as soon as it is sure; Ctrl-C ends it, as the end of the recording does."""
    try:
        mask = Mask(Wanted(not arguments.no_mask and to_a_file(), tuple(map(_regex, arguments.mask or ()))))
        for news in follow(arguments.path, wait=_Waiting(), identity=arguments.identity):
            mask.hear(news["command"].tolist())
            for row in records(masked_table(news, mask)[0]):
                if arguments.marked and not (row["marks"] or row["corrects"]):
                    continue  # a correction is told too: it may take a mark back
                say(json.dumps(row) if arguments.jsonl else _line(row))
    except KeyboardInterrupt:
        return 0
    return 0


def _regex(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise UsageError(f"--mask {text!r} is no regular expression: {error}") from None


class _Waiting:
    """Sleeps; the first time it says for what: a program that never ends looks like one that hangs."""

    said = False

    def __call__(self, seconds: float) -> None:
        if not self.said:
            self.said = True
            sys.stderr.write("sessionlens commands: waiting for more of the recording; Ctrl-C ends this\n")
            sys.stderr.flush()
        time.sleep(seconds)


def _line(row: dict[str, Any]) -> str:
    when = format_elapsed(round(row["start"] * 1e9))
    corrects = "  (corrects what was told before)" if row["corrects"] else ""
    marks = f"  [{row['marks']}]" if row["marks"] else ""
    return f"{when}  {visible(row['context'])}  {visible(row['command'])}{marks}{corrects}"
