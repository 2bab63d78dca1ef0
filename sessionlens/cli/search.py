"""sessionlens search: where a text was typed or shown, and what was looked at."""

from __future__ import annotations

import argparse

from sessionlens.catalog.search import SHOWN
from sessionlens.cli.common import (
    filter_arguments,
    form_arguments,
    print_coverage,
    print_table,
    recording_argument,
)
from sessionlens.cli.masking import masked
from sessionlens.session import corpus

FIRST_TO_GO = ("visible", "person", "start", "session", "start_utc", "missed")


def arguments(parser: argparse.ArgumentParser) -> None:
    recording_argument(parser)
    parser.add_argument("query", help="the text; upper and lower case are alike")
    parser.add_argument("--regex", action="store_true", help="the query is a regular expression")
    parser.add_argument("--case", action="store_true", help="upper and lower case differ")
    filter_arguments(parser)
    form_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """0: found, 1: not there, 2: not found where not everything could be seen."""
    case = corpus(arguments.path, identity=arguments.identity)
    found = case.search(
        arguments.query,
        user=arguments.user,
        since=arguments.since,
        until=arguments.until,
        regex=arguments.regex,
        case=arguments.case,
    )
    print_table(masked(found, case, arguments), SHOWN, arguments, FIRST_TO_GO)
    said = found.coverage.sentence(len(found))
    print_coverage(found.coverage.as_dict(len(found), said), arguments)
    return 0 if len(found) else 1 if found.coverage.complete else 2
