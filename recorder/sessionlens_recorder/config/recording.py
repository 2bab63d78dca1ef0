"""`[recording]`: what is kept of a session."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from sessionlens_recorder.config.section import Section


@dataclass(frozen=True, slots=True)
class Recording:
    """What is kept."""

    input: Literal["plain"]
    copies: int  # of each file that passes by sftp or scp, so many bytes; 0: none


def read_recording(section: Section) -> Recording:
    if section.choice("input", ("plain", "sealed", "off"), "plain") != "plain":
        raise section.error("input", 'only "plain" is possible in this version')
    recording = Recording("plain", _copies(section))
    section.done()
    return recording


def _copies(section: Section) -> int:
    """`"off"` or a number of bytes, `"10M"`."""
    text = section.text("copies", "off")
    if text == "off":
        return 0
    size = re.fullmatch(r"([0-9]{1,15})([KMG]?)", text)
    if size is None or not int(size[1]):
        raise section.error("copies", f'{text!r} is neither "off" nor a number of bytes such as "10M"')
    return int(size[1]) << 10 * " KMG".index(size[2] or " ")
