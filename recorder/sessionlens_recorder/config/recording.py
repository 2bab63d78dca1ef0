"""`[recording]`: what is kept of a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sessionlens_recorder.config.section import Section


@dataclass(frozen=True, slots=True)
class Recording:
    """What is kept."""

    input: Literal["plain"]


def read_recording(section: Section) -> Recording:
    if section.choice("input", ("plain", "sealed", "off"), "plain") != "plain":
        raise section.error("input", 'only "plain" is possible in this version')
    section.done()
    return Recording("plain")
