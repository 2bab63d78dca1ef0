"""Helpers around stock OpenSSH clients: a terminal, a ControlMaster, an agent, a service to tunnel to, and
what of it all a bundle has.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import socket
import struct
import subprocess
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .conftest import DEADLINE_S, Site, events, wait_for


class Terminal:
    """A real `ssh -tt` on a pty of ours; `characters` are its control characters, VINTR and others."""

    def __init__(self, line: list[str], columns: int = 80, rows: int = 24, **characters: int) -> None:
        ours, theirs = pty.openpty()
        self._fd = ours
        self.resize(columns, rows)
        modes = termios.tcgetattr(ours)
        for name, code in characters.items():
            modes[6][getattr(termios, name)] = bytes([code])
        termios.tcsetattr(ours, termios.TCSANOW, modes)
        self.process = subprocess.Popen(
            line, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(theirs)
        self.seen = b""

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text: str) -> None:
        os.write(self._fd, text.encode())

    def expect(self, pattern: bytes) -> bytes:
        """Read until the pattern has been seen; what came before it is dropped."""

        def look() -> re.Match[bytes] | None:
            if select.select([self._fd], [], [], 0.05)[0]:
                self.seen += os.read(self._fd, 65536)
            return re.search(pattern, self.seen)

        found = wait_for(look, f"{pattern!r} on the terminal")
        self.seen = self.seen[found.end() :]
        return bytes(found[0])

    def close(self) -> int:
        os.close(self._fd)
        return self.process.wait(DEADLINE_S)


@contextmanager
def master(site: Site, tmp_path: Path, *options: str) -> Iterator[str]:
    """A ControlMaster; the answer is the option that uses it."""
    control = f"-oControlPath={tmp_path}/c"
    process = subprocess.Popen(
        ["ssh", *site.options("-MN", control, *options), "127.0.0.1"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait_for(lambda: (tmp_path / "c").exists(), "the control socket")
    yield control
    subprocess.run(["ssh", *site.options(control, "-Oexit"), "127.0.0.1"], capture_output=True, check=True)
    process.wait(DEADLINE_S)


class Echo:
    """A server on loopback, or on a Unix socket, that answers each connection with what it gets."""

    def __init__(self, path: Path | None = None) -> None:
        self._server = socket.create_server(("127.0.0.1", 0)) if path is None else _listen(path)
        self.port = 0 if path else self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection, suppress(ConnectionError):  # who asked may leave before the answer
                while data := connection.recv(65536):
                    connection.sendall(data)

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()


def _listen(path: Path) -> socket.socket:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()
    return server


def ask(port: int, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


def listens(at: int | Path) -> bool:
    """A port, or a Unix socket."""
    with socket.socket(socket.AF_INET if isinstance(at, int) else socket.AF_UNIX) as probe:
        return probe.connect_ex(("127.0.0.1", at) if isinstance(at, int) else str(at)) == 0


@contextmanager
def agent(tmp_path: Path, *keys: Path) -> Iterator[dict[str, str]]:
    """A real ssh-agent that holds these keys; the answer is the environment in which it is found."""
    environment = os.environ | {"SSH_AUTH_SOCK": str(tmp_path / "agent")}
    process = subprocess.Popen(["ssh-agent", "-D", "-a", tmp_path / "agent"], stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: listens(tmp_path / "agent"), "the agent")  # its socket is there before
        if keys:
            subprocess.run(["ssh-add", *keys], env=environment, capture_output=True, check=True)
        yield environment
    finally:
        process.terminate()
        process.wait(DEADLINE_S)


def kinds(bundle: Path, kind: str) -> list[Path]:
    return [folder for folder in sorted(bundle.iterdir()) if folder.name.endswith(f".{kind}")]


def meta(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "channel.json").read_text()))


def counted(folder: Path) -> tuple[int, int]:
    (count,) = [event for event in events(folder) if event["event"] == "bytes"]
    return count["user"], count["target"]
