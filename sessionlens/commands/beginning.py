"""The echo of a line that was begun while something ran: it stands in what that printed, and is none of it.

The terminal echoes each key at once, wherever the cursor is. Where all that was typed of the coming line
before its prompt is found so, key by key, it is taken out.
"""

from __future__ import annotations

from .line import Line
from .screen import View


def without_beginning(view: View, following: Line | None, begin: int, stop: int) -> bytes:
    """The output between these offsets without the echo of the beginning of the line that follows."""
    data = bytearray(view.out[begin:stop])
    for first, last in reversed(_echo(view, following, begin, stop) if following is not None else []):
        del data[first - begin : last - begin]
    return bytes(data)


def _echo(view: View, line: Line, begin: int, stop: int) -> list[tuple[int, int]]:
    """Where it stands, piece by piece; nothing where that is not sure."""
    keyed = line.key_line
    if keyed is None or line.hidden or not begin <= view.offset_at(keyed.first_event) < stop:
        return []
    found: list[tuple[int, int]] = []
    typed, behind = b"", begin
    for event in range(keyed.first_event, keyed.last_event + 1):
        at = view.offset_at(event)
        if at >= stop:
            break
        piece = _typed(view, event, keyed.first, keyed.last)
        place = next((each for each in (at, behind) if view.out.startswith(piece, each, stop)), None)
        if place is None or place < behind:
            return []
        behind = place + len(piece)
        found += [(place, behind)] if piece else []
        typed += piece
    text = typed.decode("utf-8", "replace")
    sure = len(text) > 1 and text.isprintable() and line.text.startswith(text)
    return found if sure else []


def _typed(view: View, event: int, first: int, last: int) -> bytes:
    """What was typed at this event, of these bytes of the input."""
    if view.recording.stream[event] != ord("i"):
        return b""
    begun = int(view.recording.offset[event])
    return view.recording.data(event)[max(first - begun, 0) : max(last + 1 - begun, 0)]
