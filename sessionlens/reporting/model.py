"""A case as data: what was asked, of which sessions, and what was found in them; all text masked already.

Times are ns: `t_ns` since the session began, others since the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from sessionlens.tables.html import html_text

if TYPE_CHECKING:
    from sessionlens.catalog.search import Coverage
    from sessionlens.evidence import Verification


@dataclass(frozen=True, slots=True)
class Asked:
    """What to look for as text (`match`; None: nothing) and what a command has to start (`ran`), the question
    in the caller's words (None: ours), the case's name, which filters were set and how they were read, when
    the page was made (both: None, not said).
    """

    match: str | None
    ran: str | None = None
    question: str | None = None
    case: str | None = None
    filters: tuple[str, ...] = ()
    made: str | None = None


@dataclass(frozen=True, slots=True)
class Seal:
    """What names the bytes of a session: a SHA-256, and of what (`MANIFEST`, `recorded output`)."""

    sha256: str
    of: str

    @property
    def sealed(self) -> bool:
        """Whether stock tools can check all of the recording by it."""
        return self.of == "MANIFEST"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One session that was looked at; `path` is where it lies below the folder that was named."""

    session: str
    path: str
    facts: tuple[tuple[str, str], ...]
    brief: tuple[str, str]
    """Where from and how; how it ended and what of it was recorded: the facts in short."""
    notable: bool
    """Somebody let it in, watched it or holds it, or something of it is missing."""
    when: str
    who: str
    coverage: Coverage
    verification: Verification
    seal: Seal | None
    flags: tuple[int, int]
    """Places where a viewer could have missed something: in all, of severity high."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A screen as PNG, its size in pixels, its text, its moment and `ref`, and what is masked in it; `shows`:
    the beginning of the exhibit's text stands on it."""

    png: bytes
    size: tuple[int, int]
    text: str
    when: str
    ref: str
    masked: str
    shows: bool


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One place that answers the question: a command, or a text that stood on a screen or in a name."""

    title: str
    why: str
    """Why it is here: what matched, and how."""
    text: str
    when: str
    where: str
    ref: str
    known: str
    confidence: str
    exit_code: str | None = None
    output: str | None = None
    """What a command printed; None: it is none."""
    more: tuple[tuple[str, str], ...] = ()
    """Further facts, as (label, text)."""
    picture: Picture | None = None
    session: str = ""
    ran: bool = False
    """It is a command that starts what was asked for."""
    at_ns: int | None = None
    """Instant."""
    person: str = ""
    """Who was authenticated at the bastion; "" where nobody knows."""


@dataclass(frozen=True, slots=True)
class Case:
    """All that the page says. `further` are beyond the number of exhibits that was asked for; `commands`,
    `findings` and `gaps` are tables as `tables.schema` has them."""

    asked: Asked
    sheets: tuple[Sheet, ...]
    coverage: Coverage
    exhibits: tuple[Exhibit, ...]
    further: tuple[Exhibit, ...]
    commands: pd.DataFrame
    findings: pd.DataFrame
    gaps: pd.DataFrame
    unreadable: tuple[tuple[str, str], ...]
    """Path and reason."""
    deleted: tuple[tuple[str, str], ...]
    """Recordings that a rule deleted: name, and what their tombstone says."""
    masked: str | None
    """How much, in words, "" where nothing had to be; None: no mask was asked."""
    versions: dict[str, str] = field(default_factory=dict)
    fonts: dict[str, str] = field(default_factory=dict)

    @property
    def found(self) -> tuple[Exhibit, ...]:
        """All of them, in their order."""
        return self.exhibits + self.further

    @property
    def screens(self) -> bool:
        """Whether what stood on screens was looked at, beside the commands."""
        return self.asked.match is not None and self.asked.ran is None


@dataclass(frozen=True, slots=True)
class CaseReport:
    """What was written: exhibits, the answer in a word or three, bytes, and the file's own SHA-256."""

    path: str
    answer: str
    exhibits: int
    bytes: int
    sha256: str

    def _repr_html_(self) -> str:
        return html_text(str(self))

    def __str__(self) -> str:
        found = f"{self.exhibits} exhibit{'s' * (self.exhibits != 1)}"
        return f"{self.path}: {self.answer}; {found}, {self.bytes / 1e3:.0f} kB, SHA-256 {self.sha256}"
