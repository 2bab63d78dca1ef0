"""Tunnels by stock ssh: -L, -R, -D, -X and -A, each noted with addresses, bytes and time."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from .conftest import DEADLINE_S, BuildSite, Site, channel, events, free_port, public, wait_for
from .openssh import Echo, agent, ask, counted, kinds, listens, master, meta


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.close()


def test_local_forward_where_it_is_allowed(site: Site, tmp_path: Path, echo: Echo) -> None:
    before, port = site.bundles(), free_port()
    with master(site, tmp_path, f"-L127.0.0.1:{port}:127.0.0.1:{echo.port}"):
        assert ask(port, b"x" * 100_000) == b"x" * 100_000
    folder = channel(site.sealed(before), "0.forward")
    assert not (folder / "out").exists()
    (count,) = [event for event in events(folder) if event["event"] == "bytes"]
    assert (count["user"], count["target"]) == (100_000, 100_000)
    assert f'"address": "127.0.0.1:{echo.port}"' in (folder / "channel.json").read_text()


def test_remote_forward_where_it_is_allowed(site: Site, tmp_path: Path, echo: Echo) -> None:
    before, port = site.bundles(), free_port()
    with master(site, tmp_path, f"-Rlocalhost:{port}:127.0.0.1:{echo.port}"):
        wait_for(lambda: listens(port), "the target listens")
        assert ask(port, b"abc") == b"abc"
    bundle = site.sealed(before)
    (connection,) = kinds(bundle, "connection")
    assert [event["event"] for event in events(connection)][:2] == ["requested", "granted"]
    for folder in kinds(bundle, "forward"):  # of `listens` too
        assert (meta(folder)["by"], meta(folder)["address"]) == ("target", f"localhost:{port}")
    assert (3, 3) in [counted(folder) for folder in kinds(bundle, "forward")]


@pytest.fixture
def path() -> Iterator[Path]:
    """For a Unix socket: short enough, and where the site may go."""
    path = Path(f"/tmp/sl-{os.getpid()}.sock")
    yield path
    path.unlink(missing_ok=True)


def test_a_unix_socket_of_the_targets(site: Site, tmp_path: Path, path: Path) -> None:
    """-L to a path there: direct-streamlocal@openssh.com."""
    before, port, service = site.bundles(), free_port(), Echo(path=path)
    try:
        with master(site, tmp_path, f"-L127.0.0.1:{port}:{path}"):
            assert ask(port, b"abc") == b"abc"
    finally:
        service.close()
    (folder,) = kinds(site.sealed(before), "forward")
    told = meta(folder)
    assert (told["type"], told["address"]) == ("direct-streamlocal@openssh.com", str(path))
    assert counted(folder) == (3, 3)


def test_a_unix_socket_towards_the_user(site: Site, tmp_path: Path, path: Path, echo: Echo) -> None:
    """-R from a path there: forwarded-streamlocal@openssh.com."""
    before = site.bundles()
    with (
        master(site, tmp_path, f"-R{path}:127.0.0.1:{echo.port}"),
        socket.socket(socket.AF_UNIX) as connection,
    ):
        connection.settimeout(DEADLINE_S)
        wait_for(lambda: connection.connect_ex(str(path)) == 0, "the target listens")
        connection.sendall(b"abc")
        assert connection.recv(10) == b"abc"
    bundle = site.sealed(before)
    (folder,) = kinds(bundle, "forward")
    told = meta(folder)
    assert (told["type"], told["address"]) == ("forwarded-streamlocal@openssh.com", str(path))
    assert counted(folder) == (3, 3)
    (connection_notes,) = kinds(bundle, "connection")
    assert [event["event"] for event in events(connection_notes)][:2] == ["requested", "granted"]


def test_a_forward_that_is_not_allowed_is_refused_with_a_reason(site: Site) -> None:
    done, bundle = site.record("-W", "10.1.2.3:80", "--")
    assert b"forwarding of 10.1.2.3:80 is not allowed through this target" in done.stderr
    (refused,) = [event for event in events(channel(bundle, "0.connection")) if event["event"] == "refused"]
    assert refused["what"] == "channel direct-tcpip 10.1.2.3:80"
    assert "policy-refused session=" in site.log()


def test_a_forward_that_carries_ssh_ends(site: Site, sshd: object) -> None:
    port = site.targets["web01"].rpartition(":")[2]
    done, bundle = site.record("-W", f"127.0.0.1:{port}", "--", input=b"SSH-2.0-x\r\n")
    assert b"SSH-2.0" not in done.stdout
    names = [event["event"] for event in events(channel(bundle, "0.forward"))]
    assert "ended" in names


def test_agent_and_x11_are_refused_unless_allowed(site: Site, tmp_path: Path) -> None:
    with agent(tmp_path) as environment:
        done, bundle = site.record("-A", "--", "echo [$SSH_AUTH_SOCK]", env=environment)
    assert done.stdout == b"[]\n"
    (refused,) = [event for event in events(channel(bundle, "0.exec")) if event["event"] == "refused"]
    assert refused["by"] == "recorder"
    assert "agent forwarding is not allowed" in refused["reason"]


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
        wait_for(lambda: listens(remote), "the target listens")
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
    with agent(tmp_path, site.key) as environment:
        done, bundle = site.record("-A", "--", "ssh-add -L; ssh-add -l", env=environment)
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
