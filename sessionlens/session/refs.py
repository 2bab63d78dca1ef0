"""Refs: `session/channel/stream:first-last`, a range of bytes that names a moment in any version."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from sessionlens.errors import NotFoundError
from sessionlens.recording import Recording

FORM = re.compile(r"([0-9a-f]{8})(?:/(\d{1,9})(?:/([io]):(\d{1,18})-(\d{1,18}))?)?")


@dataclass(frozen=True, slots=True)
class Ref:
    """A session, and where given its channel and an inclusive range of file offsets in `in` or `out`."""

    session: str
    channel: int | None = None
    stream: str | None = None
    first: int = 0
    last: int = 0

    @classmethod
    def parse(cls, text: str) -> Ref | None:
        """The ref that a text is; None where it is none."""
        match = FORM.fullmatch(text)
        if match is None:
            return None
        session, channel, stream, first, last = match.groups()
        return cls(
            session, None if channel is None else int(channel), stream, int(first or 0), int(last or 0)
        )

    def t_ns(self, recording: Recording) -> int:
        """When the first byte of the range was recorded. Raises NotFoundError where it is not there."""
        info = recording.info
        if (self.session, self.channel, self.stream is None) != (info.session, info.channel, False):
            raise NotFoundError(f"{self}: not a place in channel {info.channel} of session {info.session}")
        events = np.flatnonzero(recording.stream == ord(self.stream or "o"))
        ends = recording.offset[events] + recording.size[events]
        at = int(np.searchsorted(ends, self.first, side="right"))
        if at == len(events):
            raise NotFoundError(f"{self}: that recording ends before byte {self.first}")
        return int(recording.t_ns[events[at]])

    def __str__(self) -> str:
        if self.channel is None or self.stream is None:
            return self.session if self.channel is None else f"{self.session}/{self.channel}"
        return f"{self.session}/{self.channel}/{self.stream}:{self.first}-{self.last}"
