"""`sessionlens-recorder init | serve | sinks | passwd | …`: the bastion's command line."""

from __future__ import annotations

import argparse
import getpass
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any, NoReturn

from sessionlens_recorder import __version__
from sessionlens_recorder.config import ConfigError, load
from sessionlens_recorder.initialise import SECRET, Wishes, initialise, write_new
from sessionlens_recorder.session.rules import KINDS
from sessionlens_recorder.steps import next_steps
from sessionlens_recorder.templates import INPUT

NAME = "sessionlens-recorder"
USAGE_ERROR = 64
USUAL = Wishes()


class Parser(argparse.ArgumentParser):
    """argparse, with the exit code that wrong use has here."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE_ERROR, f"{self.prog}: {message}\n")


def main(argv: list[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except (ConfigError, OSError, ValueError) as error:
        print(f"sessionlens-recorder: {_in_words(error)}", file=sys.stderr)  # noqa: T201
        return int(getattr(error, "exit_code", USAGE_ERROR))


def _in_words(error: Exception) -> str:
    """Without the number that Python puts before."""
    if isinstance(error, OSError) and error.strerror:
        return ": ".join(str(part) for part in (error.filename, error.strerror) if part)
    return str(error)


def _parser() -> Parser:
    from sessionlens_recorder import watching

    parser = Parser(prog=NAME, description="An SSH bastion that records.")
    parser.add_argument("--version", action="version", version=f"sessionlens-recorder {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_init(commands)
    serve = commands.add_parser("serve", help="listen, record, forward")
    _config_argument(serve)
    serve.set_defaults(run=_serve)
    sinks = commands.add_parser("sinks", help="what waits for each sink; with --test send an event to each")
    _config_argument(sinks)
    sinks.add_argument("--test", action="store_true", help="say what each endpoint answers")
    sinks.set_defaults(run=_sinks)
    _add_secrets(commands)
    _add_revoke(commands)
    _add_holds(commands)
    _add_check(commands)
    watching.add_commands(commands)
    return parser


def _config_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")


def _by_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", metavar="NAME", help="who you are (default: as sudo or the system says)")


def _add_init(commands: Any) -> None:
    init = commands.add_parser("init", help="write a commented recorder.toml, a host key and a signing key")
    init.add_argument("folder", type=Path, metavar="DIR")
    init.add_argument("--name", default=USUAL.name, help="this bastion, as signer (default: %(default)s)")
    init.add_argument(
        "--listen", default=USUAL.listen, metavar="HOST:PORT", help="default: %(default)s, this machine only"
    )
    init.add_argument("--user", metavar="NAME", help="who may log in; without keys: with a password")
    init.add_argument("--authorized-keys", type=Path, metavar="FILE", help="the user's public keys")
    init.add_argument("--target", metavar="NAME", help="where sessions go on; makes a key for it")
    init.add_argument("--address", metavar="HOST:PORT", help="of the target's sshd")
    init.add_argument("--account", metavar="NAME", help="on the target (default: the user's name)")
    init.add_argument("--host-key", metavar="KEY", help="the target's: what ssh-keyscan prints")
    init.add_argument("--input", choices=INPUT, default=USUAL.input, help="how what users type is stored")
    init.set_defaults(run=_init)


def _add_secrets(commands: Any) -> None:
    """What makes passwords, keys and one-time passwords."""
    passwd = commands.add_parser("passwd", help="read a password and print the line for password_file")
    passwd.set_defaults(run=_passwd)
    key = commands.add_parser("input-key", help="make a key that opens sealed input; prints its public half")
    key.add_argument(
        "file", type=Path, metavar="FILE", help="for the private half; best made off the bastion"
    )
    key.set_defaults(run=_input_key)
    totp = commands.add_parser("totp", help="make the secret for totp_file")
    totp.add_argument("name", metavar="NAME", help="whose; for the label in their app")
    totp.set_defaults(run=_totp)


def _add_revoke(commands: Any) -> None:
    revoke = commands.add_parser("revoke", help="let a person in no more, and end their sessions")
    revoke.add_argument("name", metavar="NAME")
    _config_argument(revoke)
    revoke.add_argument("--reason", default="", metavar="TEXT", help="kept in the list")
    _by_argument(revoke)
    revoke.add_argument("--undo", action="store_true", help="take them off the list")
    revoke.set_defaults(run=_revoke)


def _add_holds(commands: Any) -> None:
    for verb, meaning in (("hold", "keep recordings for a case, whatever their age"), ("release", "undo it")):
        keep = commands.add_parser(verb, help=meaning)
        keep.add_argument("bundles", nargs="+", metavar="ID", help="eight hex digits, or a bundle's folder")
        _config_argument(keep)
        keep.add_argument("--case", required=True, metavar="C")
        _by_argument(keep)
        keep.set_defaults(run=_keep, verb=verb)
    holds = commands.add_parser("holds", help="list the recordings that are held, with their cases")
    _config_argument(holds)
    holds.set_defaults(run=_holds)


def _add_check(commands: Any) -> None:
    check = commands.add_parser(
        "check", help="explain what is said of a login (1: not allowed); without one, try the configuration"
    )
    check.add_argument("login", nargs="?", metavar="NAME%TARGET")
    _config_argument(check)
    check.add_argument("--kind", choices=KINDS, help="of channel; default: whether the target is reached")
    check.add_argument("--at", metavar="TIME", help="ISO 8601, UTC unless it says otherwise; default: now")
    check.add_argument("--group", action="append", default=[], help="that a certificate would add")
    check.set_defaults(run=_check)


def _init(arguments: argparse.Namespace) -> int:
    wishes = Wishes(**{field.name: getattr(arguments, field.name) for field in fields(Wishes)})
    made = initialise(arguments.folder, wishes)
    for path, what in made.files:
        print(f"{path}  {what}")  # noqa: T201
    called = sys.argv[0] if Path(sys.argv[0]).name == NAME else NAME
    for line in next_steps(arguments.folder, wishes, made, called):
        print(line)  # noqa: T201
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    from sessionlens_recorder import logs
    from sessionlens_recorder.net.server import Server

    logs.set_up()
    Server(load(arguments.config)).run(lambda line: print("ready", line, flush=True))  # noqa: T201
    return 0


def _sinks(arguments: argparse.Namespace) -> int:
    from sessionlens_recorder.sinks import verb

    good = True
    for fine, line in verb.run(arguments.config, arguments.test):
        print(line, flush=True)  # noqa: T201
        good = good and fine
    return 0 if good else 1


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


def _input_key(arguments: argparse.Namespace) -> int:
    from sessionlens_recorder.sealing import new_identity

    private, recipient = new_identity()
    write_new(arguments.file, private.encode(), SECRET)
    print(recipient)  # noqa: T201
    return 0


def _totp(arguments: argparse.Namespace) -> int:
    from sessionlens_recorder.net.totp import new_secret, otpauth

    secret = new_secret()
    print(secret)  # noqa: T201
    print(f"for the app: {otpauth(secret, arguments.name, 'SessionLens')}", file=sys.stderr)  # noqa: T201
    return 0


def _revoke(arguments: argparse.Namespace) -> int:
    from sessionlens_recorder.operators import operator, telling
    from sessionlens_recorder.revoking import set_revoked

    config, by = load(arguments.config), operator(arguments.by)
    with telling(config):
        fine, told = set_revoked(config, arguments.name, arguments.reason, by, undo=arguments.undo)
    print(told)  # noqa: T201
    return 0 if fine else 1


def _keep(arguments: argparse.Namespace) -> int:
    from sessionlens_recorder.holding import keep
    from sessionlens_recorder.operators import operator, telling

    config, by = load(arguments.config), operator(arguments.by)
    good = True
    with telling(config):
        for fine, line in keep(
            arguments.verb, config.server.recordings, arguments.bundles, arguments.case, by
        ):
            print(line, file=sys.stdout if fine else sys.stderr)
            good = good and fine
    return 0 if good else USAGE_ERROR


def _holds(arguments: argparse.Namespace) -> int:
    from sessionlens_recorder.holding import list_holds

    for line in list(list_holds(load(arguments.config).server.recordings)) or ["no recording is held"]:
        print(line)  # noqa: T201
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from sessionlens_recorder.explaining import Question, explain, read_moment
    from sessionlens_recorder.trying import try_config

    if arguments.login is None:
        good = True
        for fine, line in try_config(arguments.config):
            print(line)  # noqa: T201
            good = good and fine
        return 0 if good else 1
    moment = read_moment(arguments.at)
    question = Question(arguments.login, arguments.kind, moment, tuple(arguments.group))
    explanation = explain(load(arguments.config), question)
    for line in explanation.lines:
        print(line)  # noqa: T201
    return 0 if explanation.allowed else 1
