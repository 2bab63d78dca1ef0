"""`[live]`: who may look at running sessions, end them, and let others in (four-eyes)."""

from __future__ import annotations

import pwd
from dataclasses import dataclass
from pathlib import Path

from sessionlens_recorder.config.section import Section


@dataclass(frozen=True, slots=True)
class Live:
    """Unix users of this machine, by uid, since the kernel says of the other end of a socket only that."""

    socket: Path
    watchers: dict[int, str]  # may follow and end every session
    approvers: dict[int, str]  # may let others in where four_eyes says so, and follow and end those
    wait: float  # seconds for a second person to come


def read_live(section: Section) -> Live:
    live = Live(
        socket=section.path_of("socket", "live.sock"),
        watchers=_unix_users(section, "watchers"),
        approvers=_unix_users(section, "approvers"),
        wait=section.duration("wait", "10m", 1.0),
    )
    section.done()
    return live


def _unix_users(section: Section, key: str) -> dict[int, str]:
    users = {}
    for name in section.texts(key):
        try:
            users[pwd.getpwnam(name).pw_uid] = name
        except KeyError:
            raise section.error(key, f"{name!r} is no Unix user of this machine") from None
    return users
