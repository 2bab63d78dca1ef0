"""What a login name says: `john`, `john%web01` or `john+web01`."""

from __future__ import annotations

from sessionlens_recorder.config import NAME, Config, Target, User
from sessionlens_recorder.net.upstream import Refused


def split_login(name: str, config: Config) -> tuple[User | None, str | None]:
    """The person, if there may be such a one, and the target's name if there is one in it."""
    person, target = split_name(name, config)
    return config.person(person), target


def split_name(name: str, config: Config) -> tuple[str, str | None]:
    """Somebody who has a section in the file may be called `a+b`; whom a certificate names may not."""
    if name in config.users:
        return name, None
    for known in (config.users.__contains__, NAME.fullmatch):
        for separator in "%+":
            person, found, target = name.rpartition(separator)
            if found and known(person):
                return person, target
    return name, None


def find_target(
    named: str | None, listener: Target | None, targets: dict[str, Target], names: str
) -> Target | None:
    """The target of a login name, or of the address that was dialled; None: neither says. Raises Refused,
    which says the `names` of those that there are for this person.
    """
    if listener is not None:
        if named not in (None, listener.name):
            raise Refused("wrong-target", f"this address leads to {listener.name}, not to {named!r}")
        return listener
    if named is None:
        return None
    if named not in targets:
        raise Refused("unknown-target", f"there is no target {named!r}; there are: {names}")
    return targets[named]
