"""sessionlens render: an MP4 with the commands burned in."""

from __future__ import annotations

import argparse

from sessionlens.cli.common import (
    one_recording_argument,
    output_argument,
    progress,
    say,
    theme_argument,
    warn_of_gaps,
)
from sessionlens.cli.masking import mask_arguments, wanted
from sessionlens.session import open
from sessionlens.session.outputs import check_output


def arguments(parser: argparse.ArgumentParser) -> None:
    one_recording_argument(parser)
    output_argument(parser, "MP4", required=True)
    parser.add_argument("--start", metavar="TIME", help="from this time on")
    parser.add_argument("--end", metavar="TIME", help="up to this time")
    parser.add_argument("--idle", type=float, default=2.0, help="longest pause shown, in seconds; 0: uncut")
    parser.add_argument("--speed", type=float, default=1.0, help="how many times as fast")
    parser.add_argument("--findings", action="store_true", help="burn in the marks, as the analyst's")
    mask_arguments(parser)
    theme_argument(parser)
    parser.add_argument("--plain", action="store_true", help="the bare terminal, no bands")


def run(arguments: argparse.Namespace) -> int:
    check_output(arguments.output, ".mp4", overwrite=arguments.force)
    session = open(arguments.path, arguments.channel, identity=arguments.identity)
    warn_of_gaps(session)
    report = session.render(
        arguments.output,
        start=arguments.start,
        end=arguments.end,
        idle=arguments.idle,
        speed=arguments.speed,
        findings=arguments.findings,
        plain=arguments.plain,
        mask=wanted(arguments, written=True),
        theme=arguments.theme,
        progress=progress("rendering"),
    )
    say(str(report))
    shown = session.main.channel.number
    left_out = [c.name for c in session.source.channels if c.number != shown]
    if left_out:
        say(f"shows channel {shown}; not shown: {', '.join(left_out)} (--channel N)")
    return 0
