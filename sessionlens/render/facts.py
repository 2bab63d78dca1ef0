"""What the bands and the file's tags may say: who, where, when, and the commands as the video needs them.

Facts only: text as recorded, made harmless where it is painted. A finding is the analyst's, and shown on
request.
"""

from __future__ import annotations

from dataclasses import dataclass

SECOND = 1_000_000_000
DAMAGED, INCOMPLETE, UNPROVEN = FLAWS = ("DAMAGED", "INCOMPLETE", "UNPROVEN")  # the worst first


@dataclass(frozen=True, slots=True)
class Facts:
    """The session, as text for people; None is omitted. `started_ns` is UTC epoch time, `duration_ns` the
    whole length, `commands` how many the session's table has. `caveats` are what cannot be read or trusted:
    any puts a stamp on every picture, and `flaw` is its word. `typing_unread`: what was typed is sealed or
    off, so that commands are known from what was shown; that is no flaw, and no picture has it. `masked` says
    how much is masked, "" where nothing had to be, None where no mask was asked."""

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


@dataclass(frozen=True, slots=True)
class Chapter:
    """One command: times since the session began, the text, how it ended, and how well it is known; `number`
    is its `n` in the table (None: its place among the chapters)."""

    start_ns: int
    end_ns: int | None
    title: str
    exit_code: int | None = None
    approximate: bool = False
    finding: str | None = None
    number: int | None = None


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
