"""What the video needs to know of a session: facts for its bands, a chapter for each command."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sessionlens.catalog.unread import lost, untyped
from sessionlens.masking import Mask, Tally, Veil
from sessionlens.render import Chapter, Facts, VideoReport, render_video
from sessionlens.render.facts import DAMAGED, FLAWS, INCOMPLETE, UNPROVEN
from sessionlens.visible import visible

if TYPE_CHECKING:
    from sessionlens.session.session import Session

CAVEAT = 120  # characters of a gap's text, at most
FLAW = dict.fromkeys(("live", "unsealed", "aborted", "torn"), INCOMPLETE) | {
    "clock": UNPROVEN, "unsigned": UNPROVEN,
}  # fmt: skip
"""What a kind of gap makes of a recording; every other kind is damage."""


def render_session(
    session: Session,
    path: Path,
    span: tuple[int | None, ...],
    options: dict[str, Any],
    progress: Callable[[int, int], None] | None,
    mask: Mask,
) -> VideoReport:
    """The main channel of a session as a video, of which all goes through the mask."""
    start, end = span
    veil = mask.veil(session.timeline)
    said, tally_of = masked_chapters(chapters(session), mask, veil, start or 0, end)
    return render_video(
        veil.timeline,
        path,
        facts=masked_facts(facts(session), mask),
        chapters=said,
        masked=None if mask.wanted.nothing else tally_of,
        start_ns=start,
        end_ns=end,
        progress=progress,
        **options,
    )


def masked_chapters(
    found: Sequence[Chapter], mask: Mask, veil: Veil, start: int, end: int | None
) -> tuple[list[Chapter], Callable[[Iterable[int]], Tally]]:
    """Chapters whose commands are masked, and what is masked where rows are shown: on the screen, and of
    the commands what the screen does not have."""
    out = []
    elsewhere = Tally()
    for chapter, (title, secrets) in zip(found, mask.texts([c.title for c in found]), strict=True):
        out.append(replace(chapter, title=title))
        shown = (end is None or chapter.start_ns <= end) and (
            chapter.end_ns is None or chapter.end_ns >= start
        )
        elsewhere.update(kind for kind, secret in secrets if shown and secret not in veil.secrets)
    return out, lambda rows: Tally(veil.tally(rows) + elsewhere)


def masked_facts(said: Facts, mask: Mask) -> Facts:
    """Facts whose texts went through the mask."""
    names = [f.name for f in fields(said) if isinstance(getattr(said, f.name), str) and f.name != "session"]
    texts: dict[str, Any] = {name: mask.text(getattr(said, name)) for name in names}
    return replace(said, **texts, caveats=tuple(mask.text(text) for text in said.caveats))


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
