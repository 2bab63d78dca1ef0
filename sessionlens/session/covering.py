"""What a question about the commands of a session looks at, and what it cannot see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sessionlens.catalog.search import Coverage
from sessionlens.catalog.unread import lost, untyped
from sessionlens.session.untold import untold
from sessionlens.visible import visible

if TYPE_CHECKING:
    from sessionlens.session.session import Session


READABLE = ("clock", "unsigned")  # gaps in what can be trusted, not in what can be read


def of_commands(session: Session) -> Coverage:
    """The coverage of a search in the commands alone."""
    name = session.source.session
    silent = [c for c in session.source.channels if not c.recorded or (c.files and c.kind == "sftp")]
    unread = int((~lost(session.gaps)["kind"].isin(READABLE)).sum())
    return Coverage(
        1,
        len(session.commands),
        transfers=len(session.transfers),
        gaps=unread,
        untold=untold(session.commands, session.events, session.flags, session.views),
        damaged=(name,) if unread else (),
        untyped=(name,) if untyped(session.gaps) else (),
        silent=tuple(f"channel {c.number} ({visible(c.kind)}) of {name}" for c in silent),
    )
