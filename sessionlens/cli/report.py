"""sessionlens report: one page to print: what was found, how it is known, what could not be seen."""

from __future__ import annotations

import argparse

from sessionlens.cli.common import output_argument, recording_argument, say
from sessionlens.cli.masking import mask_arguments, wanted
from sessionlens.session import corpus
from sessionlens.session.outputs import EXHIBITS, check_output


def arguments(parser: argparse.ArgumentParser) -> None:
    recording_argument(parser)
    output_argument(parser, "HTML", required=True)
    parser.add_argument(
        "--match", metavar="WORDS", help='what to look for, as a command and as text, as in "rm -rf"'
    )
    parser.add_argument("--ran", metavar="WORDS", help='only commands that run this, as in "rm -rf /srv"')
    parser.add_argument("--person", "--user", metavar="NAME", help="only sessions of this person")
    parser.add_argument("--since", help="from this date or time on (UTC, or --tz, unless it names a zone)")
    parser.add_argument("--until", help="to this date (its end) or time")
    parser.add_argument("--question", metavar="TEXT", help="the question in your words")
    parser.add_argument("--case", metavar="NAME", help="the case, for the title")
    parser.add_argument("--signers", metavar="FILE", help="allowed_signers file: whose seal is trusted")
    parser.add_argument("--made", metavar="TIME", help="when it was made; without it the page does not say")
    parser.add_argument(
        "--limit", type=int, default=EXHIBITS, metavar="N", help="exhibits with a picture; others are listed"
    )
    mask_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """0: the page was written, whatever it says."""
    from sessionlens.session.casework import report

    check_output(arguments.output, ".html", overwrite=arguments.force)
    made = report(
        corpus(arguments.path, identity=arguments.identity),
        arguments.output,
        question=arguments.question,
        match=arguments.match,
        ran=arguments.ran,
        person=arguments.person,
        since=arguments.since,
        until=arguments.until,
        case=arguments.case,
        signers=arguments.signers,
        made=arguments.made,
        limit=arguments.limit,
        mask=wanted(arguments, written=True),
        overwrite=arguments.force,
    )
    say(str(made))
    return 0
