"""`[recording]`: what is kept of a session."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from sessionlens_recorder.config.section import Section
from sessionlens_recorder.sealing import read_recipients

_SAY = (
    'say how what users type, passwords too, is stored: sealed (input_recipients = ["age1…"]; '
    '`sessionlens-recorder input-key` makes the key), input = "plain" (as it is) or "off" (not at all)'
)


Stored = Literal["plain", "sealed", "off"]


@dataclass(frozen=True, slots=True)
class Recording:
    """What is kept."""

    input: Stored
    input_recipients: tuple[str, ...]  # who can read sealed input: age1…
    copies: int  # of each file that passes by sftp or scp, so many bytes; 0: none


def read_recording(section: Section) -> Recording:
    lines = section.texts("input_recipients")
    recipients = section.check("input_recipients", lambda: read_recipients(lines, section.folder))
    stored: Stored | None = section.choice(
        "input", ("plain", "sealed", "off", None), "sealed" if recipients else None
    )
    copies = _copies(section)
    section.done()
    if stored is None:
        raise section.error("input", f"is missing: {_SAY}")
    if stored == "sealed" and not recipients:
        raise section.error("input_recipients", f"is missing, and sealed input needs it: {_SAY}")
    return Recording(stored, recipients, copies)


def _copies(section: Section) -> int:
    """`"off"` or a number of bytes, `"10M"`."""
    text = section.text("copies", "off")
    if text == "off":
        return 0
    size = re.fullmatch(r"([0-9]{1,15})([KMG]?)", text)
    if size is None or not int(size[1]):
        raise section.error("copies", f'{text!r} is neither "off" nor a number of bytes such as "10M"')
    return int(size[1]) << 10 * " KMG".index(size[2] or " ")
