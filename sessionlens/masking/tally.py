"""How many places were masked, and of which kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from .rules import KINDS


class Tally(Counter[str]):
    """Kinds and numbers; as text `3 places masked: 2 password, 1 token`, "" where there is none."""

    def __str__(self) -> str:
        total = self.total()
        if not total:
            return ""
        kinds = ", ".join(f"{self[kind]} {kind}" for kind in KINDS if self[kind])
        return f"{total} place{'s' * (total != 1)} masked: {kinds}"


def distinct(places: Iterable[tuple[str, str, str]]) -> Tally:
    """The tally of (kind, what stands before it, the secret): one that was typed bit by bit is one place."""
    by_place: dict[tuple[str, str], set[str]] = {}
    for kind, before, secret in places:
        by_place.setdefault((kind, before), set()).add(secret)
    found = Tally()
    for (kind, _), secrets in by_place.items():
        found[kind] += len(whole(secrets))
    return found


def whole(secrets: Iterable[str]) -> list[str]:
    """Those with which none of the others begins."""
    order = sorted(secrets)  # what begins alike stands together, the shorter one first
    following = [*order[1:], ""]
    return [one for one, other in zip(order, following, strict=True) if not other.startswith(one)]
