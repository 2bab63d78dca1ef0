"""What the bands and the file's tags may say: who, where, when, and the commands as the video needs them.

Facts only: text as recorded, made harmless where it is painted. What the analyst says is in `remarks`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sessionlens.zones import zone_of

SECOND = 1_000_000_000
DAMAGED, INCOMPLETE, UNPROVEN = FLAWS = ("DAMAGED", "INCOMPLETE", "UNPROVEN")  # the worst first


@dataclass(frozen=True, slots=True)
class Facts:
    """The session, as text for people; None is omitted. `started_ns` is UTC epoch time, `duration_ns` the
    whole length, `commands` how many the session's table has. `caveats` are what cannot be read or trusted:
    any puts a stamp on every picture, and `flaw` is its word. `typing_unread`: what was typed is sealed or
    off, so that commands are known from what was shown; that is no flaw, and no picture has it. `masked` says
    how much is masked, "" where nothing had to be, None where no mask was asked. `sheet`: what a title says
    of the recording beyond that, as (label, text).

    `zone` is the time zone that is shown beside UTC, by its name (None: none)."""

    person: str | None = None
    key: str | None = None
    account: str | None = None
    target: str | None = None
    session: str | None = None
    channel: int | None = None
    channels: int | None = None
    started_ns: int | None = None
    client: str | None = None
    duration_ns: int | None = None
    commands: int | None = None
    caveats: tuple[str, ...] = ()
    flaw: str = DAMAGED
    typing_unread: bool = False
    masked: str | None = None
    sheet: tuple[tuple[str, str], ...] = ()
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """One command: times since the session began, the text, how it ended, and how well it is known; `number`
    is its `n` in the table (None: its place among the chapters), `ref` names its bytes."""

    start_ns: int
    end_ns: int | None
    title: str
    exit_code: int | None = None
    approximate: bool = False
    number: int | None = None
    ref: str | None = None


def parties(facts: Facts) -> str:
    """`john as deploy on web01`, as far as known."""
    words = (("", facts.person), ("as ", facts.account), ("on ", facts.target))
    return " ".join(word + value for word, value in words if value) or "Recorded session"


def instant(facts: Facts, session_ns: int) -> datetime | None:
    """A time of the session on the recorder's clock, to the second; None where its start is not known."""
    if facts.started_ns is None:
        return None
    return datetime.fromtimestamp((facts.started_ns + session_ns) // SECOND, UTC)


def local(facts: Facts, session_ns: int) -> datetime | None:
    """The same in the zone that is shown beside UTC; None where there is none."""
    when = instant(facts, session_ns)
    return None if when is None or facts.zone is None else when.astimezone(zone_of(facts.zone))


def offset(moment: datetime) -> str:
    """How far its zone is from UTC: `+05:30`."""
    return moment.isoformat()[19:]


def wall_clock(facts: Facts, session_ns: int) -> str:
    """`09:14:03 UTC`, or the time since the session began."""
    when = instant(facts, session_ns)
    return f"{clock(session_ns)} elapsed" if when is None else f"{when:%H:%M:%S} UTC"


def clock(ns: int) -> str:
    """A length of time as HH:MM:SS."""
    minutes, seconds = divmod(max(ns, 0) // SECOND, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


def length(ns: int) -> str:
    """How long something took: `420 ms`, `12.3 s`, then M:SS."""
    if ns < SECOND:
        return f"{max(ns, 0) // 1_000_000} ms"
    return f"{ns / SECOND:.1f} s" if ns < 60 * SECOND else short_clock(ns)


def short_clock(ns: int) -> str:
    """A length of time as M:SS, or H:MM:SS from one hour on."""
    minutes, seconds = divmod(max(ns, 0) // SECOND, 60)
    if minutes < 60:
        return f"{minutes}:{seconds:02}"
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
