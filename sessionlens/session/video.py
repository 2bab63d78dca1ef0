"""What the video needs to know of a session: facts for its bands, a chapter for each command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sessionlens.catalog.unread import lost, untyped
from sessionlens.render import Chapter, Facts
from sessionlens.render.facts import DAMAGED, FLAWS, INCOMPLETE, UNPROVEN
from sessionlens.visible import visible

if TYPE_CHECKING:
    from sessionlens.session.session import Session

CAVEAT = 120  # characters of a gap's text, at most
FLAW = dict.fromkeys(("live", "unsealed", "aborted", "torn"), INCOMPLETE) | {
    "clock": UNPROVEN, "unsigned": UNPROVEN,
}  # fmt: skip
"""What a kind of gap makes of a recording; every other kind is damage."""


def facts(session: Session) -> Facts:
    """Who, on what, since when."""
    info = session.info
    missing = lost(session.gaps)  # of what is shown; what was typed is in no picture
    rows = zip(missing["kind"], missing["text"], strict=True)
    gaps = sorted(rows, key=lambda row: FLAWS.index(flaw(row[0])))  # the worst first
    order = [c.number for c in session.source.channels]
    return Facts(
        person=info.person,
        key=info.key_fingerprint,
        account=info.account,
        target=info.target,
        session=info.session,
        channel=order.index(session.main.channel.number) + 1,
        channels=len(session.source.channels),
        started_ns=info.started_ns,
        client=info.client,
        duration_ns=session.recording.duration_ns,
        commands=len(session.commands),
        caveats=tuple(caveat(kind, text) for kind, text in gaps),
        flaw=flaw(gaps[0][0]) if gaps else DAMAGED,
        typing_unread=bool(untyped(session.gaps)),
    )


def flaw(kind: str) -> str:
    """What a kind of gap makes of a recording, in a word."""
    return FLAW.get(kind, DAMAGED)


def caveat(kind: str, text: str) -> str:
    """A gap in a few words that are safe to show."""
    said = visible(f"{kind}: {text}")
    return said if len(said) <= CAVEAT else said[: CAVEAT - 1] + "…"


def chapters(session: Session) -> list[Chapter]:
    """The commands of the main channel, in order of submission."""
    found = session.main.extraction.commands
    marks = {f.command_index: f for f in session.main.findings}
    table = session.commands
    numbers = table["n"][table["channel"] == session.main.channel.number].tolist()
    order = sorted(range(len(found)), key=lambda i: found[i].start_ns)  # as the table has them
    number = dict(zip(order, numbers, strict=True))
    return [
        Chapter(
            start_ns=c.start_ns,
            end_ns=c.end_ns,
            title=c.text,
            exit_code=c.exit_code,
            approximate=c.confidence != "high",
            finding=f"{marks[i].severity}: {marks[i].mark}" if i in marks else None,
            number=number[i],
        )
        for i, c in enumerate(found)
    ]
