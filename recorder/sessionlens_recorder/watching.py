"""`sessions | follow | end | allow | export`: the command line of whoever watches over sessions."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from sessionlens_recorder.config import load
from sessionlens_recorder.live import client
from sessionlens_recorder.live.answer import check_reason


def add_commands(commands: Any) -> None:
    """To the parser of cli.py."""
    sessions = commands.add_parser("sessions", help="list running sessions, and those that wait")
    sessions.add_argument("--json", action="store_true", help="one object a session")
    sessions.set_defaults(run=_sessions)
    follow = commands.add_parser("follow", help="show what a session's terminals show, until it ends")
    follow.add_argument("--channel", type=int, metavar="N", help="this one, terminal or not")
    follow.add_argument("--raw", action="store_true", help="as it is, escape sequences too")
    follow.set_defaults(run=_follow)
    end = commands.add_parser("end", help="end a session; the user reads the reason")
    end.set_defaults(run=_end)
    allow = commands.add_parser("allow", help="let a session go on that waits for a second person")
    allow.set_defaults(run=_allow)
    for parser in (sessions, follow, end, allow):
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--config", type=Path, metavar="FILE", help="of the bastion")
        where.add_argument("--socket", type=Path, metavar="FILE", help="for whoever cannot read that")
    for parser in (follow, end, allow):
        parser.add_argument("session", metavar="ID", help="eight hex digits")
        parser.add_argument("--reason", required=True, metavar="TEXT", help="recorded in the session")
    export = commands.add_parser("export", help="take sealed recordings out for a case, as a ZIP file")
    export.add_argument("sessions", nargs="+", metavar="ID")
    export.add_argument("--config", type=Path, required=True, metavar="FILE")
    export.add_argument("--case", required=True, metavar="NAME")
    export.add_argument("--reason", required=True, metavar="TEXT", help="written into it")
    export.add_argument("--by", metavar="NAME", help="who you are (default: as sudo or the system says)")
    export.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="is not overwritten")
    export.set_defaults(run=_export)


def _socket(arguments: argparse.Namespace) -> Path:
    path: Path = arguments.socket or load(arguments.config).live.socket
    return path


def _sessions(arguments: argparse.Namespace) -> int:
    for line in client.list_sessions(_socket(arguments), arguments.json):
        print(line)  # noqa: T201
    return 0


def _follow(arguments: argparse.Namespace) -> int:
    reason = check_reason(arguments.reason)
    try:
        if client.follow(_socket(arguments), arguments.session, reason, arguments.channel, arguments.raw):
            return 0
    except KeyboardInterrupt:
        return 0
    print("sessionlens-recorder: the bastion shows no more", file=sys.stderr)  # noqa: T201
    return 1


def _end(arguments: argparse.Namespace) -> int:
    return _do("end", arguments)


def _allow(arguments: argparse.Namespace) -> int:
    return _do("allow", arguments)


def _do(what: str, arguments: argparse.Namespace) -> int:
    reason = check_reason(arguments.reason)
    for answer in client.ask(_socket(arguments), ask=what, session=arguments.session, reason=reason):
        print(answer.get("done", ""))  # noqa: T201
        return 0
    raise ValueError("the bastion did not answer")


def _export(arguments: argparse.Namespace) -> int:
    from sessionlens_recorder.exporting import export
    from sessionlens_recorder.operators import operator

    config, reason, by = load(arguments.config), check_reason(arguments.reason), operator(arguments.by)
    good = True
    for fine, line in export(config, arguments.sessions, arguments.case, reason, by, arguments.output):
        print(line)  # noqa: T201
        good = good and fine
    return 0 if good else 1
