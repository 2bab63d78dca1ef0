"""`play` of a session: what was asked for in the caller's words, what the player is given, and what it asks
back.
"""

from __future__ import annotations

import getpass
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from PIL.Image import Dither

from sessionlens.errors import NotFoundError, UsageError
from sessionlens.player import Film, payload
from sessionlens.player.page import assemble
from sessionlens.player.poster import Poster
from sessionlens.player.widget import Player
from sessionlens.session.clips import Place, begin, clip, of_row
from sessionlens.session.masking import Masking, wanted
from sessionlens.session.outputs import PNG
from sessionlens.session.paging import film, inside
from sessionlens.session.refs import Ref
from sessionlens.settings import EMBED, options
from sessionlens.times import format_elapsed

if TYPE_CHECKING:
    from sessionlens.render import ImageReport, VideoReport
    from sessionlens.session.screen import Screen
    from sessionlens.session.session import Session, Time

SECOND = 1_000_000_000
SEVERITIES = ("high", "medium", "low")
COLOURS = 32  # of a poster: a terminal rarely shows more, and the picture is a third of the size
EMBEDDED = 8_000_000  # bytes of a page in a notebook, at most


@dataclass(frozen=True, slots=True)
class Showing:
    """What a caller asked `play` for, in the caller's words."""

    at: Time | None = None
    start: Time | None = None
    end: Time | None = None
    command: int | None = None
    mask: Masking = True
    theme: str = "dark"
    findings: bool = True
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Behind:
    """The session behind a player, on the channel that it shows; the `film` is the part that is played."""

    session: Session
    film: Film
    mask: Masking

    @property
    def title(self) -> str:
        """Session, channel, who, where; masked also where the film is not, since notebooks save it."""
        parts = (f"session {self.film.session}", self.session.main.channel.name, self.film.title)
        mask = self.session.mask(written(self.session, self.mask))
        return mask.text(" · ".join(part for part in parts if part))

    @property
    def masked(self) -> str:
        """What is masked, in words."""
        return "not masked" if self.film.masked is None else self.film.masked or "nothing had to be masked"

    @property
    def span(self) -> tuple[float, float]:
        """Where the film begins and ends."""
        return self.film.start_ns / SECOND, self.film.until_ns / SECOND

    def seconds(self, when: Any) -> float:
        """Any form of time; a row has to be of this session and channel."""
        session, t_ns = place(self.session, when)
        if session is not self.session:
            raise self._elsewhere(session.main.channel.number)
        return inside(self.film, when, t_ns) / SECOND

    def stretch(self, place: Place) -> tuple[float, float]:
        """A row, a ref or a command's number, with two seconds before and after it."""
        found = clip(self.session, place)
        if self.session.on(found.channel) is not self.session:
            raise self._elsewhere(found.channel)
        first, last = self.span
        return max(found.start_ns / SECOND, first), min(found.end_ns / SECOND, last)

    def _elsewhere(self, channel: int | None) -> UsageError:
        here = self.session.main.channel.number
        return UsageError(
            f"that is of channel {channel}; this plays channel {here}: s.play(row) plays the other"
        )

    def screen(self, seconds: float) -> Screen:
        """The screen, masked as the player is."""
        return self.session.at(timedelta(seconds)).masked(self.mask)

    def clip(
        self, path: Path, seconds: float, selection: tuple[float, float] | None, options: Mapping[str, Any]
    ) -> VideoReport | ImageReport:
        """Through `Session.render`."""
        what: dict[str, Any] = {"mask": written(self.session, self.mask)}
        if path.suffix.lower() == PNG:
            what["at"] = timedelta(seconds)
        elif selection is None:
            raise UsageError(
                f"{path}: nothing is selected: press [ where it begins and ] where it ends, or set "
                f"`selection = (start, end)`; a {PNG} shows one moment"
            )
        else:
            what["start"], what["end"] = map(timedelta, selection)
        return self.session.render(path, **{**what, **options})


