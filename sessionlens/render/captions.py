"""The commands as captions: when each is shown, and as WebVTT (W3C, the file beside the video)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sessionlens.render.facts import Chapter
from sessionlens.render.pace import Pace
from sessionlens.visible import visible

LEAST = 2000  # ms that a caption stays, where no other follows


@dataclass(frozen=True, slots=True)
class Caption:
    """A text, from one time of the video until another."""

    start_ms: int
    end_ms: int
    text: str


def captions(chapters: Sequence[Chapter], pace: Pace, end_ms: int) -> list[Caption]:
    """A caption per command, from its start to its end, at least for two seconds, at most until the next.

    Where several start in one millisecond they share a caption, a line each.
    """
    found: dict[int, list[Chapter]] = {}
    for chapter in chapters:
        found.setdefault(min(pace.video_ms(chapter.start_ns), max(end_ms - 1, 0)), []).append(chapter)
    starts = sorted(found)
    out = []
    for start, following in pairwise([*starts, end_ms]):
        ends = [end_ms if c.end_ns is None else pace.video_ms(c.end_ns) for c in found[start]]
        text = "\n".join(map(said, found[start]))
        out.append(Caption(start, min(max([*ends, start + LEAST]), following), text))
    return out


def said(chapter: Chapter) -> str:
    """The whole command on one line, ≈ before it where it is approximate."""
    return ("≈ " if chapter.approximate else "") + (visible(chapter.title) or "(empty)")


def webvtt(found: Iterable[Caption]) -> str:
    """The file. `&` and `<` are escaped, and `>` so that no `-->` comes of it."""
    return "\n".join(lines(found))


def lines(found: Iterable[Caption]) -> Iterator[str]:
    """Its lines, the last one ended too."""
    yield "WEBVTT"
    yield ""
    for caption in found:
        yield f"{stamp(caption.start_ms)} --> {stamp(caption.end_ms)}"
        yield caption.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        yield ""


def stamp(ms: int) -> str:
    """HH:MM:SS.mmm."""
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"
