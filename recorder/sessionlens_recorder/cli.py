"""`sessionlens-recorder init | serve | passwd`: the bastion's command line."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from sessionlens_recorder import __version__
from sessionlens_recorder.config import ConfigError, load
from sessionlens_recorder.initialise import initialise

USAGE_ERROR = 64


def main(argv: list[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except (ConfigError, OSError, ValueError) as error:
        print(f"sessionlens-recorder: {error}", file=sys.stderr)  # noqa: T201
        return USAGE_ERROR


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sessionlens-recorder", description="An SSH bastion that records.")
    parser.add_argument("--version", action="version", version=f"sessionlens-recorder {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    init = commands.add_parser("init", help="write a commented recorder.toml, a host key and a signing key")
    init.add_argument("folder", type=Path, metavar="DIR")
    init.set_defaults(run=_init)
    serve = commands.add_parser("serve", help="listen, record, forward")
    serve.add_argument("--config", type=Path, required=True, metavar="FILE")
    serve.set_defaults(run=_serve)
    passwd = commands.add_parser("passwd", help="read a password and print the line for password_file")
    passwd.set_defaults(run=_passwd)
    return parser


def _init(arguments: argparse.Namespace) -> int:
    for path, what in initialise(arguments.folder):
        print(f"{path}  {what}")  # noqa: T201
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    from sessionlens_recorder import logs
    from sessionlens_recorder.net.server import Server

    logs.set_up()
    Server(load(arguments.config)).run(lambda line: print("ready", line, flush=True))  # noqa: T201
    return 0


def _passwd(arguments: argparse.Namespace) -> int:
    from sessionlens_recorder.net.passwords import hash_password

    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if getpass.getpass("Again: ") != password:
            raise ValueError("the two passwords differ")
    else:
        password = sys.stdin.readline().rstrip("\n")
    if not password:
        raise ValueError("an empty password lets everybody in; give one")
    print(hash_password(password))  # noqa: T201
    return 0
