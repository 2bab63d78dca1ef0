"""What a bundle says of what was around a session: why, who let it in, watched and ended it, who needs it.

Its own words only, from session.json, the channel `N.connection`, the journal's last line and the list of
holds beside the bundle; whether they are what was recorded is evidence/'s question.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sessionlens_recorder.bundle import BundleReadError, as_text, holds_of, read_end, read_events

from sessionlens.formats.facts import inner


def around(root: Path, session: dict[str, Any], channels: Iterable[str]) -> dict[str, Any]:
    """The fields of Info that say it; `channels` are names of directories."""
    asked = session.get("acknowledged")
    names = [name for name in channels if name.endswith(".connection")]
    return {
        "reason": as_text(session.get("reason")),
        "acknowledged": asked if isinstance(asked, bool) else None,
        "allowed_by": _who(inner(session, "allowed")),
        "watched_by": tuple(dict.fromkeys(who for name in names for who in _watchers(root, name))),
        "ended": _ended(root),
        "held_for": tuple(holds_of(root)),
    }


def _who(told: dict[str, Any]) -> str | None:
    """`anna: saw the ticket`."""
    said = [text for key in ("by", "reason") if (text := as_text(told.get(key)))]
    return ": ".join(said) or None


def _watchers(root: Path, channel: str) -> list[str]:
    try:
        events = read_events(root, channel)[0]
    except BundleReadError:  # the gaps have it
        return []
    return [who for event in events if event["event"] == "watched" and (who := _who(event))]


def _ended(root: Path) -> str | None:
    try:
        end = read_end(root)
    except BundleReadError:
        return None
    if end is None:
        return None
    how, reason = end
    return reason if how == "seal" else f"broken off: {reason}"