def play(session: Session, what: Showing) -> Player:
    """A player of the channel that `at` is on, or of the main one."""
    chosen, t_ns = begins(session, what)
    made = film(chosen, chosen.mask(what.mask), what.start, what.end, what.theme)
    if not what.findings:
        made = replace(made, findings=(), flags=())
    data = payload(made)
    behind = Behind(chosen, made, what.mask)
    page, notice = embedded(behind, data, t_ns)
    plain = what.at is None and what.command is None
    shown = telling(made) if plain else t_ns
    return Player(
        data,
        behind,
        still(chosen, shown, written(chosen, what.mask), behind.title, what.theme),
        page=page,
        notice=notice,
        time=timedelta(t_ns / SECOND),
        theme=what.theme,
        author=me() if what.author is None else what.author,
    )


def begins(session: Session, what: Showing) -> tuple[Session, int]:
    """The session on the channel to show, and the time in ns to begin at."""
    if what.command is None:
        when = what.start if what.at is None else what.at
        return (session, 0) if when is None else place(session, when)
    if what.at is not None:
        raise UsageError("say one of at and command, not both")
    table = session.commands
    rows = table[table["n"] == what.command]
    if not len(rows):
        raise NotFoundError(f"{session.path}: no command {what.command}; there are {len(table)}")
    return place(session, rows.iloc[0])


def place(session: Session, when: Any) -> tuple[Session, int]:
    """Any form of time as the session on its channel and ns; what names no channel is of this one."""
    if isinstance(when, pd.Series):
        found = of_row(session, when)
        return session.on(found.channel), pd.Timedelta(begin(when)).value
    ref = Ref.parse(when) if isinstance(when, str) and "/" in when else None
    if ref is not None:
        there = session.on(ref.channel)
        return there, 0 if ref.stream is None else ref.t_ns(there.recording)
    return session, session.elapsed(when)


def timedelta(seconds: float) -> pd.Timedelta:
    """To the nanosecond."""
    return pd.Timedelta(round(seconds * SECOND), "ns")


def written(session: Session, mask: Masking) -> Masking:
    """The mask for what is written to a file: the player's, or the usual one where that shows everything."""
    return True if wanted(session, mask).nothing else mask


def telling(film: Film) -> int:
    """A time in ns whose screen says what this is about, where nobody asked for one: the first finding of the
    highest severity, else the end of the first command; the very first screen is empty."""
    found = [f for f in film.findings if film.start_ns <= f.start_ns <= film.until_ns]
    if found:
        return min(found, key=lambda f: (SEVERITIES.index(f.severity), f.start_ns)).start_ns
    ends = (c.end_ns for c in film.commands if c.end_ns is not None)
    return next((ns for ns in ends if film.start_ns <= ns <= film.until_ns), film.start_ns)


def still(session: Session, t_ns: int, mask: Masking, title: str, theme: str) -> Poster:
    """What a saved notebook shows: the screen at a time, masked."""
    screen = session.at(timedelta(t_ns / SECOND)).masked(mask)
    out = io.BytesIO()
    screen.image(theme=theme).quantize(COLOURS, dither=Dither.NONE).save(out, "PNG", optimize=True)
    return Poster(out.getvalue(), screen.text, f"{title} · {format_elapsed(t_ns)} · {screen.ref}")


def embedded(behind: Behind, data: bytes, t_ns: int) -> tuple[str | None, str]:
    """The page that a notebook keeps, where it is to keep one, and what there is to say of that."""
    if options.notebook != EMBED:
        return None, ""
    if behind.film.masked is None:
        return None, "not embedded: a notebook keeps nothing that is not masked"
    page = assemble(behind.film, data, t_ns)
    size = len(page.encode("utf-8"))
    if size <= EMBEDDED:
        return page, ""
    return None, (
        f"not embedded: {size / 1e6:.1f} MB are more than {EMBEDDED / 1e6:.0f}; say start and end, or write "
        "the page beside the notebook with to_html"
    )


def me() -> str:
    """Who makes bookmarks: the account that Python runs as, "" where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
