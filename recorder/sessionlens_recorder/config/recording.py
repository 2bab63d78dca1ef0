"""`[recording]`: what is kept of a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sessionlens_recorder.config.section import Section
from sessionlens_recorder.sealing import read_recipients

_SAY = (
    'say how what users type, passwords too, is stored: sealed (input_recipients = ["age1…"]; '
    '`sessionlens-recorder input-key` makes the key), input = "plain" (as it is) or "off" (not at all)'
)


@dataclass(frozen=True, slots=True)
class Recording:
    """What is kept."""

    input: Literal["plain", "sealed", "off"]
    input_recipients: tuple[str, ...]  # who can read sealed input: age1…


def read_recording(section: Section) -> Recording:
    lines = section.texts("input_recipients")
    recipients = section.check("input_recipients", lambda: read_recipients(lines, section.folder))
    stored: Literal["plain", "sealed", "off"] | None
    stored = section.choice("input", ("plain", "sealed", "off", None), "sealed" if recipients else None)
    section.done()
    if stored is None:
        raise section.error("input", f"is missing: {_SAY}")
    if stored == "sealed" and not recipients:
        raise section.error("input_recipients", f"is missing, and sealed input needs it: {_SAY}")
    return Recording(stored, recipients)
