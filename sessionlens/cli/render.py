"""sessionlens render: an MP4 with the commands burned in, a GIF, or a picture of one screen."""

from __future__ import annotations

import argparse

import pandas as pd

from sessionlens.cli.common import (
    one_recording_argument,
    output_argument,
    progress,
    say,
    theme_argument,
    warn_of_gaps,
)
from sessionlens.cli.masking import mask_arguments, wanted
from sessionlens.errors import UsageError
from sessionlens.session import open
from sessionlens.session.outputs import PRESETS, SUFFIXES, check_output


def arguments(parser: argparse.ArgumentParser) -> None:
    one_recording_argument(parser)
    output_argument(parser, "FILE", required=True)
    parser.add_argument("--start", metavar="TIME", help="from this time on")
    parser.add_argument("--end", metavar="TIME", help="up to this time")
    parser.add_argument(
        "--clip", metavar="N|REF", help="what belongs to this command, or to a ref from a table"
    )
    parser.add_argument("--at", metavar="TIME", help="of a .png: the moment")
    parser.add_argument(
        "--preset", choices=PRESETS, default="review", help="review: idle time cut at 2 s; exhibit: uncut, 1x"
    )
    parser.add_argument("--idle", type=float, metavar="S", help="longest pause shown, in seconds; 0: uncut")
    parser.add_argument("--speed", type=float, metavar="X", help="how many times as fast")
    parser.add_argument(
        "--findings",
        nargs="?",
        const=True,
        default=False,
        metavar="CSV",
        help="burn in our marks, or a table with start, severity and name, as the analyst's",
    )
    parser.add_argument(
        "--notes", metavar="CSV", help="burn in a table with start and note, as the analyst's"
    )
    parser.add_argument("--case", metavar="NAME", help="the case, for the title")
    parser.add_argument("--signers", metavar="FILE", help="who may seal recordings, for the title")
    parser.add_argument("--no-cards", action="store_true", help="neither title nor end")
    mask_arguments(parser)
    theme_argument(parser)
    parser.add_argument("--plain", action="store_true", help="the bare terminal, no bands")
    parser.add_argument(
        "--max-size",
        metavar="SIZE",
        help="20MB: a smaller picture, then parts (-1of3)",
    )


def run(arguments: argparse.Namespace) -> int:
    check_output(arguments.output, *SUFFIXES, overwrite=arguments.force)
    session = open(arguments.path, arguments.channel, identity=arguments.identity)
    warn_of_gaps(session)
    report = session.render(
        arguments.output,
        start=arguments.start,
        end=arguments.end,
        clip=arguments.clip,
        at=arguments.at,
        preset=arguments.preset,
        idle=arguments.idle,
        speed=arguments.speed,
        findings=arguments.findings if isinstance(arguments.findings, bool) else table(arguments.findings),
        notes=None if arguments.notes is None else table(arguments.notes),
        cards=not arguments.no_cards,
        case=arguments.case,
        signers=arguments.signers,
        plain=arguments.plain,
        mask=wanted(arguments, written=True),
        theme=arguments.theme,
        max_size=arguments.max_size,
        overwrite=arguments.force,
        progress=progress("rendering"),
    )
    say(str(report))
    shown = session.main.channel.number
    left_out = [c.name for c in session.source.channels if c.number != shown]
    if left_out and arguments.clip is None:
        say(f"shows channel {shown}; not shown: {', '.join(left_out)} (--channel N)")
    return 0


def table(path: str) -> pd.DataFrame:
    """A CSV file of the analyst's; numbers are seconds since the session began."""
    try:
        return pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read as CSV: {error}") from error
