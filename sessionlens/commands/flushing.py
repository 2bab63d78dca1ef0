"""Lines that wait in the queue of the terminal, and the keys that empty it: Ctrl-C, Ctrl-Z, Ctrl-backslash.

termios(3): INTR, SUSP and QUIT flush the input unless NOFLSH is set, and nothing reads what was typed ahead.
Where the terminal is raw, as for a full-screen program, they are keys like any other.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from .editor import KeyLine
from .model import LineEvent
from .output import plain
from .screen import View

FLUSHES = re.compile(rb"[\x03\x1a\x1c]")
FLUSHED = "it was sent in one piece with a Ctrl-C before it, which may have taken more with it than is seen"
_LONGEST = 4096  # bytes that the terminal keeps (MAX_CANON), and so may echo


class Flushes:
    """Where such keys were pressed in a recording."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.bytes = [match.start() for match in FLUSHES.finditer(view.recording.blob("i"))]

    def behind(self, key_line: KeyLine) -> int | None:
        """How far the output had come at the first of them behind a line."""
        at = bisect_right(self.bytes, key_line.last)
        return self.view.offset_at(self.view.typed_by(self.bytes[at])) if at < len(self.bytes) else None

    def lost(self, key_line: KeyLine, ended: int) -> bool:
        """Was a line thrown away: did nothing but an echo come from the end of its row on until then?"""
        stop = self.behind(key_line)
        if stop is None or stop - ended > _LONGEST:
            return False
        at = bisect_right(self.bytes, key_line.last)
        typed = bytes(self.view.recording.blob("i")[key_line.last + 1 : self.bytes[at]])
        return _bare(plain(bytes(self.view.out[ended:stop]))) == _bare(typed.decode("utf-8", "replace"))


def flushed(view: View, key_line: KeyLine) -> bool:
    """Did such a key come in the same piece, before the first of these? Where the terminal was in between two
    modes then, what it echoed is not what the shell read.
    """
    begun = int(view.recording.offset[key_line.first_event])
    return FLUSHES.search(view.recording.data(key_line.first_event)[: key_line.first - begun]) is not None


def thrown_away(left: Iterable[KeyLine]) -> Iterator[LineEvent]:
    """What was typed and echoed while something ran, and ended by Ctrl-C before any Enter."""
    for key_line in left:
        said = key_line.readings[0]
        if key_line.ender == "interrupt" and said.certain and said.text.strip():
            yield LineEvent(key_line.end_ns, "cancelled", said.text.rstrip(), key_line.first, key_line.last)


def _bare(text: str) -> str:
    return "".join(text.split())
