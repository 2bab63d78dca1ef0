"""What of a case is looked at: whose sessions, where, when, and which commands or words in them.

Whose, where and when are answered by what a recording says of itself; the rest by replaying it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import pandas as pd

from sessionlens.catalog.corpus import instant, selected, worded
from sessionlens.errors import UsageError
from sessionlens.recording import Info
from sessionlens.visible import visible

SEVERITIES = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Filters:
    """All of them have to hold; an empty one always does.

    `person` as authenticated, `host` a part of the target's name or address, `since` and `until` as in
    `search`, `ran` words as `ran` takes them, `text` a part of a command or of a line of the screen, `mark`
    the name of a mark, `severity` the least that a mark must have. Raises UsageError for a date or a severity
    that is none.
    """

    person: str = ""
    host: str = ""
    since: str = ""
    until: str = ""
    ran: str = ""
    text: str = ""
    mark: str = ""
    severity: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, str(getattr(self, field.name) or "").strip())
        if self.severity and self.severity not in SEVERITIES:
            raise UsageError(f"{self.severity!r} is no severity: {', '.join(SEVERITIES)}")
        _ = self.low, self.high

    @property
    def low(self) -> pd.Timestamp | None:
        """The first moment."""
        return instant(self.since or None)

    @property
    def high(self) -> pd.Timestamp | None:
        """The last moment."""
        return instant(self.until or None, end_of_day=True)

    @property
    def of_commands(self) -> bool:
        """Whether it asks for commands, so that a line of the screen is no answer."""
        return bool(self.ran or self.mark or self.severity)

    @property
    def asks(self) -> bool:
        """Whether it asks for something inside of sessions."""
        return self.of_commands or bool(self.text)

    def severities(self) -> tuple[str, ...]:
        """Those that are enough."""
        return SEVERITIES[SEVERITIES.index(self.severity) :] if self.severity else SEVERITIES

    def meets(self, info: Info) -> bool:
        """Whether a session is of that person and host, and touches that span; one without a clock does."""
        places = (info.target, info.target_address)
        there = any(self.host.casefold() in place.casefold() for place in places if place)
        return (there or not self.host) and selected(info, self.person or None, self.low, self.high)

    def nameless(self, info: Info) -> bool:
        """Whether nobody knows if a session is of that person or host."""
        return bool(
            (self.person and info.person is None)
            or (self.host and info.target is None and info.target_address is None)
        )

    def words(self) -> list[str]:
        """How whose, where and when were read."""
        where = [f"host {visible(self.host)}"] if self.host else []
        return [*worded(self.person or None, self.low, self.high), *where]

    def said(self) -> list[str]:
        """Those that are set, by their names."""
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return [f"{name}: {visible(value)}" for name, value in values if value]
