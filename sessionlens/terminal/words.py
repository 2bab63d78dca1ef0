"""A note's text grown to whole words, as the bytes had them: letters in another colour belong to it too.

Bytes that print, and colours between them; what moves the cursor ends a word. Not how the screen shows it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from .unseen import Note

if TYPE_CHECKING:
    from ..recording import Recording


LONGEST = 256  # bytes on either side

_SGR = rb"\x1b\[[0-9;:]*m"
GAP = re.compile(rb"(?:%b|[^\x00-\x1f\x7f])*" % _SGR)
_AFTER = re.compile(rb"(?:(?:%b)*[^\x00-\x20\x7f])*" % _SGR)
_BEFORE = re.compile(
    rb"(?P<word>[^\x00-\x20\x7f]+)|(?P<colour>%b)|\x1b(?:\[[0-?]*[ -/]*[@-~]|[ -/]*[0-~])|[\x00-\x20\x7f]"
    % _SGR
)


class Words:
    """Of one recording: what came in one piece of output is one word, a prompt behind it is not."""

    def __init__(self, recording: Recording) -> None:
        self._out = recording.blob("o")
        events = (recording.stream == ord("o")).nonzero()[0]
        self._stops = recording.offset[events] + recording.size[events]

    def whole(self, note: Note) -> Note:
        """The note with the letters right before and behind it."""
        out, text, offset, end = self._out, note.text, note.offset, note.end
        if text[:1].strip():
            start = _start(out, offset)
            text, offset = _printed(out[start:offset]) + text, start
        at = int(self._stops.searchsorted(end))
        if text[-1:].strip() and at < len(self._stops):
            after = _AFTER.match(out, end, min(end + LONGEST, int(self._stops[at])))
            if after is not None:
                text, end = text + _printed(after[0]), after.end()
        return replace(note, text=text, offset=offset, end=end)


def _start(out: bytes, offset: int) -> int:
    """Where the word begins that goes on at `offset`."""
    low = max(out.rfind(b"\n", 0, offset) + 1, offset - LONGEST, 0)
    start: int | None = None
    for token in _BEFORE.finditer(out, low, offset):
        if token["word"]:
            start = token.start() if start is None else start
        elif not token["colour"]:
            start = None
    return offset if start is None else start


def _printed(data: bytes) -> str:
    return re.sub(_SGR, b"", data).decode("utf-8", "replace")
