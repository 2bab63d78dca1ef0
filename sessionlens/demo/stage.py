"""The processes a recorded session needs: a target, and the recorder in front of it, both on loopback.

Each is a child in a process group of its own, so that a Ctrl-C on the user's terminal reaches only the demo,
which then ends them in order; a child that says nothing in time, or dies, is reported with the last lines of
its log. The recorder is started as a program (`python -m sessionlens_recorder`), never imported.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sessionlens.errors import SessionLensError

PATIENCE_S = 30.0
PERSON, ACCOUNT, TARGET, BASTION = "john", "deploy", "web01", "bastion"
RECORDER = (sys.executable, "-m", "sessionlens_recorder")


class DemoError(SessionLensError, RuntimeError):
    """The demo cannot go on; the message says why and what to do."""


@dataclass(slots=True)
class Child:
    """A program that prints `ready {…}` once it serves."""

    argv: Sequence[str]
    log: Path
    process: subprocess.Popen[str]
    ready: dict[str, Any]

    def said(self) -> str:
        """The last lines of its log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])

    def stop(self) -> None:
        """SIGTERM, and wait for its end; SIGKILL only for one that does not listen."""
        self.process.terminate()
        try:
            self.process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
        except BaseException:  # Ctrl-C once more
            self.process.kill()
            raise
        code = self.process.returncode
        if code != 0:
            raise DemoError(f"{' '.join(self.argv[1:4])} … ended with {code}; it said:\n{self.said()}")


def start(argv: Sequence[str], log: Path) -> Child:
    """Start a program and wait for its ready line."""
    with log.open("w") as errors:
        process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, process_group=0
        )
    child = Child(argv, log, process, {})
    try:
        line = first_line(process)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    if not line.startswith("ready "):
        process.kill()
        process.communicate()
        raise DemoError(f"{' '.join(argv[1:4])} … did not start; it said:\n{line}{child.said()}")
    child.ready = json.loads(line.removeprefix("ready "))
    return child


def first_line(process: subprocess.Popen[str]) -> str:
    """The first line it prints, or "" if it ends or takes too long."""
    stdout = process.stdout
    assert stdout is not None  # noqa: S101 - for the type checker
    readable = select.select([stdout], [], [], PATIENCE_S)[0]
    return stdout.readline() if readable else ""


def write_key(path: Path) -> str:
    """A new Ed25519 key pair; the private half goes to `path` (0600), the public line is returned."""
    key = Ed25519PrivateKey.generate()
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        )
    )
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return public.decode()


def start_target(folder: Path, home: Path, authorized: str, *options: str) -> Child:
    """The embedded target with this home; `options` are `sessionlens.demo.target`'s own."""
    argv = [sys.executable, "-m", "sessionlens.demo.target", "--with-parent", "--account", ACCOUNT]
    argv += ["--home", str(home), "--authorized-key", authorized, *options]
    return start(argv, folder / "target.log")


def start_recorder(folder: Path, recordings: Path, target: Child, keys: dict[str, str]) -> Child:
    """The recorder, with keys of its own below `folder`, between one person and one target."""
    if not (folder / "keys").exists():
        made = subprocess.run(
            [*RECORDER, "init", str(folder), "--name", BASTION], capture_output=True, text=True, check=False
        )
        if made.returncode != 0:
            raise DemoError(f"sessionlens-recorder init failed: {made.stderr.strip() or made.stdout.strip()}")
    config = folder / "demo.toml"
    config.write_text(
        CONFIG.format(
            name=BASTION,
            recordings=json.dumps(str(recordings)),
            person=PERSON,
            authorized=json.dumps(keys["authorized"]),
            target=TARGET,
            address=json.dumps(target.ready["address"]),
            host_key=json.dumps(target.ready["host_key"]),
            account=ACCOUNT,
            key=json.dumps(keys["upstream"]),
        ),
        encoding="utf-8",
    )
    return start([*RECORDER, "serve", "--config", str(config)], folder / "recorder.log")


CONFIG = """\
[server]
name = "{name}"
listen = "127.0.0.1:0"
host_key = "keys/host_ed25519"
signing_key = "keys/signing_ed25519"
recordings = {recordings}

[recording]
input = "plain"

[[rules]]
who = "{person}"
targets = "{target}"

[users.{person}]
authorized_keys = {authorized}

[targets.{target}]
address = {address}
host_key = {host_key}
account = "{account}"
upstream = "key"
key = {key}
"""


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything runs: where to log in, as whom, with which key, and which signatures to expect."""

    address: tuple[str, int]
    host_key: str
    user: str
    key: Path
    allowed_signers: Path
    recordings: Path


@contextmanager
def stage(folder: Path, recordings: Path, home: Path, *options: str) -> Iterator[Stage]:
    """Target and recorder run inside; when it is left, both are stopped and every bundle is sealed.

    A `folder` that served before keeps the recorder's keys, so that one signer signs several sessions.
    """
    folder.mkdir(parents=True, exist_ok=True)
    recordings.mkdir(parents=True, exist_ok=True)
    public = write_key(folder / "upstream")
    (folder / "person.pub").write_text(f"{write_key(folder / 'person')}\n", encoding="utf-8")
    keys = {"authorized": str(folder / "person.pub"), "upstream": str(folder / "upstream")}
    target = start_target(folder, home, public, *options)
    try:
        recorder = start_recorder(folder, recordings, target, keys)
        try:
            host, _, port = str(recorder.ready["server"]).rpartition(":")
            own = paramiko.PKey.from_path(folder / "keys/host_ed25519")
            yield Stage(
                address=(host, int(port)),
                host_key=f"{own.get_name()} {own.get_base64()}",
                user=f"{PERSON}%{TARGET}",
                key=folder / "person",
                allowed_signers=folder / "allowed_signers",
                recordings=recordings,
            )
        finally:
            recorder.stop()
    finally:
        target.stop()


@contextmanager
def login(where: Stage) -> Iterator[paramiko.Transport]:
    """An SSH connection through the recorder, as the person; afterwards its bundle is sealed."""
    connection = connect(where.address, where.host_key, where.user, where.key)
    try:
        yield connection
    finally:
        connection.close()
    deadline = time.monotonic() + PATIENCE_S
    while unsealed := [b for b in where.recordings.glob("*/*/*/*") if not (b / "MANIFEST.sig").exists()]:
        if time.monotonic() > deadline:
            raise DemoError(f"the recorder does not seal {unsealed[0].name}")
        time.sleep(0.02)


def connect(address: tuple[str, int], host_key: str, user: str, key: Path) -> paramiko.Transport:
    """Log in over SSH with a key, at a server that proves to own this host key."""
    connection = paramiko.Transport(address)
    connection.banner_timeout = connection.auth_timeout = PATIENCE_S
    try:
        connection.start_client(timeout=PATIENCE_S)
        theirs = connection.get_remote_server_key()
        if f"{theirs.get_name()} {theirs.get_base64()}" != host_key:
            raise paramiko.SSHException("somebody else answers there: it is not the host key just made")
        connection.auth_publickey(user, paramiko.PKey.from_path(key))
    except (paramiko.SSHException, OSError, EOFError) as error:
        connection.close()
        raise DemoError(f"cannot log in as {user} at {address[0]}:{address[1]}: {error}") from error
    return connection
