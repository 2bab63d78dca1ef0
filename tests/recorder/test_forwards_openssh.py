"""Tunnels by stock ssh: -L, -R, -D, -X and -A, each noted with addresses, bytes and time."""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from .conftest import DEADLINE_S, BuildSite, Site, channel, events, public, wait_for
from .test_openssh import Echo, _listens, ask, echo, free_port, master

__all__ = ["echo"]  # a fixture


def kinds(bundle: Path, kind: str) -> list[Path]:
    return [folder for folder in sorted(bundle.iterdir()) if folder.name.endswith(f".{kind}")]


def meta(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "channel.json").read_text()))


def counted(folder: Path) -> tuple[int, int]:
    (count,) = [event for event in events(folder) if event["event"] == "bytes"]
    return count["user"], count["target"]


def test_a_dynamic_forward_names_each_destination(site: Site, tmp_path: Path, echo: Echo) -> None:
    before, port = site.bundles(), free_port()
    with (
        master(site, tmp_path, f"-D127.0.0.1:{port}"),
        socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S) as socks,
    ):
        socks.sendall(b"\5\1\0")
        assert socks.recv(2) == b"\5\0"
        socks.sendall(b"\5\1\0\3\x09localhost" + struct.pack(">H", echo.port))
        assert socks.recv(10)[:2] == b"\5\0"
        socks.sendall(b"through it")
        assert socks.recv(100) == b"through it"
    (folder,) = kinds(site.sealed(before), "forward")
    assert meta(folder)["address"] == f"localhost:{echo.port}"
    assert counted(folder) == (10, 10)


def test_both_directions_are_told_apart_and_timed(site: Site, tmp_path: Path, echo: Echo) -> None:
    local, remote = free_port(), free_port()
    before = site.bundles()
    options = (f"-L127.0.0.1:{local}:127.0.0.1:{echo.port}", f"-Rlocalhost:{remote}:127.0.0.1:{echo.port}")
    with master(site, tmp_path, *options):
        wait_for(lambda: _listens(remote), "the target listens")
        assert ask(local, b"one way") == b"one way"
        assert ask(remote, b"the other way") == b"the other way"
    folders = {meta(folder)["type"]: folder for folder in kinds(site.sealed(before), "forward")}
    there, back = folders["direct-tcpip"], folders["forwarded-tcpip"]
    assert (meta(there)["by"], meta(there)["address"]) == ("user", f"127.0.0.1:{echo.port}")
    assert meta(there)["origin"].startswith("127.0.0.1:")
    assert (meta(back)["by"], meta(back)["address"]) == ("target", f"localhost:{remote}")
    assert counted(there) == (7, 7)
    for folder in (there, back):
        told = events(folder)
        assert told[0]["event"] == "opened"
        assert told[-1]["event"] == "close"
        assert 0 < told[0]["t_ns"] <= told[-1]["t_ns"]


def test_a_destination_that_cannot_be_reached_is_noted(site: Site) -> None:
    port = free_port()
    done, bundle = site.record("-W", f"127.0.0.1:{port}", "--")
    assert done.returncode
    (failed,) = [event for event in events(channel(bundle, "0.forward")) if event["event"] == "failed"]
    assert (failed["by"], failed["code"]) == ("target", 2)
    assert "refused" in failed["reason"]


def test_the_use_of_the_agent_is_counted(build_site: BuildSite, tmp_path: Path) -> None:
    site = build_site(target="agent = true").start()
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", tmp_path / "agent"], stdout=subprocess.DEVNULL)
    try:
        wait_for((tmp_path / "agent").exists, "the agent's socket")
        environment = os.environ | {"SSH_AUTH_SOCK": str(tmp_path / "agent")}
        subprocess.run(["ssh-add", site.key], env=environment, capture_output=True, check=True)
        done, bundle = site.record("-A", "--", "ssh-add -L; ssh-add -l", env=environment)
    finally:
        agent.terminate()
        agent.wait(DEADLINE_S)
    assert public(site.key).encode() in done.stdout
    asked = [event["event"] for event in events(channel(bundle, "0.exec"))]
    assert "auth-agent-req@openssh.com" in asked
    used = kinds(bundle, "agent")
    assert len(used) == 2, "one for each time that it was asked"
    for folder in used:
        assert meta(folder)["by"] == "target"
        user, target = counted(folder)
        assert user > target > 0
        assert not (folder / "out").exists()


