"""What the player shows of a session: facts, commands, findings and flags beside the timeline.

All text in it has gone through the mask, and is as recorded otherwise: it is made harmless where it is shown.
Times are ns since the session began.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sessionlens.terminal import Timeline


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the list; `number` is its `n` in the table."""

    number: int
    text: str
    start_ns: int
    end_ns: int | None = None
    exit_code: int | None = None
    confidence: str = "high"
    context: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A mark on a command: a reason to look. `severity` is high, medium or low."""

    number: int
    start_ns: int
    severity: str
    mark: str
    why: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A place where a viewer could have missed something (docs/not-fooled.md)."""

    start_ns: int
    severity: str
    kind: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Film:
    """A timeline as it may be seen, and what is told beside it.

    `title` says who and where; `facts` are (label, text). `masked` says how much is masked: "" where
    nothing had to be, None where no mask was asked. `caveats` are what cannot be read or trusted, `flaw`
    their word. `started_ns` is UTC epoch time; `zone` the IANA name or offset that is shown beside UTC.
    `themes` maps names to colours (0xRRGGBB) as the video has them. Frames, commands and the rest outside
    of `start_ns` to `end_ns` are left out.
    """

    timeline: Timeline
    title: str
    session: str | None = None
    channel: int = 0
    started_ns: int | None = None
    zone: str | None = None
    facts: Sequence[tuple[str, str]] = ()
    commands: Sequence[Command] = ()
    findings: Sequence[Finding] = ()
    flags: Sequence[Flag] = ()
    masked: str | None = None
    caveats: Sequence[str] = ()
    flaw: str = ""
    themes: Mapping[str, Mapping[str, Any]] | None = None
    theme: str = "dark"
    start_ns: int = 0
    end_ns: int | None = None

    @property
    def until_ns(self) -> int:
        """Where it ends."""
        return self.timeline.end_ns if self.end_ns is None else self.end_ns
