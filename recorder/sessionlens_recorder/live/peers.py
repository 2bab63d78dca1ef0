"""Who is at the other end of the socket, and what they may."""

from __future__ import annotations

import os
import pwd
import socket
import struct
from dataclasses import dataclass

from sessionlens_recorder.config.live import Live

_UCRED = struct.Struct("3i")  # pid, uid, gid: unix(7)


@dataclass(frozen=True, slots=True)
class Peer:
    """A Unix user, as the kernel says (SO_PEERCRED): of the moment in which they connected."""

    uid: int
    name: str


def peer_of(sock: socket.socket, live: Live) -> Peer:
    """OSError where there are no peer credentials."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        raise OSError("this system does not say who is at the other end of a socket")
    _, uid, _ = _UCRED.unpack(sock.getsockopt(socket.SOL_SOCKET, option, _UCRED.size))
    return Peer(uid, live.watchers.get(uid) or live.approvers.get(uid) or _name(uid))


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def check_list(live: Live, peer: Peer) -> str | None:
    """Whether somebody is told anything at all. None, or why not."""
    if peer.uid in (0, os.geteuid()) or peer.uid in live.watchers or peer.uid in live.approvers:
        return None
    return f"{peer.name} is neither in live.watchers nor in live.approvers"


def check_watch(live: Live, peer: Peer, allowed_by: int | None) -> str | None:
    """Nobody without being named: root and the bastion's own user are not."""
    if peer.uid in live.watchers or (peer.uid in live.approvers and peer.uid == allowed_by):
        return None
    return f"{peer.name} is not in live.watchers, and did not allow this session"


def check_end(live: Live, peer: Peer, allowed_by: int | None) -> str | None:
    """Root and the bastion's own user could kill the process; here it is recorded."""
    if peer.uid in (0, os.geteuid()):
        return None
    return check_watch(live, peer, allowed_by)


def check_allow(live: Live, peer: Peer, person: str) -> str | None:
    """A second person: named, and not the first one."""
    if peer.uid not in live.approvers:
        return f"{peer.name} is not in live.approvers"
    return "nobody allows a session of their own" if peer.name == person else None
