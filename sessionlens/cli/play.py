"""sessionlens play: a session in the browser, as one page that needs no network, or in this terminal."""

from __future__ import annotations

import argparse
import tempfile
import webbrowser
from pathlib import Path

from sessionlens.cli.common import one_recording_argument, output_argument, say, theme_argument, warn_of_gaps
from sessionlens.cli.masking import mask_arguments, wanted
from sessionlens.cli.replaying import check_terminal, play_in_terminal, terminal_arguments
from sessionlens.session import open
from sessionlens.session.outputs import check_output
from sessionlens.session.paging import HTML


def arguments(parser: argparse.ArgumentParser) -> None:
    one_recording_argument(parser)
    output_argument(parser, "HTML", required=False)
    parser.add_argument("--no-open", action="store_true", help="write the page, and open no browser")
    parser.add_argument("--start", metavar="TIME", help="only from this time on")
    parser.add_argument("--end", metavar="TIME", help="only up to this time")
    parser.add_argument("--at", metavar="TIME", help="open at this moment; in the terminal paused")
    mask_arguments(parser)
    theme_argument(parser)
    terminal_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    check_terminal(arguments)
    if arguments.output:
        check_output(arguments.output, *HTML, overwrite=arguments.force)
    session = open(arguments.path, arguments.channel, identity=arguments.identity)
    warn_of_gaps(session)
    if arguments.terminal:
        return play_in_terminal(session, arguments)
    path = arguments.output or private(session.info.session)
    report = session.to_html(
        path,
        at=arguments.at,
        start=arguments.start,
        end=arguments.end,
        theme=arguments.theme,
        mask=wanted(arguments, written=True),
    )
    say(str(report))
    if not arguments.no_open and not webbrowser.open(path.absolute().as_uri()):
        say("no browser could be started here: open the file in one")
    return 0


def private(session: str | None) -> Path:
    """An empty file that only this person can read, in a folder of its own; it stays, for the browser."""
    path = Path(tempfile.mkdtemp(prefix="sessionlens-")) / f"{session or 'session'}.html"
    path.touch(mode=0o600)
    return path
