"""`revoke`: a person may log in no more, or again. The list is read by the recorder whenever it changes."""

from __future__ import annotations

import difflib

from sessionlens_recorder import logs
from sessionlens_recorder.config import NAME, Config
from sessionlens_recorder.live.client import ask
from sessionlens_recorder.net.revocation import revoke
from sessionlens_recorder.operators import Operator

PATIENCE_S = 2.0  # for the recorder to say what runs; revoking does not depend on it


def set_revoked(config: Config, name: str, reason: str, by: Operator, *, undo: bool) -> tuple[bool, str]:
    """Whether there is such a person, and what is so now, in a line. ValueError, OSError."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a name (letters, digits, '.', '_', '-')")
    running = None if undo else _running(config, name)
    if revoke(config.server.revoked_people, name, reason, undo=undo):
        _tell(name, reason, by, undo)
        state = "may log in again" if undo else f"may log in no more; {_ending(running)}"
    else:
        state = "was not on the list" if undo else f"was on the list already; {_ending(running)}"
    told = f"{name} {state} ({config.server.revoked_people})"
    if undo or running or name in config.users:
        return True, told
    if config.person(name) is not None:
        return True, f"{told}; there is no [users.{name}]: right only if a certificate or command says so"
    close = difflib.get_close_matches(name, config.users, 1)
    return False, f"{told}; but NO SUCH USER is configured{f', did you mean {close[0]}?' if close else ''}"


def _running(config: Config, name: str) -> int | None:
    """How many sessions of this person there are. None: nobody who could be asked says."""
    try:
        (answer,) = ask(config.live.socket, patience=PATIENCE_S, ask="sessions")
        return len(
            [row for row in answer["sessions"] if (row["person"], row["state"] != "jump") == (name, True)]
        )
    except (ValueError, OSError):
        return None


def _ending(running: int | None) -> str:
    if running is None:
        return "no recorder says whether sessions run; if so, they end at once"
    if not running:
        return "no session of theirs runs"
    return (
        f"{running} running session{'s' if running > 1 else ''} of theirs end{'' if running > 1 else 's'} now"
    )


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
