"""One request on the live socket, answered by a process of its own, which may wait for whatever it likes.

A request is a line of JSON: `ask`, and perhaps `session`, `reason`, `channel`. The answer is lines of JSON:
`problem`, or what was asked for.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import time
from collections.abc import Sequence
from typing import Any, Literal

from sessionlens_recorder import logs
from sessionlens_recorder.bundle import is_live
from sessionlens_recorder.config.live import Live
from sessionlens_recorder.live.desk import Order, give
from sessionlens_recorder.live.peers import Peer, check_allow, check_end, check_watch
from sessionlens_recorder.live.sessions import Running, running
from sessionlens_recorder.live.showing import Showing
from sessionlens_recorder.net.child import Child

ANSWERING = "answer"  # the process's duty, in the log
LARGEST = 16384
PATIENCE_S = 30.0  # for who asks to write or to read
FOLLOWER_S = 3600.0  # for who follows to look at what is there
SEAL_S = 20.0  # for a session that was ended to be sealed
LONGEST_REASON = 500
NOTHING_TO_SEE = {
    "waiting": "this session waits for a second person; there is nothing to see yet",
    "jump": "this connection is only the way to others (ssh -J): follow the sessions inside it",
}


class Problem(Exception):
    """Why a request is not answered, in words for who asked."""


class Denied(Problem):
    """They may not."""


def check_reason(reason: object) -> str:
    """A reason that says something. ValueError."""
    text = " ".join(reason.split()) if isinstance(reason, str) else ""
    if not text:
        raise ValueError("a reason is needed: --reason TEXT")
    if len(text) > LONGEST_REASON or not text.isprintable():
        raise ValueError(f"the reason has to be printable, and at most {LONGEST_REASON} characters")
    return text


class Answer:
    """Who asks, and what they may."""

    def __init__(self, live: Live, sock: socket.socket, peer: Peer, children: Sequence[Child]) -> None:
        self._live, self._sock, self._peer, self._children = live, sock, peer, children

    def run(self) -> int:
        """The answer is the process's exit code."""
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # the bastion stops, and who asked reads that
        self._sock.settimeout(PATIENCE_S)
        with contextlib.suppress(OSError):  # who asked has left, or does not read
            try:
                self._answer(self._request())
            except (Problem, ValueError, RecursionError) as problem:
                self._send({"problem": str(problem), "denied": isinstance(problem, Denied)})
        return 0

    def _request(self) -> dict[str, Any]:
        data = b""
        while not data.endswith(b"\n"):
            part = self._sock.recv(LARGEST)
            data += part
            if not part or len(data) > LARGEST:
                raise Problem("this is not a request")
        request = json.loads(data)
        if not isinstance(request, dict):
            raise Problem("this is not a request")
        return request

    def _send(self, line: dict[str, Any]) -> None:
        self._sock.sendall(json.dumps(line).encode() + b"\n")

    def _answer(self, request: dict[str, Any]) -> None:
        match request.get("ask"):
            case "sessions":
                rows = [one.row() for one in running(self._children)]
                self._send({"sessions": sorted(rows, key=lambda row: str(row["since"]))})
            case "follow":
                self._follow(self._find(request), check_reason(request.get("reason")), request.get("channel"))
            case "end":
                self._end(self._find(request), check_reason(request.get("reason")))
            case "allow":
                self._allow(self._find(request), check_reason(request.get("reason")))
            case _:
                raise Problem("nobody knows this request")

    def _find(self, request: dict[str, Any]) -> Running:
        wanted = request.get("session")
        for one in running(self._children):
            if one.session == wanted:
                return one
        raise Problem(f"there is no session {wanted} now; `sessionlens-recorder sessions` lists them")

    def _check(self, what: str, one: Running, problem: str | None) -> None:
        if problem is not None:
            logs.warning("live-refused", session=one.session, by=self._peer.name, what=what, reason=problem)
            raise Denied(problem)

    def _give(self, what: Literal["watch", "unwatch", "end", "allow"], one: Running, reason: str) -> None:
        if one.child.orders is None:
            raise Problem("the session cannot be reached")
        order = Order(what, one.session, self._peer.name, self._peer.uid, reason)
        if problem := give(one.child.orders, order):
            raise Problem(problem)

    # requests

    def _follow(self, one: Running, reason: str, channel: object) -> None:
        """It is in the recording, and told, before anything is shown."""
        self._check("watch", one, check_watch(self._live, self._peer, one.allowed_by))
        if one.bundle is None:
            raise Problem(NOTHING_TO_SEE[one.state])
        if not (channel is None or isinstance(channel, int)):
            raise Problem("a channel is a number")
        self._give("watch", one, reason)
        self._sock.settimeout(FOLLOWER_S)
        self._send({"watching": one.row()})
        try:
            Showing(one.bundle, channel, self._send).run(self._sock)
        finally:
            with contextlib.suppress(Problem):  # it has ended
                self._give("unwatch", one, reason)

    def _end(self, one: Running, reason: str) -> None:
        waits = one.state == "waiting" and self._peer.uid in self._live.approvers
        self._check("end", one, None if waits else check_end(self._live, self._peer, one.allowed_by))
        self._give("end", one, reason)
        deadline = time.monotonic() + SEAL_S
        while one.bundle is not None and is_live(one.bundle):
            if time.monotonic() > deadline:
                raise Problem("it was told to end, and is not sealed yet")
            time.sleep(0.05)
        self._send({"done": f"session {one.session} was ended"})

    def _allow(self, one: Running, reason: str) -> None:
        self._check("allow", one, check_allow(self._live, self._peer, one.person))
        if one.state != "waiting":
            raise Problem("this session does not wait for anybody")
        self._give("allow", one, reason)
        self._send({"done": f"session {one.session} of {one.person} may go on"})
