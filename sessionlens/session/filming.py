"""`render` of a session: what was asked for in the caller's words, and what that means for the pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from sessionlens.errors import UsageError
from sessionlens.evidence.origin import origin
from sessionlens.render import ImageReport, VideoReport, render_image, render_video
from sessionlens.render.sizes import bytes_of
from sessionlens.render.together import Together
from sessionlens.session.clips import Place, clip
from sessionlens.session.outputs import EXHIBIT, GIF, MP4, PNG, PRESETS, SUFFIXES, check_output
from sessionlens.session.video import chapters, facts
from sessionlens.terminal import still

if TYPE_CHECKING:
    from sessionlens.session.session import Session, Time

GIF_LIMIT = 10_000_000  # bytes; trackers and chats take no more


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller asked `render` for, in the caller's words."""

    start: Time | None = None
    end: Time | None = None
    clip: Place | None = None
    at: Time | None = None
    preset: str = "review"
    idle: float | None = None
    speed: float | None = None
    findings: bool = False
    plain: bool = False
    max_size: str | int | None = None


def render_session(
    session: Session,
    path: Path,
    wish: Wish,
    overwrite: bool,
    progress: Callable[[int, int], None] | None,
) -> VideoReport | ImageReport:
    """A channel of a session as a video, or one of its screens as a picture."""
    check_output(path, *SUFFIXES, overwrite=overwrite)
    if (path.suffix.lower() == PNG) != (wish.at is not None):
        raise UsageError(f"{path}: a {PNG} shows one moment (at), {MP4} and {GIF} a stretch")
    if wish.at is not None:
        return picture(session, path, wish.at, wish.plain, overwrite)
    idle, speed = paced(wish)
    chosen, start, end = span(session, wish)
    limit = GIF_LIMIT if path.suffix.lower() == GIF else None
    if wish.max_size is not None:
        limit = bytes_of(wish.max_size)
    return render_video(
        chosen.timeline,
        path,
        facts=facts(chosen),
        chapters=chapters(chosen),
        start_ns=start,
        end_ns=end,
        idle_ns=round(idle * 1e9) or None,
        speed=speed,
        findings=wish.findings,
        plain=wish.plain,
        max_bytes=limit,
        source=origin(chosen.source, chosen.recording, reflow=chosen.reflow),
        overwrite=overwrite,
        progress=progress,
    )


def paced(wish: Wish) -> tuple[float, float]:
    """Idle limit in seconds (0: none) and speed, as the preset has them or the caller says."""
    if wish.preset not in PRESETS:
        raise UsageError(f"{wish.preset!r} is no preset: {', '.join(PRESETS)}")
    if wish.preset == EXHIBIT and (wish.idle is not None or wish.speed is not None):
        raise UsageError(f"an {EXHIBIT} is uncut and at its real speed: leave out idle and speed")
    idle, speed = PRESETS[wish.preset]
    idle = idle if wish.idle is None else wish.idle
    if not 0 <= idle < inf:
        raise UsageError(f"idle time is a number of seconds, 0 for uncut, not {idle}")
    return idle, speed if wish.speed is None else wish.speed


def span(session: Session, wish: Wish) -> tuple[Session, int | None, int | None]:
    """On which channel, from when and until when."""
    if wish.clip is None:
        start, end = (None if t is None else session.time(t) for t in (wish.start, wish.end))
        return session, start, end
    if wish.start is not None or wish.end is not None:
        raise UsageError("a clip has its own start and end: leave them out")
    found = clip(session, wish.clip)
    return session.on(found.channel), found.start_ns, found.end_ns


def picture(session: Session, path: Path, when: Time, plain: bool, overwrite: bool) -> ImageReport:
    """The screen at a time, exact to the event, with its bands."""
    screen = session.at(when)
    timeline = still(screen.terminal)
    image = render_image(
        timeline.frame(0),
        timeline,
        facts=facts(session),
        chapters=chapters(session),
        plain=plain,
        t_ns=screen.t_ns,
    )
    with Together(path, overwrite=overwrite) as files:
        made = files.folder / f"picture{PNG}"
        image.save(made)
        files.add(made, path)
    return ImageReport(path, image.size, path.stat().st_size)
