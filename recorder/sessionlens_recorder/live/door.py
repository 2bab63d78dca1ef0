"""The accept process's end of the live socket: opened once, and who connects is let in or not.

Nothing is read here: each request is answered by a process of its own (answer.py).
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sessionlens_recorder import logs
from sessionlens_recorder.config.live import Live
from sessionlens_recorder.live.peers import Peer, check_list, peer_of

MAX_ANSWERS = 32  # at once; who follows stays
MAX_EACH = 8  # of them to one Unix user
OWN, EVERYBODY = 0o600, 0o666
BACKLOG = 16


class Door:
    """None of its methods waits for who connects."""

    def __init__(self, live: Live) -> None:
        """Raises ValueError: what cannot be used, and what to do."""
        self._live = live
        self._path = live.socket
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._open()
        except OSError as error:
            self.listener.close()
            raise ValueError(
                f"cannot listen at {self._path}: {error.strerror or error} (live.socket)"
            ) from error
        self.listener.setblocking(False)

    def _open(self) -> None:
        """Who is not named has no business here, so the socket's mode keeps out all but root, unless Unix
        users are named: their right is looked up in the list, as the kernel says who they are.
        """
        with short(self._path) as address:
            if self._path.is_socket():
                if _answers(address):
                    raise OSError("a recorder answers there already")
                self._path.unlink()
            before = os.umask(0o177)
            try:
                self.listener.bind(address)
            finally:
                os.umask(before)
        self.renew(self._live)
        self.listener.listen(BACKLOG)

    def renew(self, live: Live) -> None:
        """Other people may come; the socket stays where it is. ValueError if somebody has removed it."""
        others = {*live.watchers, *live.approvers} - {0, os.geteuid()}
        try:
            self._path.chmod(EVERYBODY if others else OWN)
        except OSError as error:
            raise ValueError(f"{self._path} is gone: {error.strerror}; a restart makes it anew") from error
        self._live = live

    def accept(self, answering: Sequence[int]) -> tuple[socket.socket, Peer] | None:
        """Somebody who may ask; None if it was somebody else. `answering`: whom (uids) we answer now."""
        try:
            sock, _ = self.listener.accept()
        except OSError:
            return None
        denied = False
        try:
            peer = peer_of(sock, self._live)
        except OSError as error:
            problem: str | None = str(error)
        else:
            problem = check_list(self._live, peer)
            if problem is not None:
                denied = True
                logs.warning("live-refused", by=peer.name, what="connect", reason=problem)
            elif len(answering) >= MAX_ANSWERS:
                problem = f"{MAX_ANSWERS} are being answered already; try again"
            elif answering.count(peer.uid) >= MAX_EACH:
                problem = f"{peer.name} is being answered {MAX_EACH} times already; try again"
            if problem is None:
                return sock, peer
        sock.setblocking(False)
        with contextlib.suppress(OSError):
            sock.send(json.dumps({"problem": problem, "denied": denied}).encode() + b"\n")
        sock.close()
        return None

    def close(self) -> None:
        self.listener.close()
        with contextlib.suppress(OSError):
            self._path.unlink()


@contextmanager
def short(path: Path) -> Iterator[str]:
    """An address for bind and connect: a path there may have some hundred bytes only, however deep it is."""
    if not Path("/proc/self/fd").is_dir():
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _answers(address: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(address)
        except BlockingIOError:  # its queue is full: somebody is there
            return True
        except OSError:
            return False
        return True