class Display:
    """An X server as far as its greeting: it refuses everybody, in X's own words (X11 protocol, 8)."""

    def __init__(self) -> None:
        self._server = self._listen()
        self.number = self._server.getsockname()[1] - 6000
        self.heard = b""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @staticmethod
    def _listen() -> socket.socket:
        for number in range(50, 200):
            with suppress(OSError):
                return socket.create_server(("127.0.0.1", 6000 + number))
        pytest.skip("no free display number")

    def _serve(self) -> None:
        with suppress(OSError):  # closed before anybody came
            connection, _ = self._server.accept()
            self._greet(connection)

    def _greet(self, connection: socket.socket) -> None:
        with connection:
            self.heard = connection.recv(65536)
            reason = b"no windows here "
            connection.sendall(struct.pack("<BBHHH", 0, len(reason), 11, 0, len(reason) // 4) + reason)

    def close(self) -> None:
        with suppress(OSError):  # it is not connected, of course; but whoever waits for a client wakes
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()


@contextmanager
def display(tmp_path: Path) -> Iterator[Display]:
    shown = Display()
    authority = ["xauth", "-q", "-f", tmp_path / "Xauthority", "add", f"127.0.0.1:{shown.number}", "."]
    subprocess.run([*authority, COOKIE], check=True, capture_output=True)
    try:
        yield shown
    finally:
        shown.close()


COOKIE = "0123456789abcdef0123456789abcdef"
X_CLIENT = """
import os, socket, struct, subprocess
host, _, number = os.environ["DISPLAY"].partition(":")
listed = subprocess.run(["xauth", "-q", "list"], capture_output=True, check=True, text=True).stdout
mine = next(line for line in listed.splitlines() if f":{number.split('.')[0]} " in line)
cookie = bytes.fromhex(mine.split()[2])
name = b"MIT-MAGIC-COOKIE-1"
with socket.create_connection((host, 6000 + int(number.split(".")[0]))) as x:
    x.sendall(struct.pack("<BxHHHHxx", 0x6C, 11, 0, len(name), len(cookie)) + name + bytes(2) + cookie)
    print(x.recv(100)[8:].decode())
"""


@pytest.mark.skipif(subprocess.run(["which", "xauth"], capture_output=True, check=False).returncode != 0,
                    reason="needs xauth")  # fmt: skip
def test_x11_is_noted_and_its_cookie_is_not(build_site: BuildSite, tmp_path: Path) -> None:
    site = build_site(target="x11 = true").start()
    with display(tmp_path) as shown:
        environment = os.environ | {
            "DISPLAY": f"127.0.0.1:{shown.number}", "XAUTHORITY": str(tmp_path / "Xauthority"),
        }  # fmt: skip
        done, bundle = site.record("-Y", "--", "python3 -", env=environment, input=X_CLIENT.encode())
    asked = next(event for event in events(channel(bundle, "0.exec")) if event["event"] == "x11-req")
    assert (asked["protocol"], asked["cookie_length"]) == ("MIT-MAGIC-COOKIE-1", 32)
    (folder,) = kinds(bundle, "x11")
    assert meta(folder)["origin"].startswith("127.0.0.1:")
    assert done.stdout == b"no windows here \n", done.stderr
    assert shown.heard.endswith(bytes.fromhex(COOKIE)), "ssh puts the real one in, behind the bastion"
    assert counted(folder) == (24, 48)
    assert COOKIE.encode() not in b"".join(file.read_bytes() for file in bundle.rglob("*") if file.is_file())
