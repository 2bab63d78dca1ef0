"""`revoke`: a person may log in no more, or again. The list is read by the recorder whenever it changes."""

from __future__ import annotations

from sessionlens_recorder import logs
from sessionlens_recorder.config import NAME, Config
from sessionlens_recorder.net.revocation import revoke
from sessionlens_recorder.operators import Operator


def set_revoked(config: Config, name: str, reason: str, by: Operator, *, undo: bool) -> str:
    """What is so now, in a line. ValueError, OSError."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a name (letters, digits, '.', '_', '-')")
    if revoke(config.server.revoked_people, name, reason, undo=undo):
        _tell(name, reason, by, undo)
        state = "may log in again" if undo else "may log in no more; running sessions end at once"
    else:
        state = "was not on the list" if undo else "was on the list already"
    known = undo or config.person(name) is not None
    return f"{name} {state} ({config.server.revoked_people}){'' if known else '; no such user is configured'}"


def _tell(name: str, reason: str, by: Operator, undo: bool) -> None:
    if undo:
        logs.event(
            "person-restored",
            person=name,
            by=by.name,
            unix_user=by.unix_user,
            sudo_user=by.sudo_user,
            reason=reason or None,
        )
    else:
        logs.warning(
            "person-revoked",
            person=name,
            by=by.name,
            unix_user=by.unix_user,
            sudo_user=by.sudo_user,
            reason=reason or None,
        )
