"""`render` of a session: what was asked for in the caller's words, and what that means for the pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC
from math import inf
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sessionlens.errors import UsageError
from sessionlens.evidence.origin import origin
from sessionlens.masking import Mask, Tally, told
from sessionlens.render import ImageReport, Order, VideoReport, render_image, render_video
from sessionlens.render.sizes import bytes_of
from sessionlens.render.themes import theme_of
from sessionlens.render.together import Together
from sessionlens.session.clips import Place, clip
from sessionlens.session.masking import Masking, mask_of, wanted
from sessionlens.session.outputs import EXHIBIT, GIF, MP4, PNG, PRESETS, SUFFIXES, check_output
from sessionlens.session.remarks import remarks
from sessionlens.session.sheet import checked
from sessionlens.session.video import chapters, facts, footage, masked_facts, masked_remarks
from sessionlens.settings import options
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
    findings: bool | pd.DataFrame = False
    notes: pd.DataFrame | None = None
    cards: bool = True
    case: str | None = None
    signers: str | PathLike[str] | None = None
    plain: bool = False
    max_size: str | int | None = None
    theme: str = "dark"
    mask: Masking = True


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
        return picture(session, path, wish, wish.at, overwrite)
    idle, speed = paced(wish)
    chosen, start, end = span(session, wish)
    gif = path.suffix.lower() == GIF
    limit = GIF_LIMIT if gif else None
    if wish.max_size is not None:
        limit = bytes_of(wish.max_size)
    cards = wish.cards and not wish.plain and not gif
    seal = checked(chosen, wish.signers) if cards else None
    mask = fresh_mask(chosen, wish.mask)
    said = remarks(chosen, wish.findings, wish.notes)
    order = Order(
        start_ns=start,
        end_ns=end,
        idle_ns=round(idle * 1e9) or None,
        speed=float(speed),
        remarks=None if said is None else masked_remarks(said, mask),
        cards=cards,
        case=None if wish.case is None else mask.text(wish.case),
        signer=seal.signer if seal is not None else None,
        plain=wish.plain,
        theme=theme_of(wish.theme),
        mask=told(mask),
        zone=zone(),
    )
    return render_video(
        footage(chosen, mask, seal),
        path,
        order,
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


def zone() -> str | None:
    """The time zone that the caller thinks in; None where that is UTC."""
    return None if options.zone is UTC else options.tz


def fresh_mask(session: Session, mask: Masking) -> Mask:
    """A mask that nothing was asked before: it learns of what it is asked, and a video has to be the same
    each time."""
    return mask_of(session, wanted(session, mask))


def picture(session: Session, path: Path, wish: Wish, when: Time, overwrite: bool) -> ImageReport:
    """The screen at a time, exact to the event, with its bands."""
    screen, mask = session.at(when), session.mask(wish.mask)
    covered = screen.masked(wish.mask)
    said = chapters(session)
    texts = mask.texts([c.title for c in said])
    running = max((i for i, c in enumerate(said) if c.start_ns <= screen.t_ns), default=None)
    spoken = Tally(kind for kind, _ in texts[running][1]) if running is not None and not wish.plain else {}
    about = replace(masked_facts(facts(session), mask), zone=zone())
    if not mask.wanted.nothing:
        about = replace(about, masked=str(Tally(covered.tally | Tally(spoken))))
    timeline = still(covered.terminal)
    timeline.palette = screen.palette
    image = render_image(
        timeline.frame(0),
        timeline,
        facts=about,
        chapters=[replace(c, title=title) for c, (title, _) in zip(said, texts, strict=True)],
        plain=wish.plain,
        t_ns=screen.t_ns,
        theme=wish.theme,
    )
    with Together(path, overwrite=overwrite) as files:
        made = files.folder / f"picture{PNG}"
        image.save(made)
        files.add(made, path)
    return ImageReport(path, image.size, path.stat().st_size)
