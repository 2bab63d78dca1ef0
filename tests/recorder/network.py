"""A cable that can be pulled, and a wire that can be cut: a network namespace with one veth pair, and a
TCP proxy on loopback.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest

from .conftest import DEADLINE_S


@dataclass(frozen=True)
class Cable:
    """`near` is our address, `far` the one in the namespace; `inside` runs a command there."""

    namespace: str
    link: str
    near: str
    far: str

    @property
    def inside(self) -> list[str]:
        return ["ip", "netns", "exec", self.namespace]

    def pull(self) -> None:
        """From now on nothing arrives, and nobody is told."""
        subprocess.run([*self.inside, "ip", "link", "set", "far", "down"], check=True)


@contextmanager
def cable() -> Iterator[Cable]:
    number = os.getpid() % 16384
    low, high = number % 64 * 4, number // 64
    found = Cable(f"sl{number}", f"sl{number}", f"10.213.{high}.{low + 1}", f"10.213.{high}.{low + 2}")
    steps = [
        f"netns add {found.namespace}",
        f"link add {found.link} type veth peer name far netns {found.namespace}",
        f"addr add {found.near}/30 dev {found.link}",
        f"link set {found.link} up",
        f"-n {found.namespace} addr add {found.far}/30 dev far",
        f"-n {found.namespace} link set lo up",
        f"-n {found.namespace} link set far up",
    ]
    try:
        for step in steps:
            done = subprocess.run(["ip", *step.split()], capture_output=True, check=False)
            if done.returncode:
                pytest.skip(f"network namespaces need root: {done.stderr.decode().strip()}")
        yield found
    finally:
        subprocess.run(["ip", "netns", "del", found.namespace], capture_output=True, check=False)
        subprocess.run(["ip", "link", "del", found.link], capture_output=True, check=False)


class Wire:
    """Passes bytes on between whoever connects and `port`, until it is cut: both get a reset."""

    def __init__(self, port: int) -> None:
        self._port, self._cut = port, threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        self._cut.set()
        self._thread.join(DEADLINE_S)

    def _run(self) -> None:
        near, _ = self._listener.accept()
        self._listener.close()
        far = socket.create_connection(("127.0.0.1", self._port))
        with near, far:
            while not self._cut.is_set():
                readable, _, _ = select.select([near, far], [], [], 0.05)
                for sock in readable:
                    data = sock.recv(65536)
                    if not data:
                        return
                    (far if sock is near else near).sendall(data)
            for sock in (near, far):
                with suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
