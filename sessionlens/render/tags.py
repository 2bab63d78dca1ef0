"""The video's chapters and tags, as an ffmetadata file (ffmpeg-formats(1), section Metadata)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sessionlens.render.facts import SECOND, Chapter, Facts, parties, short_clock
from sessionlens.render.pace import Pace
from sessionlens.render.stamp import headed
from sessionlens.visible import visible

TITLE_BYTES = 240  # players read chapter titles of up to 255 bytes


def ffmetadata(tags: Mapping[str, str], marks: Sequence[tuple[int, int, str]]) -> str:
    """Tags, then chapters as (start ms, end ms, title)."""
    lines = [";FFMETADATA1", *(f"{escape(name)}={escape(value)}" for name, value in tags.items())]
    for start, end, title in marks:
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={start}", f"END={end}", f"title={escape(title)}"]
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """Characters that mean something in ffmetadata, with a backslash before them.

    A backslash at the end of a line makes ffmpeg (5.1 to 9.0) swallow the next lines, escaped or not: so a
    blank follows it.
    """
    said = "".join("\\" + c if c in "=;#\\\n" else c for c in text)
    return said + " " if said.endswith("\\") else said


def marks(chapters: Sequence[Chapter], pace: Pace, end_ms: int) -> list[tuple[int, int, str]]:
    """A chapter per command, each from its start to the next one's; starts rise by at least a millisecond."""
    starts: list[int] = []
    for chapter in chapters:
        starts.append(max(pace.video_ms(chapter.start_ns), starts[-1] + 1 if starts else 0))
    ends = [*starts[1:], max(end_ms, starts[-1] + 1)] if starts else []
    return [(s, e, title(chapter)) for s, e, chapter in zip(starts, ends, chapters, strict=True)]


def title(chapter: Chapter) -> str:
    """A chapter's name: the command, ≈ before it where it is approximate, cut at a character where it is too
    long."""
    text = ("≈ " if chapter.approximate else "") + visible(chapter.title)
    if len(text.encode()) <= TITLE_BYTES:
        return text or "(empty)"
    return text.encode()[: TITLE_BYTES - 3].decode("utf-8", "ignore") + "…"


def tags(facts: Facts, pace: Pace, idle_ns: int | None) -> dict[str, str]:
    """Title, session, creation time (the session's start) and what was left out."""
    out = {"title": headline(facts)}
    if facts.session:
        out["album"] = f"session {visible(facts.session)}"
    if facts.person:
        out["artist"] = visible(facts.person)
    if facts.started_ns is not None:
        began = datetime.fromtimestamp(facts.started_ns // SECOND, UTC)
        out["creation_time"] = f"{began:%Y-%m-%dT%H:%M:%S}.000000Z"
    out["comment"] = "; ".join(remarks(facts, pace, idle_ns))
    return out


def headline(facts: Facts) -> str:
    """`john as deploy on web01, session 1a2b3c4d`."""
    return visible(parties(facts) + (f", session {facts.session}" if facts.session else ""))


def remarks(facts: Facts, pace: Pace, idle_ns: int | None) -> list[str]:
    """What a viewer of the bare file has to know."""
    out = ["rendered by SessionLens from a recorded SSH session"]
    if facts.session:
        out.append(f"session {visible(facts.session)}")
    if facts.channel is not None:
        out.append(f"channel {facts.channel}" + (f" of {facts.channels}" if facts.channels else ""))
    if facts.caveats:
        out.append(headed(facts) + ": " + "; ".join(visible(caveat) for caveat in facts.caveats))
    out.append("not masked" if facts.masked is None else facts.masked or "nothing had to be masked")
    if idle_ns is None:
        out.append("nothing cut")
    else:
        lost = sum(cut.length_ns for cut in pace.cuts)
        count = f"{len(pace.cuts)} time{'s' * (len(pace.cuts) != 1)}, {short_clock(lost)} in all"
        out.append(f"idle time over {idle_ns / SECOND:g} s cut: {count}")
    if pace.speed != 1:
        out.append(f"speed {pace.speed:g}×")
    return out
