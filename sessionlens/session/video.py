"""What the video needs to know of a session: facts for its bands, a chapter for each command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sessionlens.render import Chapter, Facts, VideoReport, render_video

if TYPE_CHECKING:
    from sessionlens.session.session import Session


def render_session(
    session: Session,
    path: Path,
    span: tuple[int | None, ...],
    options: dict[str, Any],
    progress: Callable[[int, int], None] | None,
) -> VideoReport:
    """The main channel of a session as a video."""
    start, end = span
    return render_video(
        session.timeline,
        path,
        facts=facts(session),
        chapters=chapters(session),
        start_ns=start,
        end_ns=end,
        progress=progress,
        **options,
    )


def facts(session: Session) -> Facts:
    """Who, on what, since when."""
    info = session.info
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
    )


def chapters(session: Session) -> list[Chapter]:
    """The commands of the main channel, in order of submission."""
    found = session.main.extraction.commands
    marks = {f.command_index: f for f in session.main.findings}
    return [
        Chapter(
            start_ns=c.start_ns,
            end_ns=c.end_ns,
            title=c.text,
            exit_code=c.exit_code,
            approximate=c.confidence != "high",
            finding=f"{marks[i].severity}: {marks[i].mark}" if i in marks else None,
        )
        for i, c in enumerate(found)
    ]
