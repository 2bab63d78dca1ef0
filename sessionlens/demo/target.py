"""An SSH server on loopback with a real terminal and a real shell: the machine the demo's insider works on.

`python -m sessionlens.demo.target --authorized-key "ssh-ed25519 AAAA…"` prints one line on standard output,
`ready {"address": "127.0.0.1:41001", "host_key": "ssh-ed25519 AAAA…", "home": "/tmp/…"}`, and serves until
SIGTERM. `login` says what it can do.

It is for demos, tests and fixtures, not for the internet: whoever logs in is the user who started it. The
shell gets a clean environment and a home of its own, which is removed at the end unless --home names one.
"""

from __future__ import annotations

import argparse
import json
import logging
import selectors
import shlex
import signal
import socket
import sys
import tempfile
import threading
from io import StringIO
from pathlib import Path
from typing import Any

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paramiko import common

from .login import BASH, Account, Login


def channel_request(channel: Any, message: paramiko.Message) -> None:
    """Answer `signal`, which paramiko does not know; it answers the others, and only then they may speak."""
    here = message.packet.tell()
    server = channel.transport.server_object
    if message.get_string() == b"signal" and isinstance(server, Login):
        message.get_boolean()  # want reply: always false (RFC 4254, 6.9)
        server.session(channel).signalled(message.get_text())
    else:
        message.packet.seek(here)
        channel._handle_request(message)
        if isinstance(server, Login):
            server.session(channel).answered()


def channel_close(channel: Any, message: paramiko.Message) -> None:
    """Close as paramiko does, and hang up on what still runs: nobody may be reading any more."""
    channel._handle_close(message)
    server = channel.transport.server_object
    if isinstance(server, Login):
        server.session(channel).closed()


class Connection(paramiko.Transport):
    """A server transport that knows signals and hangs up."""

    _channel_handler_table = {  # noqa: RUF012 - paramiko looks here for what to do with a message
        **vars(paramiko.Transport)["_channel_handler_table"],
        common.MSG_CHANNEL_REQUEST: channel_request,
        common.MSG_CHANNEL_CLOSE: channel_close,
    }


class Target:
    """The listener and what it accepted."""

    def __init__(self, account: Account, host_key: paramiko.PKey, address: tuple[str, int]) -> None:
        self._account, self._host_key = account, host_key
        self.listener = socket.create_server(address)
        self._logins: list[tuple[Connection, Login]] = []

    def accept(self) -> None:
        """Take one connection and serve it in threads of its own."""
        connection = Connection(self.listener.accept()[0])
        connection.add_server_key(self._host_key)
        login = Login(self._account)
        self._logins = [(old, its) for old, its in self._logins if old.is_active()]
        self._logins.append((connection, login))
        threading.Thread(target=self._serve, args=(connection, login), daemon=True).start()

    def _serve(self, connection: Connection, login: Login) -> None:
        try:
            connection.start_server(server=login)
        except (paramiko.SSHException, EOFError, OSError):  # not an SSH client, or one that left
            connection.close()
        while connection.is_active():
            channel = connection.accept(1)
            if channel is not None:
                login.session(channel)  # which holds it: paramiko closes a channel that nobody holds
        for session in [*login.sessions.values()]:
            session.hang_up()

    def stop(self) -> None:
        """Hang up on everybody and wait until their programs are gone."""
        self.listener.close()
        for connection, login in self._logins:
            for session in [*login.sessions.values()]:
                session.hang_up()
            connection.close()


def new_key() -> paramiko.PKey:
    """An Ed25519 key pair that lives as long as this process."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    return paramiko.Ed25519Key(file_obj=StringIO(pem.decode()))


def parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sessionlens.demo.target",
        description="A small SSH server on loopback, for demos and tests.",
    )
    parser.add_argument("--listen", default="127.0.0.1:0", metavar="ADDRESS:PORT", help="port 0 picks one")
    parser.add_argument("--account", default="deploy", help="the one account (default: %(default)s)")
    parser.add_argument(
        "--authorized-key", action="append", required=True, metavar="KEY", help="'ssh-ed25519 AAAA…'"
    )
    parser.add_argument("--host-key", type=Path, metavar="FILE", help="default: a new one")
    parser.add_argument(
        "--home", type=Path, metavar="DIR", help="default: a temporary one, removed at the end"
    )
    parser.add_argument("--shell", default=shlex.join(BASH), help="default: %(default)s")
    parser.add_argument(
        "--command", default="bash -c", help="what runs an exec request (default: %(default)s)"
    )
    parser.add_argument(
        "--env", action="append", default=[], metavar="NAME=VALUE", help="for instance PS1='$ '"
    )
    parser.add_argument("--with-parent", action="store_true", help="also stop when standard input ends")
    return parser.parse_args(argv)


def serve(options: argparse.Namespace, home: Path) -> None:
    """Accept connections until a signal or the parent's end; every shell is gone when this returns."""
    account = Account(
        name=options.account,
        keys=frozenset(" ".join(key.split()[:2]) for key in options.authorized_key),
        home=home,
        shell=tuple(shlex.split(options.shell)),
        command=tuple(shlex.split(options.command)),
        variables=tuple((name, value) for name, _, value in (pair.partition("=") for pair in options.env)),
    )
    host_key = paramiko.PKey.from_path(options.host_key) if options.host_key else new_key()
    host, _, port = options.listen.rpartition(":")
    stop_here, stop_there = socket.socketpair()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop_there.send(b"!"))
    target = Target(account, host_key, (host, int(port)))
    address = "{}:{}".format(*target.listener.getsockname()[:2])
    public = f"{host_key.get_name()} {host_key.get_base64()}"
    print("ready", json.dumps({"address": address, "host_key": public, "home": str(home)}), flush=True)  # noqa: T201
    with selectors.DefaultSelector() as selector:
        selector.register(target.listener, selectors.EVENT_READ)
        selector.register(stop_here, selectors.EVENT_READ)
        if options.with_parent:
            selector.register(sys.stdin, selectors.EVENT_READ)
        while all(key.fileobj is target.listener for key, _ in selector.select()):
            target.accept()
    target.stop()


def main(argv: list[str] | None = None) -> int:
    """Run the target in the foreground."""
    options = parse(argv)
    logging.basicConfig(stream=sys.stderr, format="target: %(message)s", level=logging.WARNING)
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # a client that leaves is no event here
    if options.home is not None:
        serve(options, options.home)
        return 0
    with tempfile.TemporaryDirectory(prefix="sessionlens-target-") as home:
        serve(options, Path(home))
    return 0


if __name__ == "__main__":
    sys.exit(main())
