"""The verdict on a recording, in words that a lay reader can use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sessionlens.tables.html import (
    BAD,
    DOUBT,
    GOOD,
    PLAIN,
    html_badge,
    html_line,
    html_list,
    html_safe,
    html_table,
)
from sessionlens.visible import visible

Status = Literal["INTACT", "DAMAGED", "CANNOT TELL"]
EXIT_CODES: dict[Status, int] = {"INTACT": 0, "DAMAGED": 1, "CANNOT TELL": 2}
BADGES: dict[Status, tuple[str, str]] = {
    "INTACT": ("✔", GOOD),
    "DAMAGED": ("✖", BAD),
    "CANNOT TELL": ("?", DOUBT),
}


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that does not hold, and where."""

    kind: str
    """tampered, missing, unlisted, unsafe, torn, signature, signer, heads; of a video also source, cells,
    pictures."""
    file: str
    offset: int | None
    length: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What holds, what does not, and since which byte."""

    status: Status
    summary: str
    """The verdict in one line: INTACT, DAMAGED at …, CANNOT TELL because …"""
    meaning: str
    """What it means for somebody who has to rely on the recording."""
    path: str
    signer: str | None = None
    """Who sealed it, as the signers file calls the key; None if that was not checked or not found: then
    nobody vouches for it.
    """
    fingerprint: str | None = None
    """Of the key that made the seal."""
    sealed_ns: int | None = None
    """When, as the bundle says: UTC, ns since the epoch."""
    notes: tuple[str, ...] = ()
    problems: tuple[Failure, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 intact (where no signers were named: whoever sealed it), 1 damaged or of a signer who is not
        among them, 2 cannot tell.
        """
        return EXIT_CODES[self.status]

    def __bool__(self) -> bool:
        return self.status == "INTACT"

    def __str__(self) -> str:
        rows = [self.summary, f"  What this means: {self.meaning}", *(f"  {note}" for note in self.notes)]
        rows += [f"  - {problem.text}" for problem in self.problems]
        return "\n".join(visible(row) for row in rows)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        shape, colour = BADGES[self.status]
        unchecked = self.status == "INTACT" and self.signer is None
        badge = html_badge(shape, self.status, PLAIN if unchecked else colour)
        more = self.summary.removeprefix(self.status).strip()
        said = f"<div>{badge} {html_safe(more)}</div>{html_line(self.meaning)}{html_list(self.notes)}"
        rows = [[p.kind, p.file, *map(_number, (p.offset, p.length)), p.text] for p in self.problems]
        return said + (html_table(["problem", "file", "byte", "bytes", "what"], rows) if rows else "")

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        keys = (
            "status",
            "exit_code",
            "summary",
            "meaning",
            "path",
            "signer",
            "fingerprint",
            "sealed_ns",
            "notes",
        )
        plain = {key: getattr(self, key) for key in keys}
        problems = [{key: getattr(p, key) for key in Failure.__slots__} for p in self.problems]
        return plain | {"notes": list(self.notes), "problems": problems}


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"
