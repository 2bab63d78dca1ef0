"""sessionlens screen: the screen at one time, as text or as a picture."""

from __future__ import annotations

import argparse
import json

from sessionlens.cli.common import one_recording_argument, output_argument, say, theme_argument, warn_of_gaps
from sessionlens.cli.masking import mask_arguments, tell, to_a_file, wanted
from sessionlens.errors import UsageError
from sessionlens.session import open
from sessionlens.session.outputs import check_output
from sessionlens.session.refs import Ref
from sessionlens.times import format_utc


def arguments(parser: argparse.ArgumentParser) -> None:
    one_recording_argument(parser)
    parser.add_argument(
        "--at", metavar="TIME", help="00:03:12, seconds, a date and time (in UTC or --tz), a ref"
    )
    parser.add_argument("--json", action="store_true", help="exact, for programs")
    mask_arguments(parser)
    output_argument(parser, "PNG", required=False)
    theme_argument(parser)
    parser.add_argument(
        "--scale", type=int, default=1, help="of the picture: 2 for displays of a high density, up to 4"
    )


def run(arguments: argparse.Namespace) -> int:
    when = arguments.at or arguments.path
    if arguments.at is None and Ref.parse(when) is None:
        raise UsageError("say which moment: --at 00:03:12, or a ref from a table in place of the path")
    if arguments.output:
        check_output(arguments.output, ".png", overwrite=arguments.force)
    session = open(arguments.path, arguments.channel, identity=arguments.identity)
    screen = session.at(when)
    warn_of_gaps(session)
    if arguments.output:
        dots = 96 * arguments.scale
        picture = screen.masked(wanted(arguments, written=True))
        tell(picture.tally)
        image = picture.image(theme=arguments.theme, scale=arguments.scale)
        image.save(arguments.output, "PNG", dpi=(dots, dots))
        say(str(arguments.output))
    if arguments.json or not arguments.output:
        screen = screen.masked(wanted(arguments, written=to_a_file()))
        tell(screen.tally)
    if arguments.json:
        cursor = screen.terminal.cursor
        say(
            json.dumps(
                {
                    "t": screen.t_ns / 1e9,
                    "t_utc": None if screen.utc_ns is None else format_utc(screen.utc_ns),
                    "offset": screen.offset,
                    "ref": screen.ref,
                    "columns": screen.terminal.columns,
                    "rows": screen.terminal.rows,
                    "cursor": [cursor.x, cursor.y],
                    "alternate": screen.terminal.alternate,
                    "lines": [row.rstrip() for row in screen.terminal.display],
                }
            )
        )
    elif not arguments.output:
        say(repr(screen))
    return 0
