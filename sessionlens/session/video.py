"""What the video needs to know of a session: facts for its bands, a chapter for each command."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from sessionlens.catalog.unread import lost, untyped
from sessionlens.masking import Mask, Tally, Veil
from sessionlens.render import Chapter, Facts, Footage
from sessionlens.render.facts import DAMAGED, FLAWS, INCOMPLETE, UNPROVEN
from sessionlens.render.remarks import Remark
from sessionlens.session.sheet import sheet
from sessionlens.visible import visible

if TYPE_CHECKING:
    from sessionlens.evidence import Verification
    from sessionlens.session.session import Session

CAVEAT = 120  # characters of a gap's text, at most
FLAW = dict.fromkeys(("live", "unsealed", "aborted", "torn"), INCOMPLETE) | {
    "clock": UNPROVEN, "unsigned": UNPROVEN,
}  # fmt: skip
"""What a kind of gap makes of a recording; every other kind is damage."""


def footage(session: Session, mask: Mask, seal: Verification | None = None) -> Footage:
    """The main channel of a session, of which all goes through the mask; with a `seal` for a title."""
    veil = mask.veil(session.timeline)
    said, tally_of = masked_chapters(chapters(session), mask, veil)
    told = masked_facts(facts(session, seal), mask)
    return Footage(veil.timeline, told, said, None if mask.wanted.nothing else tally_of)


def masked_chapters(
    found: Sequence[Chapter], mask: Mask, veil: Veil
) -> tuple[list[Chapter], Callable[[Iterable[int], int, int], Tally]]:
    """Chapters whose commands are masked, and what is masked where rows are shown: on the screen, and of
    the commands what the screen does not have."""
    texts = mask.texts([c.title for c in found])
    out = [replace(chapter, title=title) for chapter, (title, _) in zip(found, texts, strict=True)]
    elsewhere = [
        (chapter, kind)
        for chapter, (_, secrets) in zip(out, texts, strict=True)
        for kind, secret in secrets
        if secret not in veil.secrets
    ]

    def tally(rows: Iterable[int], first: int, last: int) -> Tally:
        said = Tally(
            kind
            for chapter, kind in elsewhere
            if chapter.start_ns <= last and (chapter.end_ns is None or chapter.end_ns >= first)
        )
        return Tally(veil.tally(rows) + said)

    return out, tally


def masked_facts(said: Facts, mask: Mask) -> Facts:
    """Facts whose texts went through the mask."""
    names = [f.name for f in fields(said) if isinstance(getattr(said, f.name), str) and f.name != "session"]
    texts: dict[str, Any] = {name: mask.text(getattr(said, name)) for name in names}
    sheet = tuple((label, mask.text(text)) for label, text in said.sheet)
    return replace(said, **texts, sheet=sheet, caveats=tuple(mask.text(text) for text in said.caveats))


def masked_remarks(said: Iterable[Remark], mask: Mask) -> tuple[Remark, ...]:
    """What the analyst says, masked as all else."""
    return tuple(
        replace(remark, text=mask.text(remark.text), severity=mask.text(remark.severity)) for remark in said
    )


def facts(session: Session, seal: Verification | None = None) -> Facts:
    """Who, on what, since when; with a `seal` also what a title says of the recording."""
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
        sheet=() if seal is None else sheet(session, seal),
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
    table = session.commands
    numbers = table["n"][table["channel"] == session.main.channel.number].tolist()
    order = sorted(range(len(found)), key=lambda i: found[i].start_ns)  # as the table has them
    number = dict(zip(order, numbers, strict=True))
    refs = dict(zip(table["n"], table["ref"], strict=True))
    return [
        Chapter(
            start_ns=c.start_ns,
            end_ns=c.end_ns,
            title=c.text,
            exit_code=c.exit_code,
            approximate=c.confidence != "high",
            number=number[i],
            ref=refs[number[i]],
        )
        for i, c in enumerate(found)
    ]
