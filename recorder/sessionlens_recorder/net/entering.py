"""What a login needs before the target is dialled, and before anybody is through: room, a key, a bundle.

Each function raises Refused, and then nothing has reached the target that a session would need.
"""

from __future__ import annotations

from typing import Any

import paramiko

from sessionlens_recorder import logs
from sessionlens_recorder.bundle import BundleError, BundleWriter
from sessionlens_recorder.config import Config
from sessionlens_recorder.counting import Counters
from sessionlens_recorder.net.bastion import Bastion
from sessionlens_recorder.net.identity import Identity
from sessionlens_recorder.net.issuing import issue
from sessionlens_recorder.net.upstream import Refused
from sessionlens_recorder.space import shortage

IMPOSSIBLE = "sessions cannot be recorded at the moment, so none is let through"


class Seat:
    """One of the sessions that a person may have at once; taken once, however often the login goes on."""

    def __init__(self, counters: Counters) -> None:
        self._counters, self._taken = counters, False

    def take(self, person: str, most: int) -> None:
        self._taken = self._taken or self._counters.take_seat(person, most)
        if not self._taken:
            raise Refused("too-many", f"{person} has {most} sessions open, and no more are allowed")

    def give_back(self) -> None:
        if self._taken:
            self._counters.give_seat()


def check_room(config: Config, person: str) -> None:
    """What is left of the disk belongs to the sessions that run already."""
    reason = shortage(config.server.recordings, config.disk)
    if reason is not None:
        logs.error("recording-impossible", person=person, reason=reason)
        raise Refused("disk-reserve", IMPOSSIBLE)


def key_for(bastion: Bastion, identity: Identity, session_id: str) -> paramiko.PKey:
    """What the bastion itself logs in with at the target."""
    name = identity.target.name
    if identity.target.upstream == "key":
        return bastion.target_keys[name]
    key_id = f"{identity.user.name} sessionlens {bastion.config.server.name} {session_id}"
    return issue(bastion.authorities[name], key_id, identity.account, identity.policy)


def open_bundle(bastion: Bastion, facts: dict[str, Any], session_id: str, person: str) -> BundleWriter:
    """`facts`: session.json."""
    try:
        return BundleWriter.create(bastion.config.server.recordings, facts, bastion.input, session_id)
    except (BundleError, OSError) as error:
        logs.error("recording-impossible", person=person, reason=error)
        raise Refused("recording-impossible", IMPOSSIBLE) from error
