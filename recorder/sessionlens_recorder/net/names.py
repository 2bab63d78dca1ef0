"""What a login name says: `john`, `john%web01` or `john+web01`."""

from __future__ import annotations

from sessionlens_recorder.config import Target, User
from sessionlens_recorder.net.upstream import Refused


def split_login(name: str, users: dict[str, User]) -> tuple[User | None, str | None]:
    """The person, if there is such a one, and the target's name if there is one in it."""
    if name in users:
        return users[name], None
    for separator in "%+":
        person, found, target = name.rpartition(separator)
        if found and person in users:
            return users[person], target
    return None, None


def find_target(named: str | None, listener: Target | None, targets: dict[str, Target]) -> Target:
    """The target of a login name, or of the address that was dialled. Raises Refused."""
    if listener is not None:
        if named not in (None, listener.name):
            raise Refused("wrong-target", f"this address leads to {listener.name}, not to {named!r}")
        return listener
    names = ", ".join(sorted(targets))
    if named is None:
        raise Refused(
            "no-target", f"say which target: NAME%TARGET or NAME+TARGET, where TARGET is one of: {names}"
        )
    if named not in targets:
        raise Refused("unknown-target", f"there is no target {named!r}; there are: {names}")
    return targets[named]
